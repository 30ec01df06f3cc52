import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { DeviceNotInstalledError, DeviceSpecError } from '../../../src/adapters/sound/device';
import { listSpeakers, openSpeaker } from '../../../src/adapters/sound/speaker-devices';
import { SpeakerLibrary } from '../../../src/adapters/sound/speaker-library';
import { SystemClock } from '../../../src/adapters/system-clock';
import type { LinkEvent } from '../../../src/events';
import type { Speaker } from '../../../src/ports';
import { distinctSound } from '../../contract/speaker';
import { changeEnv } from './environment';
import { FakeAplay } from './fake-aplay';

function ports() {
  const events: LinkEvent[] = [];
  const clock = new SystemClock();
  return { clock, events: { emit: (event: LinkEvent) => void events.push(event) }, told: events };
}

/** How a sound of 50 ms ends. */
function ending(speaker: Speaker): Promise<string> {
  return new Promise((resolve) => {
    const playback = speaker.play({ onFinished: () => resolve('finished'), onFailed: resolve });
    playback.write(distinctSound(50));
    playback.end();
  });
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it was resolved'),
    (error: Error) => error,
  );
}

const hasAplay = spawnSync('aplay', ['--version']).error === undefined;
const hasSpeaker = SpeakerLibrary.isInstalled();

describe('openSpeaker', () => {
  let folder: string;
  let fake: FakeAplay;
  /** What was changed, the latest of which is to be changed back first. */
  const leaves: (() => void)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-alsa-'));
    fake = new FakeAplay();
  });
  afterEach(() => {
    for (const leave of leaves.splice(0).reverse()) leave();
    rmSync(folder, { recursive: true });
    fake.remove();
  });

  /** An ALSA whose default device is one that needs no hardware, or is not there. */
  function configureAlsa(hasDefault: boolean): void {
    const file = path.join(folder, 'asound.conf');
    writeFileSync(file, hasDefault ? 'pcm.!default { type null }' : '');
    leaves.push(changeEnv({ ALSA_CONFIG_PATH: file }));
  }

  it('refuses what names no speaker, and says what does', async () => {
    const specs = [
      '',
      'spekaer',
      'AUTO',
      'auto:1',
      'aplay:',
      'speaker:\n',
      ':',
      'wav:a.wav',
      'null',
    ];
    for (const spec of [...specs, `aplay:${'x'.repeat(201)}`, 'x'.repeat(1_000_000)]) {
      const error = await rejection(openSpeaker(spec, ports()));
      expect(error, spec.slice(0, 20)).to.be.instanceOf(DeviceSpecError);
      expect(error).to.include({ code: 'ERR_DEVICE_SPEC' });
      expect(error.message).to.match(
        /^speaker '[^\n]{0,210}': (use auto, speaker\[:NAME\] or aplay|a NAME has)/,
      );
    }
  });

  it('says what to install where what is asked for is not here', async () => {
    leaves.push(changeEnv({ PATH: folder }));
    const error = await rejection(openSpeaker('aplay', ports()));
    expect(error).to.be.instanceOf(DeviceNotInstalledError);
    expect(error).to.include({ code: 'ERR_DEVICE_NOT_INSTALLED' });
    expect(error.message).to.include('install alsa-utils');
  });

  it('takes what is asked for, and tells at once that it does not work', async () => {
    leaves.push(fake.enter('busy'));
    const given = ports();
    const speaker = await openSpeaker('aplay:plughw:1,0', given);
    expect(given.told).to.deep.equal([
      { type: 'speaker.failed', failure: 'device_busy' },
      { type: 'device.chosen', device: 'speaker', adapter: 'aplay', why: 'asked_for' },
    ]);
    expect(fake.lines('arguments')[0]).to.equal('--device=plughw:1,0');
    leaves.push(fake.enter('works'));
    expect(await ending(speaker)).to.equal('finished');
    speaker.close();
  });

  it('with auto takes aplay where the package cannot open the default device', async () => {
    configureAlsa(false);
    leaves.push(fake.enter('works'));
    const given = ports();
    const speaker = await openSpeaker('auto', given);
    speaker.close();
    expect(given.told).to.deep.equal([
      { type: 'device.chosen', device: 'speaker', adapter: 'aplay', why: 'first_that_works' },
    ]);
  });

  const withSpeaker = hasSpeaker ? it : it.skip;
  const noSpeaker = hasSpeaker ? '' : ' [skipped: the package speaker is not installed]';

  withSpeaker(`with auto takes the package speaker where it works${noSpeaker}`, async () => {
    configureAlsa(true);
    const given = ports();
    const speaker = await openSpeaker('auto', given);
    expect(given.told).to.deep.equal([
      { type: 'device.chosen', device: 'speaker', adapter: 'speaker', why: 'first_that_works' },
    ]);
    expect(await ending(speaker)).to.equal('finished');
    speaker.close();
    expect(speaker.openDevices() + given.clock.pendingTimers()).to.equal(0);
  });

  withSpeaker(`survives the package where no device can be opened${noSpeaker}`, async () => {
    configureAlsa(false);
    const given = ports();
    const speaker = await openSpeaker('speaker', given);
    expect(await ending(speaker)).to.equal('device_missing');
    speaker.close();
    expect(given.told.map(({ type }) => type)).to.deep.equal([
      ...['speaker.failed', 'device.chosen', 'speaker.failed'],
    ]);
    // In a process of its own, because in this one the package may have been loaded before.
    const script = path.join(__dirname, 'endless-player.ts');
    const args = ['-r', 'ts-node/register/transpile-only', script, 'speaker'];
    const { signal, status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    expect({ signal, status }, 'aborted?').to.deep.equal({ signal: null, status: 1 });
  });

  const withBoth = hasSpeaker && hasAplay ? it : it.skip;
  const noBoth = hasSpeaker && hasAplay ? '' : ' [skipped: speaker or aplay is not installed]';

  withBoth(`plays later on a device that is plugged in later${noBoth}`, async () => {
    configureAlsa(false);
    const given = ports();
    const speaker = await openSpeaker('auto', given);
    expect(given.told).to.deep.equal([
      { type: 'device.chosen', device: 'speaker', adapter: 'speaker', why: 'nothing_works' },
    ]);
    configureAlsa(true);
    expect(await ending(speaker)).to.equal('finished');
    speaker.close();
  });
});

describe('listSpeakers', () => {
  it('is empty, and not an error, where nothing can tell', async () => {
    const leave = changeEnv({ PATH: '/nonexistent' });
    expect(await listSpeakers()).to.deep.equal([]);
    leave();
  });

  it('names devices once for each adapter, as openSpeaker takes them', async () => {
    const listed = await listSpeakers();
    const specs = listed.map(({ adapter, name }) => `${adapter}:${name}`);
    expect(new Set(specs).size).to.equal(specs.length);
    for (const spec of specs) expect(spec).to.match(/^(speaker|aplay):[^\p{Cc}]+$/u);
  });
});
