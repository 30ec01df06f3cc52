/**
 * What it costs to listen for the hotword, and how soon it is found, for each detector.
 *
 * Memory is what a detector adds, processor time what it takes, both with the process that
 * openWakeWord's models have to themselves. Sound is fed faster than it sounds.
 */
import { readFileSync } from 'node:fs';

import type { OpenWakeWord } from '../src/adapters/hotwords/openwakeword';
import { seededNoise } from '../src/adapters/hotwords/seeded-noise';
import { SampleHotword } from '../src/audio/sample-hotword';
import type { HotwordDetector } from '../src/ports';
import { heyJarvisByFlite, HotwordBench } from '../test/adapters/hotwords/hotword-bench';
import { fixturePcm } from '../test/audio/fixtures';
import { fixtureSamples, join, listen, room } from '../test/contract/hotword';

const ROUNDS = 5;
const SPEECH_S = 60;
/** Odd, so that every place in a step of 80 ms has its turn. */
const OFFSET_STEP = 79;
const STEP_SAMPLES = 1_280;
const SAMPLES_PER_MS = 16;
const MS_PER_TICK = 10;

interface Subject {
  readonly detector: HotwordDetector;
  readonly pass: (ms: number) => Promise<void>;
  /** Of openWakeWord's process. */
  readonly pid?: number;
}

interface Case {
  readonly open: () => Promise<Subject>;
  readonly hotword: () => Promise<Int16Array>;
}

const CASES: Readonly<Record<string, Case>> = {
  SampleHotword: { open: openSample, hotword: () => fixtureSamples('hey-jarvis') },
  'porcupine-v1': { open: () => openEngine('porcupine-v1'), hotword: heyJarvisByFlite },
  openwakeword: {
    open: () => openEngine('openwakeword'),
    hotword: () => fixtureSamples('hey-jarvis'),
  },
};

/** Prints a table: a row a detector that can be had here. */
export async function showHotwords(
  name: string,
  print: (name: string, ...columns: readonly string[]) => void,
): Promise<void> {
  print(name, 'CPU ms/s', 'us/frame here', 'open ms', 'RSS MiB', 'found after', 'at the latest');
  for (const [detector, each] of Object.entries(CASES)) {
    try {
      print(`    ${detector}`, ...(await figuresOf(each)));
    } catch (error) {
      print(`    ${detector}`, String((error as { code?: unknown }).code ?? error));
    }
  }
}

async function figuresOf({ hotword, open }: Case): Promise<string[]> {
  const before = process.memoryUsage().rss;
  const startMs = performance.now();
  const subject = await open();
  const openMs = performance.now() - startMs;
  const { cpuMs, frameUs } = await costOf(subject);
  const rss = process.memoryUsage().rss - before + residentBytes(subject.pid);
  const delays = await delaysOf(subject, await hotword());
  subject.detector.close();
  const median = delays[delays.length >> 1] ?? NaN;
  const latest = delays.at(-1) ?? NaN;
  return [
    ...[cpuMs.toFixed(2), frameUs.toFixed(1), openMs.toFixed(0), (rss / 2 ** 20).toFixed(0)],
    ...[`${median.toFixed(0)} ms`, `${latest.toFixed(0)} ms`],
  ];
}

/** Processor time for a second of speech, least of several; and how long `process` takes. */
async function costOf({
  detector,
  pass,
  pid,
}: Subject): Promise<{ cpuMs: number; frameUs: number }> {
  const speech = await fixtureSamples('long-answer');
  const { frameSamples } = detector;
  const frames = Math.floor((SPEECH_S * 1_000 * SAMPLES_PER_MS) / frameSamples);
  const least = { cpuMs: Infinity, frameUs: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    const startCpuMs = cpuMsOf(pid);
    let hereMs = 0;
    for (let index = 0; index < frames; index += 1) {
      const at = (index * frameSamples) % (speech.length - frameSamples);
      const frame = speech.subarray(at, at + frameSamples);
      const startMs = performance.now();
      detector.process(frame);
      hereMs += performance.now() - startMs;
      if (pid !== undefined) await pass(0);
    }
    least.cpuMs = Math.min(least.cpuMs, (cpuMsOf(pid) - startCpuMs) / SPEECH_S);
    least.frameUs = Math.min(least.frameUs, (hereMs * 1_000) / frames);
  }
  return least;
}

/** From the hotword's last sample to `true`, in ms of sound, sorted. */
async function delaysOf(subject: Subject, hotword: Int16Array): Promise<number[]> {
  const delays: number[] = [];
  for (let offset = 0; offset < STEP_SAMPLES; offset += OFFSET_STEP) {
    subject.detector.reset();
    const lead = join(room(1_000), seededNoise(offset, 30));
    const found = await listen(subject, join(lead, hotword, room(1_000)));
    if (found.length !== 1) throw new Error(`found ${found.length} times at ${offset}`);
    delays.push((found[0] as number) - (lead.length + hotword.length) / SAMPLES_PER_MS);
  }
  return delays.sort((a, b) => a - b);
}

async function openSample(): Promise<Subject> {
  const detector = new SampleHotword({ template: await fixturePcm('hey-jarvis') });
  return { detector, pass: () => Promise.resolve() };
}

async function openEngine(spec: string): Promise<Subject> {
  const bench = new HotwordBench();
  const detector = await bench.open({ spec });
  const { engine } = detector as unknown as {
    engine: Partial<OpenWakeWord> & { child?: { pid: number } };
  };
  const pass = async (ms: number): Promise<void> => {
    if (ms > 0) await bench.clock.pass(ms);
    await engine.settled?.();
  };
  return { detector, pass, ...(engine.child === undefined ? {} : { pid: engine.child.pid }) };
}

/** Processor time of this process, and of the other. */
function cpuMsOf(pid: number | undefined): number {
  const { system, user } = process.cpuUsage();
  const here = (system + user) / 1_000;
  if (pid === undefined) return here;
  // proc(5): the name, in parentheses, may hold anything; utime and stime are fields 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return here + (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1_024;
}
