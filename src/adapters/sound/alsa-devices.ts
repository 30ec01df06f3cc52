import { parseCards, parsePcms, parsePulse, type AlsaDevice } from './alsa-listing';
import { runProgram } from './run-program';

/** How long a program may take that only tells something. */
const QUERY_LIMIT_MS = 5_000;

/**
 * The devices that a program of alsa-utils takes, with those of a sound server where ALSA has a
 * plugin for it. Empty where nothing can tell.
 */
export async function listAlsaDevices(
  program: 'aplay' | 'arecord',
  ofServer: 'sinks' | 'sources',
): Promise<AlsaDevice[]> {
  const [pcms, cards, served] = await Promise.all([
    query(program, '-L').then(parsePcms),
    query(program, '-l').then(parseCards),
    query('pactl', 'list', 'short', ofServer).then(parsePulse),
  ]);
  const hasPulse = pcms.some(({ name }) => name === 'pulse');
  const all = [...pcms, ...cards, ...(hasPulse ? served : [])];
  // Newer versions list with -L what older ones list with -l alone: the first of a name stays.
  const byName = new Map(all.toReversed().map((device) => [device.name, device]));
  return [...byName.values()].toReversed();
}

async function query(program: string, ...args: string[]): Promise<string> {
  return (await runProgram(program, args, { limitMs: QUERY_LIMIT_MS })).stdout;
}
