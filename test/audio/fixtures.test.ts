import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { soundMs } from '../../src/constants';
import { FIXTURES, fixtureFile, fixturePcm } from './fixtures';

const HEADER_BYTES = 44;
const SPEECH = [
  ...['hey-jarvis', 'what-time-is-it', 'turn-on-the-light', 'hey-jarvis-what-time-is-it'],
  ...['its-half-past-nine', 'long-answer'],
];
/** RMS of 20 ms, of 32,767: what an endpointer would call speech. */
const SPEECH_RMS = 500;

/** What the README's table says: seconds by file name. */
function documentedSeconds(): Map<string, number> {
  const readme = readFileSync(path.join(FIXTURES, 'README.md'), 'utf8');
  const rows = readme.matchAll(/^\| `(.+)\.wav` \| ([\d.]+) \|/gm);
  return new Map([...rows].map(([, name, seconds]) => [name as string, Number(seconds)]));
}

function samplesOf(pcm: Buffer): number[] {
  return Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2));
}

function rmsOf(pcm: Buffer): number {
  const samples = samplesOf(pcm);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

function framesOf(pcm: Buffer): Buffer[] {
  const starts = Array.from({ length: Math.floor(pcm.length / 640) }, (_, frame) => frame * 640);
  return starts.map((start) => pcm.subarray(start, start + 640));
}

/** Milliseconds of the longest stretch without speech between two with it. */
function longestPauseMs(pcm: Buffer): number {
  const isSpeech = framesOf(pcm).map((frame) => rmsOf(frame) > SPEECH_RMS);
  const inner = isSpeech.slice(isSpeech.indexOf(true), isSpeech.lastIndexOf(true));
  const pauses = inner
    .map((speech) => (speech ? ' ' : '.'))
    .join('')
    .split(/ +/);
  return 20 * Math.max(...pauses.map((pause) => pause.length));
}

describe('fixtures/wav', () => {
  it('holds the files that its README lists, and no others', () => {
    const files = readdirSync(FIXTURES).filter((file) => file.endsWith('.wav'));
    const documented = [...documentedSeconds().keys()].map((name) => `${name}.wav`);
    expect(files.sort()).to.deep.equal(documented.sort());
  });

  for (const [name, seconds] of documentedSeconds()) {
    it(`${name}.wav lasts ${seconds} s, behind a header of 44 bytes`, async () => {
      const pcm = await fixturePcm(name);
      expect(soundMs(pcm.length) / 1000).to.be.closeTo(seconds, 0.0005);
      expect(pcm.equals(fixtureFile(name).subarray(HEADER_BYTES))).to.equal(true);
    });
  }

  for (const name of SPEECH) {
    it(`${name}.wav has its peak at -6 dBFS`, async () => {
      const peak = Math.max(...samplesOf(await fixturePcm(name)).map(Math.abs));
      expect(20 * Math.log10(peak / 32_768)).to.be.closeTo(-6, 0.2);
    });
  }

  for (const name of SPEECH.filter((each) => each !== 'hey-jarvis-what-time-is-it')) {
    it(`${name}.wav is one utterance: no pause in it reaches 400 ms`, async () => {
      expect(longestPauseMs(await fixturePcm(name))).to.be.below(400);
    });
  }

  it('holds a whole turn made of hotword, pause and question', async () => {
    const hotword = await fixturePcm('hey-jarvis');
    const question = await fixturePcm('what-time-is-it');
    const parts = [hotword, Buffer.alloc(600 * 32), question, Buffer.alloc(300 * 32)];
    const turn = await fixturePcm('hey-jarvis-what-time-is-it');
    expect(turn.equals(Buffer.concat(parts))).to.equal(true);
  });

  it('holds silence that is digital, and noise that nobody takes for speech', async () => {
    expect(rmsOf(await fixturePcm('silence'))).to.equal(0);
    const noise = framesOf(await fixturePcm('noise')).map(rmsOf);
    expect(Math.max(...noise)).to.be.within(1, SPEECH_RMS / 3);
  });

  it('stays small', () => {
    const bytes = [...documentedSeconds().keys()].map((name) => fixtureFile(name).length);
    expect(bytes.reduce((sum, each) => sum + each)).to.be.below(700_000);
  });
});
