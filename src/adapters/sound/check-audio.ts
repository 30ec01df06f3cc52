import { cueSound } from '../../audio/cue-sound';
import { BYTES_PER_MS, soundMs } from '../../constants';
import type { Clock, DeviceFailure, Microphone, Speaker } from '../../ports';
import { levelBar, soundLevel } from './sound-level';

export interface CheckAudioPorts {
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly clock: Clock;
  /** Shows a line, given without its end. */
  readonly write: (line: string) => void;
}

/** What is wrong: the device has failed, is `stalled`, or there is nothing in what it recorded. */
export type AudioProblem = DeviceFailure | 'stalled' | 'nothing_heard';

/** With `exitCode` 0 a voice was recorded and played back. */
export type CheckAudioResult =
  | { readonly exitCode: 0 }
  | {
      readonly exitCode: 1;
      readonly device: 'microphone' | 'speaker';
      readonly why: AudioProblem;
    };

/** How long is recorded. */
const RECORD_MS = 2_000;
/** How often the level is shown meanwhile. */
const SHOW_MS = 250;
/** How much longer than its sound a device may take. */
const PATIENCE_MS = 10_000;
/** A voice in the room is louder than this; the noise of a microphone is not. */
const QUIET_DBFS = -50;
/** So many samples at the end of the scale are no chance any more. */
const CLIPPED_SAMPLES = 3;

const ADVICE: Record<AudioProblem, string> = {
  device_busy: 'another program has it: stop that one, or choose another device',
  device_error: 'it could not be used: see what the system says of it (arecord -l, aplay -l)',
  device_lost: 'it was there and is gone: check its cable and its power',
  device_missing: 'it is not there: plug it in, or choose another with --list-devices',
  nothing_heard: 'is the microphone muted (alsamixer, F4), or is it another one (--list-devices)?',
  stalled: 'it does nothing: plug it in anew, or choose another with --list-devices',
};

/**
 * Lets a person hear whether microphone and speaker work: records two seconds, shows how loud they
 * were, and plays them back. Where nothing was heard, the speaker is tried with a chime.
 */
export async function checkAudio(ports: CheckAudioPorts): Promise<CheckAudioResult> {
  const { write } = ports;
  write(`Say something: listening for ${RECORD_MS / 1_000} seconds.`);
  const recorded = await record(ports);
  if (typeof recorded === 'string') return failed(ports, 'microphone', recorded);
  const isHeard = showLevel(write, recorded);
  write(isHeard ? 'Playing it back.' : 'Playing a chime instead.');
  const problem = await play(ports, isHeard ? recorded : cueSound('listening'));
  if (problem !== undefined) return failed(ports, 'speaker', problem);
  if (!isHeard) return failed(ports, 'microphone', 'nothing_heard');
  write('Done. If you have heard yourself, both work.');
  return { exitCode: 0 };
}

function failed(
  { write }: CheckAudioPorts,
  device: 'microphone' | 'speaker',
  why: AudioProblem,
): CheckAudioResult {
  write(`${device}: ${why.replace('_', ' ')}: ${ADVICE[why]}`);
  return { exitCode: 1, device, why };
}

/** Resolves with the sound, or with what was wrong. */
function record({ clock, microphone, write }: CheckAudioPorts): Promise<Buffer | AudioProblem> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let shownBytes = 0;
    const end = (result: Buffer | AudioProblem): void => {
      clock.clearTimeout(deadline);
      stream.close();
      resolve(result);
    };
    const onAudio = (pcm: Buffer): void => {
      pieces.push(pcm);
      bytes += pcm.length;
      if (bytes - shownBytes >= SHOW_MS * BYTES_PER_MS) {
        write(`  ${levelBar(soundLevel(Buffer.concat(pieces).subarray(shownBytes)).peakDbfs)}`);
        shownBytes = bytes;
      }
      if (bytes >= RECORD_MS * BYTES_PER_MS) end(Buffer.concat(pieces));
    };
    const stream = microphone.open({ onAudio, onFailed: end });
    const deadline = clock.setTimeout(() => end('stalled'), RECORD_MS + PATIENCE_MS);
    stream.listenFor('session');
  });
}

/** Shows how loud it was; whether there is a voice in it, or anything as loud. */
function showLevel(write: (line: string) => void, pcm: Buffer): boolean {
  const { clippedSamples, peakDbfs, rmsDbfs } = soundLevel(pcm);
  write(`Recorded: peak ${peakDbfs.toFixed(1)} dBFS, RMS ${rmsDbfs.toFixed(1)} dBFS.`);
  if (clippedSamples >= CLIPPED_SAMPLES) {
    write('Too loud: parts were cut off. Lower the gain (alsamixer, F4), or step back.');
  }
  return peakDbfs >= QUIET_DBFS;
}

/** Resolves with what was wrong, or with nothing. */
function play({ clock, speaker }: CheckAudioPorts, pcm: Buffer): Promise<AudioProblem | undefined> {
  return new Promise((resolve) => {
    const end = (problem: AudioProblem | undefined): void => {
      clock.clearTimeout(deadline);
      resolve(problem);
    };
    const playback = speaker.play({ onFinished: () => end(undefined), onFailed: end });
    const deadline = clock.setTimeout(
      () => {
        playback.stop();
        end('stalled');
      },
      soundMs(pcm.length) + PATIENCE_MS,
    );
    playback.write(pcm);
    playback.end();
  });
}
