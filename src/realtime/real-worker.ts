/** One run in real time, in a worker of the pool: the pool calls the default export. */
import { readStory } from '../runner/stories';
import { playable, runInRealTime, type RealResult, type RealRunOptions } from './real-run';

export interface RealJob extends RealRunOptions {
  readonly file: string;
}

/** The first run of a thread compiles as it goes, which takes longer than what it plays. */
const WARM_UP = {
  name: 'warm-up',
  story: 'A question is asked and answered, and nobody looks at it.',
  acts: [{ at: '1 s', says: 'hey-jarvis-what-time-is-it' }],
  lasts: '8 s',
} as const;

let warm: Promise<unknown> | undefined;

async function warmUp(): Promise<void> {
  const runnable = await playable(WARM_UP, 1);
  if (!('reason' in runnable)) await runInRealTime(runnable, { seed: 1, scale: 0.2 });
}

/** Rejects for a scenario that is not for this world: whoever asks has looked before. */
export default async function runJob({ file, ...options }: RealJob): Promise<RealResult> {
  await (warm ??= warmUp());
  const { scenario } = await readStory(file);
  const runnable = await playable(scenario, options.seed);
  if ('reason' in runnable) throw new Error(`${file}: ${runnable.reason}`);
  return runInRealTime(runnable, options);
}
