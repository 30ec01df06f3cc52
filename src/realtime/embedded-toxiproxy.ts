import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SystemClock } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import type { Random } from '../ports';
import { makeApi } from '../toxiproxy/api';
import { Toxiproxy } from '../toxiproxy/toxiproxy';
import { LOOPBACK } from './loopback-network';

export interface RunningToxiproxy {
  /** Where its HTTP API is. */
  readonly url: string;
  close(): Promise<void>;
}

/** Our own Toxiproxy in this process, on a port that the system chooses. */
export async function startToxiproxy(random: Random): Promise<RunningToxiproxy> {
  const toxiproxy = new Toxiproxy({ clock: new SystemClock(), sockets: new TcpSockets(), random });
  const server = createServer(makeApi(toxiproxy));
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await toxiproxy.close();
    },
  };
}
