import { expect } from 'chai';

import type { HostPorts, ProgramStarter } from '../../src/sim/host';
import type { ScenarioInput } from '../../src/sim/scenario';
import type { RunResult } from '../../src/sim/simulation';
import { does, eventsOf, kindsOf, run, timesOf } from './runs';

const PORT = 1;

/** Two hosts with programs of the test's own: `server`, and `pi` that may dial it. */
function two(
  programs: {
    readonly server?: (ports: HostPorts) => void;
    readonly pi?: (ports: HostPorts) => void;
  },
  story: Partial<ScenarioInput> = {},
): Promise<RunResult> {
  const peer = { program: 'peer', does: { behaviour: 'never_answers' } } as const;
  const hosts = { server: peer, pi: peer };
  const nothing = (): void => undefined;
  return run(
    { hosts, lasts: '20 s', ...story },
    { programs: { server: does(programs.server ?? nothing), pi: does(programs.pi ?? nothing) } },
  );
}

/** Notes every 100 ms that it lives. */
function ticking(trace: string[], name: string): (ports: HostPorts) => void {
  return ({ clock }) => {
    const tick = (): void => {
      trace.push(`${clock.now()} ${name}`);
      clock.setTimeout(tick, 100);
    };
    clock.setTimeout(tick, 100);
  };
}

function toldOf(result: RunResult, kind: string): string {
  return result.failures.find((failure) => failure.kind === kind)?.seen ?? 'nothing';
}

