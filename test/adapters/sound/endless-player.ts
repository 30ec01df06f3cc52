/** A program that plays until it is killed; it says when something sounds. Run by a test. */
import { openSpeaker } from '../../../src/adapters/sound/speaker-devices';
import { SystemClock } from '../../../src/adapters/system-clock';
import { distinctSound } from '../../contract/speaker';

async function main(adapter: string): Promise<void> {
  const clock = new SystemClock();
  const speaker = await openSpeaker(adapter, { clock, events: { emit: () => undefined } });
  const over = (): void => process.exit(1);
  const playback = speaker.play({ onFinished: over, onFailed: over });
  const sound = distinctSound(60_000);
  playback.write(sound);
  const wait = (): void => {
    if (playback.bufferedBytes() === sound.length) clock.setTimeout(wait, 10);
    else process.stdout.write('sounds\n');
  };
  wait();
}

void main(process.argv[2] ?? 'auto');
