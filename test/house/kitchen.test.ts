/**
 * A kitchen: the built client and server as processes, and between them and the air a real sound
 * server with a virtual microphone and speaker. It takes as long as the sound does.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { fixtureFile } from '../../src/audio/fixture-file';
import { decodeWav } from '../../src/audio/wav-file';
import { describeWithPulse, type Pulse } from '../adapters/sound/pulse';
import { build, Running, start, startServer } from '../bin/programs';
import { find } from './correlation';
import { Relay } from './relay';

const HOTWORD = path.join(__dirname, '..', 'adapters', 'hotwords', 'hey-jarvis-by-flite.wav');
const QUESTION = fixtureFile('what-time-is-it');
/** A second in which nobody speaks: a person is not faster than that. */
const SILENCE = fixtureFile('silence');
/** Of a voice that has gone through nothing but virtual cables. */
const THE_SAME = 0.98;

/** What the parrot repeats of the question: it may leave out the beginning and the end. */
async function said(): Promise<Buffer> {
  const pcm = await decodeWav(readFileSync(QUESTION));
  return pcm.subarray(6_400, pcm.length - 3_200);
}

/** How often a line that matches was told so far. */
function count(program: Running, pattern: RegExp): number {
  return program.stdout.match(new RegExp(pattern, 'g'))?.length ?? 0;
}

/** Resolves once it was told so often. */
function told(program: Running, pattern: string, times: number): Promise<unknown> {
  return program.sees(new RegExp(`(?:${pattern}[^]*){${times}}`));
}

describeWithPulse('a kitchen', (pulse: () => Pulse) => {
  let server: Running;
  let relay: Relay;
  let client: Running;

  before(build);

  beforeEach(async () => {
    const started = await startServer();
    server = started.server;
    relay = await Relay.to(Number(started.port));
  });

  afterEach(() => {
    relay.close();
    return Running.endAll();
  });

  /** A client with real devices, whichever adapters these are. */
  async function listening(microphone: string, speaker: string, ...flags: string[]): Promise<void> {
    const devices = ['--microphone', microphone, '--speaker', speaker];
    const hotword = ['--hotword', 'porcupine-v1:jarvis'];
    const args = ['--server', relay.url, ...devices, ...hotword, ...flags];
    client = start('client', args, pulse().env);
    await client.sees(/link\.connected/);
    await client.sees(/device\.chosen .*hotword/);
  }

  async function ask(): Promise<void> {
    await pulse().say(HOTWORD);
    await client.sees(/session\.started/);
    await pulse().say(QUESTION);
  }

  for (const [microphone, speaker] of [
    ['pvrecorder', 'speaker'],
    ['arecord', 'aplay'],
  ] as const) {
    it(`hears, asks and answers through ${microphone} and ${speaker}`, async () => {
      await listening(microphone, speaker);
      const recording = await pulse().record();
      await ask();
      await client.sees(/playback\.ended .*how=finished/);
      const heard = await recording.stop();
      expect(find(await said(), heard).likeness).to.be.greaterThan(THE_SAME);
      client.signal('SIGTERM');
      expect((await client.exited).code).to.equal(0);
      expect(client.stdout).to.match(/host\.stopped timers=0 sockets=0 dials=0 devices=0/);
    });
  }

  it('listens again after the link was cut in the middle of a session', async () => {
    await listening('auto', 'auto');
    await pulse().say(HOTWORD);
    await client.sees(/session\.started/);
    relay.cut();
    await client.sees(/session\.ended .*reason=link_lost/);
    await client.sees(/cue\.played .*cue=interrupted/);
    await told(client, 'link\\.connected', 2);
    await pulse().say(HOTWORD);
    await told(client, 'session\\.started', 2);
    await pulse().say(QUESTION);
    await client.sees(/playback\.ended .*how=finished/);
    expect(count(server, /session\.started/)).to.equal(2);
  });

  it('hears nothing of what it says itself, an answer or the sound of a session', async () => {
    const unload = await pulse().load('module-loopback', 'source=vspk.monitor', 'sink=vmic');
    await listening('auto', 'auto', '--acknowledge');
    await pulse().say(HOTWORD);
    await client.sees(/cue\.played .*cue=listening/);
    await client.sees(/session\.started/);
    await pulse().say(SILENCE);
    await pulse().say(QUESTION);
    await client.sees(/playback\.started/);
    const recording = await pulse().record('mic');
    await client.sees(/playback\.ended .*how=finished/);
    // A parrot that hears itself answers itself, within a second of having spoken.
    for (const second of [SILENCE, SILENCE, SILENCE]) await pulse().say(second);
    const atMicrophone = await recording.stop();
    expect(find(await said(), atMicrophone).likeness, 'it was there to hear').to.be.greaterThan(
      0.9,
    );
    await unload();
    expect(count(server, /turn\.started/)).to.equal(1);
    expect(count(client, /hotword\.detected/)).to.equal(1);
  });

  it('goes on when the sound server is restarted', async () => {
    await listening('auto', 'auto');
    await pulse().kill();
    await client.sees(/microphone\.failed/);
    await pulse().restart();
    await pulse().isRecorded();
    await pulse().say(SILENCE);
    await ask();
    await client.sees(/playback\.ended .*how=finished/);
  });
});
