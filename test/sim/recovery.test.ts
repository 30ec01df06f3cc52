import { expect } from 'chai';

import type { AnyEvent } from '../../src/events';
import {
  client,
  connected,
  failed,
  hears,
  killed,
  lost,
  paused,
  requested,
  resumed,
  stopping,
} from './invariants/story';
import {
  began,
  delivered,
  ended,
  listening,
  longest,
  measure,
  opened,
  sent,
  started,
  struck,
  TALKING,
  UP,
  type Told,
} from './recovery-story';

describe('dead until noticed', () => {
  it('is the time since the fault where that came after the last byte', () => {
    const events: Told[] = [struck(5_000, 'silence'), [35_000, 'pi', lost('c1')]];
    expect(longest('dead_until_noticed', ...UP, ...events)).to.deep.equal({ silence: 30_000 });
  });

  it('is the time since the last byte where that came after the fault', () => {
    const events: Told[] = [
      [5_000, 'world', began('outage')],
      [6_000, 'world', delivered('pi')],
      [6_500, 'world', delivered('server')],
      [35_000, 'pi', lost('c1')],
    ];
    expect(longest('dead_until_noticed', ...UP, ...events)).to.deep.equal({ outage: 29_000 });
  });

  it('goes by what the client says where nobody tells of the wire', () => {
    const events: Told[] = [[35_000, 'pi', lost('c1', { sinceInboundMs: 12_000 })]];
    const wireless = UP.filter(([, host]) => host !== 'world');
    expect(longest('dead_until_noticed', ...wireless, ...events)).to.deep.equal({
      'no fault': 12_000,
    });
  });

  it('leaves out the time for which the host stood still', () => {
    const events: Told[] = [
      [5_000, 'world', began('suspend', 1, ['pi'])],
      [5_000, 'pi', paused],
      [3_605_000, 'pi', resumed(3_600_000)],
      [3_605_000, 'world', ended()],
      [3_605_033, 'pi', lost('c1')],
    ];
    expect(longest('dead_until_noticed', ...UP, ...events)).to.deep.equal({ suspend: 33 });
  });

  it('is not measured of a program that was told to stop', () => {
    const events: Told[] = [
      [5_000, 'pi', stopping],
      [6_000, 'pi', lost('c1')],
    ];
    expect(longest('dead_until_noticed', ...UP, ...events)).to.deep.equal({});
  });

  it('is not measured of a link that is ended, or of a server’s end', () => {
    const events: Told[] = [
      [5_000, 'server', lost('s1', { device: 'pi' })],
      [6_000, 'pi', lost('c1', { label: 'local_shutdown' })],
    ];
    expect(longest('dead_until_noticed', ...UP, ...events)).to.deep.equal({});
  });
});

describe('a loss is put down to', () => {
  const loses: Told = [60_000, 'pi', lost('c1')];
  const blamed = (...events: readonly Told[]): readonly string[] =>
    Object.keys(longest('dead_until_noticed', ...UP, ...events, loses));

  it('no fault where there was none', () => {
    expect(blamed()).to.deep.equal(['no fault']);
  });

  it('the one that began last, of several that overlap', () => {
    const events: Told[] = [
      [20_000, 'world', began('outage', 1)],
      [30_000, 'world', began('slow_path', 2)],
      [31_000, 'world', ended(2)],
    ];
    expect(blamed(...events)).to.deep.equal(['slow_path']);
  });

  it('one that had ended up to 45 s before the last byte came in, and no older one', () => {
    const events = (endMs: number): Told[] => [
      [10_000, 'world', began('silence')],
      [endMs, 'world', ended()],
      [58_000, 'world', delivered('pi')],
    ];
    expect(blamed(...events(13_000))).to.deep.equal(['silence']);
    expect(blamed(...events(12_999))).to.deep.equal(['no fault']);
  });

  it('none on another’s way, or at another device', () => {
    const events: Told[] = [
      [50_000, 'world', began('reset', 1, ['other', 'server'])],
      [51_000, 'world', began('kill', 2, ['other'])],
    ];
    expect(blamed(...events)).to.deep.equal(['no fault']);
  });

  it('one at its server, or at the Toxiproxy that it dialled', () => {
    const toxiproxy: Told = [1, 'world', { type: 'wire.opened', flow: 1, from: 'pi', to: 'hop' }];
    expect(blamed([50_000, 'world', began('kill', 1, ['server'])])).to.deep.equal(['kill']);
    expect(blamed(toxiproxy, [50_000, 'world', began('kill', 1, ['hop'])])).to.deep.equal(['kill']);
  });

  it('none that only a dial or a device feels', () => {
    const kinds = ['refused', 'dns', 'tls', 'wall_step', 'microphone_fails', 'speaker_fails'];
    const events = kinds.map((kind, id): Told => [50_000, 'world', began(kind, id)]);
    expect(blamed(...events)).to.deep.equal(['no fault']);
  });

  it('one that is older than the client', () => {
    const outage: Told = [0, 'world', began('outage')];
    expect(longest('dead_until_noticed', outage, ...UP, loses)).to.have.keys(['outage']);
  });
});

