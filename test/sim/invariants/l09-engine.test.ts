import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import type { EngineAct } from '../../../src/simulator-events';
import { EngineInvariant } from '../../../src/sim/invariants/l09-engine';
import {
  Story,
  accepted,
  conversation,
  killed,
  paused,
  resumed,
  serverStarted,
  tick,
} from './story';

function opening(engine: string, device = 'kitchen'): AnyEvent {
  return { type: 'engine.opening', engine, device };
}

function acts(act: EngineAct, conversationNumber = 1): AnyEvent {
  return { type: 'engine.acted', conversation: conversationNumber, act };
}

const endTold: AnyEvent = { type: 'control.sent', connection: 's1', message: 'tts_stream_end' };
const turn: AnyEvent = { type: 'turn.started', session: 'b', turn: 1, device: 'kitchen' };
const dies: AnyEvent = { type: 'engine.failed', engine: 'e1', label: 'script' };

/** A conversation with an engine, in this state. */
function talk(state: string): Story {
  return new Story(new EngineInvariant())
    .at(0, 'server', serverStarted, accepted('s1', 'kitchen'))
    .at(1, 'server', conversation('starting'), opening('e1'))
    .at(2, 'server', conversation(state));
}

describe('invariant L9', () => {
  it('holds where blanks, the end of speech and the loss of the engine are followed', () => {
    const blank = talk('processing').at(
      5,
      'server',
      acts('answered_blank'),
      conversation('active'),
    );
    expect(blank.endAt(9).verdict).to.equal('held');
    for (const act of ['spoke_to_the_end', 'broke_off'] as const) {
      const told = talk('speaking').at(5, 'server', acts(act), endTold).endAt(9);
      expect(told.verdict, act).to.equal('held');
      const over = talk('speaking').at(5, 'server', acts(act), conversation('passive')).endAt(9);
      expect(over.verdict, act).to.equal('held');
    }
    const lost = talk('active').at(5, 'server', dies, conversation('passive'));
    expect(lost.endAt(9).verdict).to.equal('held');
  });

  it('is broken by an engine that is done and waited for', () => {
    expect(talk('processing').at(5, 'server', acts('answered_blank')).endAt(6).told).to.deep.equal([
      '5 server: the turn of the person at once; ' +
        'e1 answered_blank, and the conversation is processing, and at 5 ms still not',
    ]);
    for (const act of ['spoke_to_the_end', 'broke_off'] as const) {
      const story = talk('speaking').at(5, 'server', acts(act)).at(6, 'server', endTold);
      expect(story.verdict, act).to.equal('broken');
    }
  });

  it('is broken by a loss of the engine that ends nothing', () => {
    for (const state of ['starting', 'active', 'processing', 'speaking']) {
      expect(talk(state).at(5, 'server', dies).at(6, 'server', tick).told, state).to.deep.equal([
        `5 server: passive mode at once; ` +
          `e1 failed, and the conversation is ${state}, and at 5 ms still not`,
      ]);
    }
  });

  it('asks nothing where there is nothing to leave, or the server is gone or stands still', () => {
    expect(talk('active').at(5, 'server', acts('answered_blank')).endAt(9).verdict).to.equal(
      'held',
    );
    const gone = talk('speaking').at(5, 'server', acts('broke_off'), killed);
    expect(gone.endAt(9).verdict).to.equal('held');
    const still = talk('speaking').at(5, 'server', acts('broke_off'), paused);
    expect(still.at(99, 'server', resumed(94), endTold).verdict).to.equal('held');
  });

  it('is broken by what an engine that was let go says, and somebody acts upon', () => {
    const next = (): Story =>
      talk('active')
        .at(3, 'server', conversation('passive'))
        .at(4, 'server', conversation('starting'), opening('e2'), conversation('active'));
    const told = (type: string) => [`5 server: nothing for e1, which was let go; ${type}`];
    expect(next().at(5, 'server', acts('answered'), turn).told).to.deep.equal(told('turn.started'));
    const stirred = next().at(5, 'server', acts('understood'), conversation('processing'));
    expect(stirred.told).to.deep.equal(told('state.changed'));
    expect(next().at(5, 'server', acts('answered', 2), turn).verdict).to.equal('held');
    const apart = next().at(5, 'server', acts('answered')).at(5, 'server', turn);
    expect(apart.verdict).to.equal('held');
  });

  it('tells the engines of devices apart, and those of each life', () => {
    const hall: AnyEvent = { type: 'turn.started', session: 'h', turn: 1, device: 'hall' };
    const two = talk('passive').at(
      3,
      'server',
      conversation('starting', 'hall'),
      opening('e2', 'hall'),
    );
    expect(two.at(5, 'server', acts('answered', 1), hall).verdict).to.equal('held');
    const again = talk('passive')
      .at(3, 'server', serverStarted, conversation('starting'), opening('e1'))
      .at(5, 'server', conversation('processing'), acts('answered', 1), turn);
    expect(again.verdict).to.equal('held');
  });

  it('is unknown where no engine does anything', () => {
    expect(talk('active').endAt(9).verdict).to.equal('unknown');
  });
});
