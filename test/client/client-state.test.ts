import { expect } from 'chai';

import { ClientState, cueOfEnd, mayEnter } from '../../src/client/client-state';

const states = Object.values(ClientState);
const inSession = [
  ClientState.STARTING_SESSION,
  ClientState.ACTIVE_SESSION,
  ClientState.PROCESSING_RESPONSE,
];

describe('ClientState', () => {
  it('has these arrows and no others', () => {
    const arrows = states.flatMap((from) =>
      states.filter((to) => mayEnter(from, to)).map((to) => `${from} > ${to}`),
    );
    expect(arrows).to.have.members([
      'idle > listening_for_hotword',
      'listening_for_hotword > starting_session',
      'listening_for_hotword > idle',
      'starting_session > active_session',
      'starting_session > listening_for_hotword',
      'starting_session > idle',
      'active_session > processing_response',
      'active_session > listening_for_hotword',
      'active_session > idle',
      'processing_response > active_session',
      'processing_response > listening_for_hotword',
      'processing_response > idle',
    ]);
  });

  for (const state of inSession) {
    it(`leads from ${state} straight back to listening, so that a loss strands nobody`, () => {
      expect(mayEnter(state, ClientState.LISTENING_FOR_HOTWORD)).to.equal(true);
    });
  }
});

describe('cueOfEnd', () => {
  it('is a cue for whoever asked for a session and gets none, whatever the reason', () => {
    expect(cueOfEnd(ClientState.STARTING_SESSION, 'user')).to.equal('rejected');
  });

  for (const state of [ClientState.ACTIVE_SESSION, ClientState.PROCESSING_RESPONSE]) {
    it(`is a cue in ${state} where no answer will come, and none where all is well`, () => {
      expect(cueOfEnd(state, 'engine_lost')).to.equal('interrupted');
      expect(cueOfEnd(state, 'no_answer')).to.equal('interrupted');
      expect(cueOfEnd(state, 'idle')).to.equal(undefined);
    });
  }
});