describe('a host', () => {
  it('lives again after a kill, with nothing of the life before', async () => {
    const trace: string[] = [];
    let life = 0;
    const pi = (ports: HostPorts): void => ticking(trace, `life ${(life += 1)}`)(ports);
    const faults = [{ at: '350 ms', kind: 'kill', host: 'pi', for: '200 ms' }] as const;
    await two({ pi }, { faults: [...faults], lasts: '800 ms' });
    expect(trace).to.deep.equal([
      ...['100 life 1', '200 life 1', '300 life 1'],
      ...['650 life 2', '750 life 2'],
    ]);
  });

  it('has chance of its own in each life, the same in each run', async () => {
    const drawn: number[] = [];
    const pi = ({ random }: HostPorts): void => void drawn.push(random.next());
    const faults = [{ at: '1 s', kind: 'kill', host: 'pi', for: '1 s' }] as const;
    await two({ pi }, { faults: [...faults] });
    await two({ pi }, { faults: [...faults] });
    expect(drawn.slice(0, 2)).to.deep.equal(drawn.slice(2));
    expect(drawn[0]).to.not.equal(drawn[1]);
  });

  it('runs the timers that expired in a pause before it reads its sockets', async () => {
    const trace: string[] = [];
    const server = ({ clock, sockets }: HostPorts): void => {
      void sockets.listen({ host: '::', port: PORT }, ({ stream }) => {
        stream.on('data', () => trace.push(`${clock.now()} data`));
      });
      clock.setTimeout(() => trace.push(`${clock.now()} early timer`), 3_000);
      clock.setTimeout(() => trace.push(`${clock.now()} late timer`), 6_000);
    };
    const pi = ({ clock, sockets }: HostPorts): void => {
      const stream = sockets.connect({ host: 'server', port: PORT, tls: false });
      clock.setTimeout(() => stream.write('hello'), 2_500);
    };
    const faults = [{ at: '2 s', kind: 'pause', host: 'server', for: '3 s' }] as const;
    await two({ server, pi }, { faults: [...faults] });
    expect(trace).to.deep.equal(['5000 early timer', '5000 data', '6000 late timer']);
  });

  it('does not run a timer that another one clears after the pause', async () => {
    const trace: string[] = [];
    const pi = ({ clock }: HostPorts): void => {
      clock.setTimeout(() => clock.clearTimeout(victim), 3_000);
      const victim = clock.setTimeout(() => trace.push('ran'), 3_500);
    };
    const faults = [{ at: '2 s', kind: 'pause', host: 'pi', for: '3 s' }] as const;
    await two({ pi }, { faults: [...faults] });
    expect(trace).to.deep.equal([]);
  });

  it('hears of the button and of SIGTERM after the pause in which they came', async () => {
    const trace: string[] = [];
    const pi: ProgramStarter = ({ audio, clock }) => {
      const leave = audio.button.onPress(() => trace.push(`${clock.now()} pressed`));
      return {
        shutdown: () => {
          trace.push(`${clock.now()} told to stop`);
          leave();
          return Promise.resolve();
        },
      };
    };
    const result = await run(
      {
        hosts: { pi: { program: 'peer', does: { behaviour: 'never_answers' } } },
        faults: [{ at: '2 s', kind: 'pause', host: 'pi', for: '3 s' }],
        acts: [
          { at: '3 s', presses: 'button' },
          { at: '4 s', stops: 'program' },
        ],
      },
      { programs: { pi } },
    );
    expect(trace).to.deep.equal(['5000 pressed', '5000 told to stop']);
    expect(result.failures).to.deep.equal([]);
  });

  it('stands still with its clock while it is suspended', async () => {
    const trace: number[] = [];
    const pi = ({ clock }: HostPorts): void => {
      clock.setTimeout(() => trace.push(clock.now()), 3_000);
    };
    const faults = [
      { at: '2 s', kind: 'suspend', host: 'pi', for: '10 s' },
      { at: '4 s', kind: 'suspend', host: 'pi', for: '3 s' },
    ] as const;
    const result = await two({ pi }, { faults: [...faults] });
    expect(trace).to.deep.equal([3_000]);
    expect(eventsOf(result, 'pi', 'host.resumed').map(({ pausedMs }) => pausedMs)).to.deep.equal([
      10_000,
    ]);
  });

  it('frees its port when it is killed, and its sockets end', async () => {
    const ends: string[] = [];
    const server = ({ clock, sockets }: HostPorts): void => {
      void sockets.listen({ host: '::', port: PORT }, ({ stream }) => {
        stream.on('end', () => ends.push(`${clock.now()} end`)).resume();
      });
    };
    const pi = ({ sockets }: HostPorts): void => {
      sockets.connect({ host: 'server', port: PORT, tls: false });
    };
    const faults = [{ at: '2 s', kind: 'kill', host: 'pi' }] as const;
    await two({ server, pi }, { faults: [...faults], lasts: '3 s' });
    expect(ends).to.deep.equal(['2005 end']);
  });

  describe('whose program throws where nothing catches it', () => {
    const error = (): never => {
      throw Object.assign(new Error('planted'), { code: 'PLANTED' });
    };
    const places: Readonly<Record<string, (ports: HostPorts) => void>> = {
      'at its start': error,
      'in a timer': ({ clock }) => void clock.setTimeout(error, 1_000),
      'in nextTick': ({ clock }) => void clock.setTimeout(() => process.nextTick(error), 1_000),
      'in a promise': ({ clock }) =>
        void clock.setTimeout(() => void Promise.resolve().then(error), 1_000),
      'in an async function': ({ clock }) => {
        clock.setTimeout(() => void (async () => error())(), 1_000);
      },
      'in a callback of a socket': ({ sockets }) => {
        sockets.connect({ host: 'server', port: PORT, tls: false }).on('connect', error);
      },
      'in an event that nobody hears': ({ sockets }) => {
        sockets.connect({ host: 'nowhere', port: PORT, tls: false });
      },
    };
    for (const [place, pi] of Object.entries(places)) {
      it(`crashes ${place}, alone, and the world goes on`, async () => {
        const trace: string[] = [];
        const server = (ports: HostPorts): void => {
          void ports.sockets.listen({ host: '::', port: PORT }, () => undefined);
          ticking(trace, 'lives')(ports);
        };
        const result = await two({ server, pi }, { lasts: '5 s' });
        expect(timesOf(result, 'pi', 'host.crashed'), 'pi').to.have.length(1);
        expect(timesOf(result, 'server', 'host.crashed'), 'server').to.deep.equal([]);
        expect(trace.at(-1)).to.equal('5000 lives');
        expect(toldOf(result, 'S14')).to.match(/it crashed: (PLANTED|ENOTFOUND)/);
        expect(result.crashes.map(({ host }) => host)).to.deep.equal(['pi']);
      });
    }

    it('is told from its neighbour, though both do something at the same instant', async () => {
      const late = ({ clock }: HostPorts): void => {
        clock.setTimeout(() => process.nextTick(() => Promise.resolve().then(error)), 1_000);
      };
      const quiet = ({ clock }: HostPorts): void => void clock.setTimeout(() => undefined, 1_000);
      const result = await two({ server: quiet, pi: late });
      expect(result.crashes.map(({ host }) => host)).to.deep.equal(['pi']);
    });
  });

  it('is blamed for what its own ends do when the network resets them both', async () => {
    const thrower = (): never => {
      throw new Error('planted');
    };
    const server = ({ sockets }: HostPorts): void => {
      void sockets.listen({ host: '::', port: PORT }, ({ stream }) => {
        stream.on('error', () => undefined);
      });
    };
    const pi = ({ sockets }: HostPorts): void => {
      const stream = sockets.connect({ host: 'server', port: PORT, tls: false });
      stream.on('error', () => process.nextTick(thrower));
    };
    const result = await two({ server, pi }, { faults: [{ at: '2 s', kind: 'reset' }] });
    expect(result.crashes.map(({ host }) => host)).to.deep.equal(['pi']);
  });

  it('that was told to stop for good is not started by the end of a fault', async () => {
    const result = await run({
      faults: [{ at: '2 s', kind: 'kill', host: 'pi', for: '10 s' }],
      acts: [{ at: '5 s', stops: 'program' }],
      lasts: '20 s',
    });
    expect(timesOf(result, 'pi', 'host.started')).to.deep.equal([0]);
  });

  describe('that has stopped', () => {
    const acts = [{ at: '1 s', stops: 'program' }] as const;
    const deeds: Readonly<Record<string, (ports: HostPorts) => void>> = {
      'link.closed': ({ events }) => events.emit({ type: 'link.closed', connection: 'c1' }),
      clock: ({ clock }) => void clock.setTimeout(() => undefined, 5),
      sockets: ({ sockets }) => void sockets.connect({ host: 'x', port: 1, tls: false }),
      'none, but it threw': () => {
        throw new Error('planted');
      },
    };
    for (const [port, deed] of Object.entries(deeds)) {
      it(`is told on when it uses a port after that: ${port}`, async () => {
        const pi: ProgramStarter = (ports) => ({
          shutdown: async () => {
            // A program that has not finished when it says that it has.
            void Promise.resolve()
              .then(() => undefined)
              .then(() => undefined)
              .then(() => undefined)
              .then(() => deed(ports));
          },
        });
        const result = await run({ acts: [...acts] }, { programs: { pi } });
        expect(toldOf(result, 'S13')).to.equal(port);
      });
    }

    it('must have left nothing', async () => {
      const left: Readonly<Record<string, (ports: HostPorts) => void>> = {
        '1 timers': ({ clock }) => void clock.setTimeout(() => undefined, 99_999),
        '1 dials': ({ sockets }) => void sockets.connect({ host: 'server', port: 99, tls: false }),
        '1 devices': ({ audio }) => void audio.button.onPress(() => undefined),
      };
      for (const [what, leave] of Object.entries(left)) {
        const lost = { at: '0 ms', kind: 'lost_dials' } as const;
        const result = await run(
          { acts: [...acts], faults: [lost] },
          { programs: { pi: does(leave) } },
        );
        expect(toldOf(result, 'S13'), what).to.contain(what);
      }
    });

    it('must have stopped at all', async () => {
      const never: ProgramStarter = () => ({ shutdown: () => new Promise(() => undefined) });
      const result = await run({ lasts: '1 s' }, { programs: { pi: never } });
      expect(kindsOf(result)).to.include('S13');
      expect(toldOf(result, 'S13')).to.contain('told to stop at');
    });
  });
});
