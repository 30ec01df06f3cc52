import { expect } from 'chai';

import {
  assertTransition,
  CONVERSATION_STATES,
  isTransition,
  ConversationState,
} from '../../src/server/conversation-state';

describe('ConversationState', () => {
  it('has a way back to PASSIVE from every other state', () => {
    for (const state of CONVERSATION_STATES.slice(1)) {
      expect(isTransition(state, ConversationState.PASSIVE), state).to.equal(true);
    }
  });

  it('leaves PASSIVE for STARTING only', () => {
    const next = CONVERSATION_STATES.filter((state) =>
      isTransition(ConversationState.PASSIVE, state),
    );
    expect(next).to.deep.equal([ConversationState.STARTING]);
  });

  it('speaks only after an utterance was processed', () => {
    const before = CONVERSATION_STATES.filter((state) =>
      isTransition(state, ConversationState.SPEAKING),
    );
    expect(before).to.deep.equal([ConversationState.PROCESSING]);
  });

  it('asserts that a transition is in the table', () => {
    expect(() =>
      assertTransition(ConversationState.STARTING, ConversationState.ACTIVE),
    ).not.to.throw();
    expect(() => assertTransition(ConversationState.PASSIVE, ConversationState.ACTIVE)).to.throw(
      'from passive to active',
    );
  });
});
