/** Our server as it is built, with room for whoever comes and an engine that swallows. */
import { EventLog } from '../../src/adapters/event-log';
import { SystemClock, SystemRandom } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import type { ConversationEngine } from '../../src/ports';
import { TarsAssistant } from '../../src/server/tars-assistant';
import { heartbeatMs, ROOM, tellPort } from './load';

const SWALLOWS: ConversationEngine = {
  open: () => Promise.resolve({ hear: () => undefined, close: () => Promise.resolve() }),
};

async function main(): Promise<void> {
  const clock = new SystemClock();
  const assistant = new TarsAssistant(
    {
      clock,
      random: new SystemRandom(),
      sockets: new TcpSockets(),
      events: new EventLog({
        wall: clock,
        format: 'json',
        level: 'info',
        write: (line) => void process.stdout.write(line),
      }),
      engine: SWALLOWS,
    },
    {
      port: 0,
      maxDevices: ROOM,
      maxEngines: ROOM,
      // All of them come from one machine, at once.
      maxPendingUpgrades: ROOM,
      maxPendingUpgradesPerAddress: ROOM,
      // Nobody speaks, and nobody is sent away for it.
      activeTimeoutMs: 2 ** 31 - 1,
      heartbeat: { intervalMs: heartbeatMs() },
    },
  );
  await assistant.start();
  tellPort(assistant.address?.port ?? 0);
}

void main();
