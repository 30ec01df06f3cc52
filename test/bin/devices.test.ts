/** The client with devices of the machine: a sound card for tests, in real time. */
import { expect } from 'chai';

import { fixtureFile } from '../../src/audio/fixture-file';
import { describeWithPulse } from '../adapters/sound/pulse';
import { build, run, Running, saboteur, start, startServer } from './programs';

const QUESTION = fixtureFile('hey-jarvis-what-time-is-it');
const HOTWORD = ['--hotword', `wav:${fixtureFile('hey-jarvis')}`];

describeWithPulse('client program with real devices', (pulse) => {
  before(function () {
    this.timeout(60_000);
    return build();
  });
  afterEach(() => Running.endAll());

  for (const [microphone, speaker] of [
    ['arecord', 'aplay'],
    ['auto', 'auto'],
  ] as const) {
    it(`hears by ${microphone}, answers by ${speaker}, and leaves nothing`, async function () {
      this.timeout(90_000);
      const { url } = await startServer();
      const devices = ['--microphone', microphone, '--speaker', speaker, ...HOTWORD];
      const client = start('client', ['--server', url, ...devices], pulse().env);
      await client.sees(/link\.connected/);
      await client.sees(/device\.chosen device=microphone adapter=(arecord|pvrecorder)/);
      await client.sees(/device\.chosen device=speaker adapter=(aplay|speaker)/);
      const heard = await pulse().record();
      await pulse().say(QUESTION);
      await client.sees(/session\.started/);
      await client.sees(/playback\.ended .*how=finished/);
      const loudest = (pcm: Buffer): number =>
        pcm.reduce((most, _, at) => (at % 2 ? most : Math.max(most, pcm.readInt16LE(at))), 0);
      expect(loudest(await heard.stop()), 'what the room has heard').to.be.above(1_000);
      client.signal('SIGTERM');
      const { code, stderr, stdout } = await client.exited;
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.match(/host\.stopped timers=0 sockets=0 dials=0 devices=0\n$/);
    });
  }

  it('leaves no child behind when it ends by an error that nobody expected', async () => {
    const recorders = async (): Promise<number> => (await pulse().list('source-outputs')).length;
    const before = await recorders();
    const { url } = await startServer();
    const devices = ['--microphone', 'arecord', '--speaker', 'aplay', ...HOTWORD];
    const crash = saboteur('/hotword\\.detected/', `throw new Error('planted')`);
    const env = { ...pulse().env, NODE_OPTIONS: `--require ${crash}` };
    const client = start('client', ['--server', url, ...devices], env);
    await client.sees(/link\.connected/);
    expect(await recorders()).to.equal(before + 1);
    await pulse().say(QUESTION);
    const { code, stdout } = await client.exited;
    expect(stdout).to.match(/FATAL: program\.failed error=Error message=planted stack=/);
    expect(code).to.equal(1);
    // Ends when nobody records any more, or at the time limit of the test.
    while ((await recorders()) > before);
  });

  it('lists them, and lets a person try them', async function () {
    this.timeout(60_000);
    const listed = await run('client', ['--list-devices'], pulse().env);
    expect([listed.code, listed.stderr]).to.deep.equal([0, '']);
    expect(listed.stdout).to.match(/^--microphone\n( {2}\S.*\n)*--speaker\n( {2}\S.*\n)*$/);
    expect(listed.stdout).to.include('arecord:').and.include('aplay:');
    const checked = start('client', ['--check-audio', '--microphone', 'arecord'], pulse().env);
    await checked.sees(/Say something/);
    await pulse().say(QUESTION);
    const { code, stdout } = await checked.exited;
    expect(stdout).to.include('microphone: arecord\n').and.include('If you have heard yourself');
    expect(code).to.equal(0);
  });
});