describe('noticed until connected', () => {
  const resets: readonly Told[] = [struck(5_000, 'reset'), [5_000, 'pi', lost('c1')]];

  it('goes from the loss to the next connection, over dials that fail', () => {
    const events: Told[] = [
      [8_000, 'pi', failed('c2')],
      [12_000, 'pi', connected('c3')],
      [13_000, 'pi', connected('c4')],
    ];
    expect(longest('noticed_until_connected', ...UP, ...resets, ...events)).to.deep.equal({
      reset: 7_000,
    });
  });

  it('is put down to the fault that was in the way last, also to an older one', () => {
    for (const [id, atMs] of [
      [2, 6_000],
      [0, 1_000],
    ] as const) {
      const story: Told[] = [
        ...resets,
        [atMs, 'world', began('outage', id)],
        [66_000, 'world', ended(id)],
        [70_000, 'pi', connected('c3')],
      ];
      const inOrder = [...UP, ...story.sort(([a], [b]) => a - b)];
      expect(longest('noticed_until_connected', ...inOrder)).to.deep.equal({ outage: 65_000 });
      expect(longest('dead_until_noticed', ...inOrder)).to.deep.equal({ reset: 0 });
    }
  });

  it('is put down to the loss’s own fault beside one that goes on, or that strikes at once', () => {
    const latency: Told = [1_000, 'world', began('latency', 0)];
    const events: Told[] = [struck(6_000, 'close', 2), [7_000, 'pi', connected('c2')]];
    expect(longest('noticed_until_connected', ...UP, latency, ...resets, ...events)).to.deep.equal({
      reset: 2_000,
    });
  });

  it('counts from when a machine without power is up again, and from no first start', () => {
    const events: Told[] = [
      [5_000, 'world', began('power_loss', 1, ['pi'])],
      [5_000, 'pi', { type: 'host.lost_power' }],
      [605_000, 'pi', started],
      [605_000, 'world', ended(1)],
      [605_020, 'pi', connected('c1')],
    ];
    const all = [...UP, ...events];
    expect(longest('noticed_until_connected', ...all)).to.deep.equal({ power_loss: 20 });
    expect(longest('dead_until_noticed', ...all)).to.deep.equal({});
  });

  it('begins with the first dial that fails, where there never was a connection', () => {
    const events: Told[] = [
      [0, 'world', began('refused', 1, ['server'])],
      [0, 'pi', started],
      [20, 'pi', failed('c1')],
      [300_000, 'world', ended(1)],
      [310_020, 'pi', connected('c9')],
    ];
    expect(longest('noticed_until_connected', ...events)).to.deep.equal({ refused: 310_000 });
  });

  it('is not measured where the program ends before it is connected', () => {
    const events: Told[] = [
      [6_000, 'pi', stopping],
      [7_000, 'pi', connected('c2')],
    ];
    expect(longest('noticed_until_connected', ...UP, ...resets, ...events)).to.deep.equal({});
  });

  it('is not measured in a shutdown', () => {
    const shutdown: Told = [6_000, 'world', { type: 'phase.changed', phase: 'shutdown' }];
    const events: Told[] = [shutdown, [7_000, 'pi', connected('c2')]];
    expect(longest('noticed_until_connected', ...UP, ...resets, ...events)).to.deep.equal({});
  });
});

