/** A program that records by the spec in its argument, and says so; or says why it cannot. */
import { openMicrophone } from '../../../src/adapters/sound/microphone-devices';
import { SystemClock } from '../../../src/adapters/system-clock';

async function main(spec: string): Promise<void> {
  const ports = { clock: new SystemClock(), events: { emit: () => undefined } };
  const microphone = await openMicrophone(spec, ports);
  let isHeard = false;
  const stream = microphone.open({
    onAudio: () => {
      if (!isHeard) process.stdout.write('records\n');
      isHeard = true;
    },
    onFailed: (failure) => process.stdout.write(`${failure}\n`),
  });
  stream.listenFor('session');
}

void main(process.argv[2] ?? 'auto');
