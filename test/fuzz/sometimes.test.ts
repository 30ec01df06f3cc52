import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../src/events';
import { CATALOGUE, Sometimes } from '../../src/fuzz/sometimes';
import { client, connected, dialing, lost, recorded, started, stopping, type Told } from './events';

function reachedBy(...events: readonly Told[]): readonly string[] {
  const reached = new Set<string>();
  const sometimes = new Sometimes((state) => reached.add(state));
  for (const event of recorded(...events)) sometimes.observe(event);
  return [...reached];
}

const replaced: AnyEvent = { type: 'link.replaced', connection: 's1', by: 's2' };
const closed: AnyEvent = { type: 'link.closed', connection: 's1' };
const pong: AnyEvent = { type: 'heartbeat.pong', connection: 'c1', rttMs: 10 };
const late: AnyEvent = { type: 'heartbeat.late', connection: 'c1', lateMs: 2_000 };
const backoff = (attempt: number): AnyEvent => ({
  type: 'backoff.scheduled',
  attempt,
  delayMs: 2_500,
});

describe('Sometimes', () => {
  it('has a catalogue in which nothing stands twice', () => {
    expect(new Set(CATALOGUE).size).to.equal(CATALOGUE.length).and.to.be.greaterThan(50);
  });

  it('tells only of states that are in its catalogue', () => {
    const reached = reachedBy(
      [0, 'pi', started],
      [1, 'pi', { type: 'link.failed', connection: 'c1', label: 'dns' }],
      [2, 'pi', { type: 'backoff.scheduled', attempt: 9, delayMs: 60_000 }],
      [3, 'pi', { type: 'cue.played', cue: 'offline' }],
    );
    expect(reached).to.deep.equal(['dial: no name', 'wait: at the cap', 'cue: nobody is there']);
    for (const state of reached) expect(CATALOGUE).to.include(state);
  });

  const SEQUENCES: readonly (readonly [string, readonly Told[], readonly Told[]])[] = [
    [
      'replaced: its close comes late',
      [
        [0, 'server', replaced],
        [1_000, 'server', closed],
      ],
      [
        [0, 'server', replaced],
        [999, 'server', closed],
      ],
    ],
    [
      'heartbeat: the pong in the instant of its deadline',
      [
        [5, 'pi', late],
        [5, 'pi', pong],
      ],
      [
        [5, 'pi', late],
        [6, 'pi', pong],
      ],
    ],
    [
      'wait: longer after a link that was up for a moment',
      [
        [0, 'pi', started],
        [0, 'pi', dialing],
        [1, 'pi', connected],
        [2, 'pi', lost],
        [2, 'pi', backoff(2)],
      ],
      [
        [0, 'pi', started],
        [0, 'pi', dialing],
        [2, 'pi', backoff(2)],
      ],
    ],
    [
      'loss: while active_session',
      [
        [0, 'pi', started],
        [0, 'pi', connected],
        [1, 'pi', client('active_session')],
        [2, 'pi', lost],
      ],
      [
        [0, 'pi', started],
        [0, 'pi', connected],
        [2, 'pi', lost],
      ],
    ],
    [
      'stopped: while dialing',
      [
        [0, 'pi', started],
        [0, 'pi', dialing],
        [1, 'pi', stopping],
      ],
      [
        [0, 'pi', started],
        [0, 'pi', connected],
        [1, 'pi', stopping],
      ],
    ],
    [
      'two devices in sessions at once',
      [
        [0, 'pi', started],
        [0, 'hall', started],
        [1, 'pi', client('active_session')],
        [2, 'hall', client('active_session')],
      ],
      [
        [0, 'pi', started],
        [0, 'hall', started],
        [1, 'pi', client('active_session')],
        [2, 'pi', client('processing_response')],
        [3, 'hall', client('active_session')],
      ],
    ],
  ];
  for (const [state, events, near] of SEQUENCES) {
    it(`knows ${state}, and what is nearly that`, () => {
      expect(CATALOGUE).to.include(state);
      expect(reachedBy(...events)).to.include(state);
      expect(reachedBy(...near)).not.to.include(state);
    });
  }

  it('takes nothing that a program tells after it was told to stop', () => {
    const events: RecordedEvent[] = [
      ...recorded([0, 'pi', started], [1, 'pi', stopping], [2, 'pi', client('active_session')]),
    ];
    const reached: string[] = [];
    const sometimes = new Sometimes((state) => reached.push(state));
    for (const event of [...events, ...recorded([3, 'pi', lost])]) sometimes.observe(event);
    expect(reached).not.to.include('loss: while active_session');
  });
});