describe('the way clear until connected', () => {
  const cut: readonly Told[] = [
    [5_000, 'world', began('outage', 1)],
    [40_000, 'pi', lost('c1')],
  ];
  const back = (...events: readonly Told[]): Record<string, number> =>
    longest('clear_until_connected', ...UP, ...cut, ...events, [100_000, 'pi', connected('c2')]);

  it('begins when the fault is over', () => {
    expect(back([90_000, 'world', ended(1)])).to.deep.equal({ outage: 10_000 });
  });

  it('begins with the loss where nothing was in the way any more', () => {
    expect(back([30_000, 'world', ended(1)])).to.deep.equal({ outage: 60_000 });
  });

  it('begins when the server listens again, or goes on', () => {
    expect(back([95_000, 'server', listening])).to.deep.equal({ outage: 5_000 });
    expect(back([96_000, 'server', resumed(1)])).to.deep.equal({ outage: 4_000 });
  });

  it('does not begin anew when a device or another’s way is well again', () => {
    const events: Told[] = [
      [50_000, 'world', ended(1)],
      [60_000, 'world', began('microphone_fails', 2, ['pi'])],
      [60_000, 'world', ended(2)],
      [60_000, 'world', began('reset', 3, ['other', 'server'])],
      [60_000, 'world', ended(3)],
    ];
    expect(back(...events)).to.deep.equal({ outage: 50_000 });
  });

  it('begins anew for who is turned away', () => {
    expect(back([70_000, 'pi', failed('c2', 'auth')])).to.deep.equal({ outage: 30_000 });
    expect(back([70_000, 'pi', failed('c2', 'dial_refused')])).to.deep.equal({ outage: 60_000 });
  });

  it('is not measured of a server that is none of ours', () => {
    const events = [...UP.slice(1), ...cut, [90_000, 'pi', connected('c2')] as Told];
    expect(longest('clear_until_connected', ...events)).to.deep.equal({});
  });
});

describe('connected until listening', () => {
  const resets: readonly Told[] = [struck(5_000, 'reset'), [5_000, 'pi', lost('c1')]];
  const deaf: Told = [5_000, 'pi', hears('nothing')];
  const back: Told = [7_000, 'pi', connected('c2')];

  it('is nothing where the hotword already works', () => {
    expect(longest('connected_until_listening', ...UP, ...resets, back)).to.deep.equal({
      reset: 0,
    });
  });

  it('goes on until the ear is open, in the right state', () => {
    const busy: Told = [5_000, 'pi', client('processing_response')];
    const events: Told[] = [
      ...resets,
      busy,
      deaf,
      back,
      [7_200, 'pi', hears('hotword')],
      [7_300, 'pi', client('listening_for_hotword')],
    ];
    expect(longest('connected_until_listening', ...UP, ...events)).to.deep.equal({ reset: 300 });
  });

  it('is not measured where the microphone does not work, before or after', () => {
    const broken: AnyEvent = { type: 'microphone.failed', failure: 'device_lost' };
    for (const atMs of [5_000, 7_100]) {
      const story: Told[] = [...resets, deaf, back, [atMs, 'pi', broken], [9_000, 'pi', opened]];
      const inOrder = [...UP, ...story.sort(([a], [b]) => a - b), [9_000, 'pi', hears('hotword')]];
      expect(longest('connected_until_listening', ...(inOrder as Told[]))).to.deep.equal({});
    }
  });

  it('is not measured where a session is asked for, or the link is lost again', () => {
    const again: Told = [8_000, 'pi', hears('hotword')];
    for (const event of [requested('s'), lost('c2'), killed]) {
      const events: Told[] = [...resets, deaf, back, [7_500, 'pi', event], again];
      expect(longest('connected_until_listening', ...UP, ...events)).to.deep.equal({});
    }
  });
});

describe('microphone wrongly open', () => {
  const sounds: AnyEvent = { type: 'speaker.started' };
  const silent: AnyEvent = {
    type: 'speaker.silent',
    playedBytes: 1,
    how: 'finished',
    sound: 'x',
    mostQueuedBytes: 1,
  };

  it('is the sound that left without a session that is acknowledged', () => {
    const outage: Told = [900, 'world', began('outage', 1)];
    expect(longest('microphone_open', ...UP, outage, [1_000, 'pi', sent(1)])).to.deep.equal({
      outage: 1_000,
    });
    expect(longest('microphone_open', ...TALKING, [2_000, 'pi', sent(1)])).to.deep.equal({});
  });

  it('is the time for which the ear was open to the speaker', () => {
    const events: Told[] = [
      [2_000, 'pi', sounds],
      [2_700, 'pi', hears('nothing')],
      [3_000, 'pi', silent],
    ];
    expect(longest('microphone_open', ...UP, ...events)).to.deep.equal({ 'no fault': 700 });
  });

  it('is also seen where nothing happens any more, and in a shutdown', () => {
    const shutdown: Told = [6_000, 'world', { type: 'phase.changed', phase: 'shutdown' }];
    const rows = measure(...UP, shutdown, [7_000, 'pi', sounds]);
    expect(rows).to.have.lengthOf(1);
    expect(rows[0]).to.include({ quantity: 'microphone_open', maxMs: 2_000 });
  });
});
