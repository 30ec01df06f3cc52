import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { expect } from 'chai';

import { AplayOutput } from '../../../src/adapters/sound/aplay-output';
import { DeviceSpeaker } from '../../../src/adapters/sound/device-speaker';
import { SystemClock } from '../../../src/adapters/system-clock';
import { distinctSound } from '../../contract/speaker';
import { changeEnv } from './environment';
import { FakeAplay } from './fake-aplay';

/** A speaker on `aplay`, and how one sound of 100 ms ended on it. */
async function playOn(device?: string, isEnded = true) {
  const clock = new SystemClock();
  const open = (handlers: ConstructorParameters<typeof AplayOutput>[2]) =>
    new AplayOutput(device, clock, handlers);
  const speaker = new DeviceSpeaker({ clock, events: { emit: () => undefined }, open });
  const startMs = clock.now();
  const how = await new Promise<string>((resolve) => {
    const playback = speaker.play({ onFinished: () => resolve('finished'), onFailed: resolve });
    playback.write(distinctSound(100));
    if (isEnded) playback.end();
  });
  return { clock, speaker, how, tookMs: clock.now() - startMs };
}

describe('AplayOutput', () => {
  let fake: FakeAplay;
  let leave: (() => void) | undefined;
  beforeEach(() => {
    fake = new FakeAplay();
  });
  afterEach(() => {
    leave?.();
    leave = undefined;
    fake.remove();
  });

  const ENDS = {
    works: 'finished',
    busy: 'device_busy',
    dies: 'device_lost',
    unfit: 'device_error',
    wordless: 'device_error',
  } as const;

  for (const [script, end] of Object.entries(ENDS)) {
    it(`ends with ${end} on an aplay that is or does: ${script}`, async () => {
      leave = fake.enter(script as keyof typeof ENDS);
      const { clock, how, speaker } = await playOn();
      expect(how).to.equal(end);
      expect([speaker.openDevices(), clock.pendingTimers()]).to.deep.equal([0, 0]);
    });
  }

  it('loses the device to an aplay that ends before it is told to', async () => {
    leave = fake.enter('endsEarly');
    expect((await playOn(undefined, false)).how).to.equal('device_lost');
  });

  it('finds the device missing where aplay is', async () => {
    leave = changeEnv({ PATH: '/nonexistent' });
    const { clock, how, speaker } = await playOn();
    expect(how).to.equal('device_missing');
    expect([speaker.openDevices(), clock.pendingTimers()]).to.deep.equal([0, 0]);
  });

  it('fails with a name that no program can be given', async () => {
    expect((await playOn('a\0b')).how).to.equal('device_error');
  });

  it('fails, or stops, without descriptors for a child', () => {
    leave = fake.enter('works');
    const script = path.join(__dirname, 'starved-player.ts');
    const command = `ulimit -n 100 && exec "$0" -r ts-node/register/transpile-only "${script}"`;
    const { stdout } = spawnSync('sh', ['-c', command, process.execPath], { encoding: 'utf8' });
    expect(stdout).to.equal('device_error 0\n');
  });

  it('does not finish before the sound has, on a device that swallows it at once', async () => {
    leave = fake.enter('works');
    expect((await playOn()).tookMs).to.be.at.least(100);
  });

  it('kills an aplay that does not end when it is told to', async () => {
    leave = fake.enter('deaf');
    const clock = new SystemClock();
    const { opened, released, output } = openOutput(clock);
    await opened;
    output.abort();
    output.abort();
    await released;
    expect(clock.pendingTimers()).to.equal(0);
  });

  it('gives the name of the device as one argument, and tells aplay no secrets', async () => {
    const restore = changeEnv({ TARS_TOKEN: 'secret', PICOVOICE_ACCESS_KEY: 'secret' });
    leave = fake.enter('works');
    await playOn('--help me');
    restore();
    expect(fake.lines('arguments')[0]).to.equal('--device=--help me');
    expect(fake.lines('env').join('\n')).not.to.include('secret');
    expect(fake.lines('env')).to.include('LC_ALL=C');
  });

  const hasAplay = spawnSync('aplay', ['--version']).error === undefined;
  const real = hasAplay ? it : it.skip;
  const reason = hasAplay ? '' : ' [skipped: aplay is not installed]';

  real(`plays to a device of ALSA's that needs no hardware${reason}`, async () => {
    const { how, tookMs } = await playOn('null');
    expect(how).to.equal('finished');
    expect(tookMs).to.be.at.least(100);
  });

  real(`finds a device missing that ALSA does not know${reason}`, async () => {
    expect((await playOn('nosuch')).how).to.equal('device_missing');
  });
});

function openOutput(clock: SystemClock) {
  let output: AplayOutput | undefined;
  let onReleased = (): void => undefined;
  const released = new Promise<void>((resolve) => (onReleased = resolve));
  const opened = new Promise<void>((resolve) => {
    output = new AplayOutput(undefined, clock, {
      onDrained: () => undefined,
      onFailed: () => undefined,
      onOpened: resolve,
      onReleased: () => onReleased(),
      onTaken: () => undefined,
    });
  });
  return { opened, released, output: output as AplayOutput };
}
