/**
 * Built client and server over loopback, as in a house: 50 sessions, each with a question and the
 * parrot's answer. What both hold after the first tenth is compared with what they hold in the end.
 */
import path from 'node:path';

import { FOLDER, needOf, Program } from './processes';
import type { Usage } from './programs/meter';
import { mib, print, progress } from './table';

/** At the same time, each with sessions of its own one after the other. */
const CLIENTS = 2;
const SESSIONS = 25;
/** Code is compiled and pools are filled by then. */
const WARM_SESSIONS = 5;

/** Prints a row for the server and for each client: what it holds early on, and in the end. */
export async function showSoak(name: string): Promise<void> {
  print(name, 'RSS MiB', '... in the end', 'heap MiB', '... in the end', 'fds, loop', '... end');
  const server = new Program('src/bin/server.js', ['--port', '0']);
  const [, port = ''] = await server.sees(/server\.listening.*port\D+(\d+)/);
  const clients = Array.from({ length: CLIENTS }, (_, at) => startClient(port, `soak-${at}`));
  const programs = [server, ...clients];
  await Promise.all(clients.map((client) => sessionsOf(client, WARM_SESSIONS)));
  const early = await Promise.all(programs.map(needOf));
  await Promise.all(clients.map((client) => sessionsOf(client, SESSIONS)));
  const late = await Promise.all(programs.map(needOf));
  programs.forEach((_, at) => show(at === 0 ? 'server' : `client ${at}`, early[at], late[at]));
  for (const each of [...clients, server]) await each.stop();
}

function startClient(port: string, device: string): Program {
  const question = path.join(FOLDER, 'fixtures/wav/hey-jarvis-what-time-is-it.wav');
  const hotword = path.join(FOLDER, 'fixtures/wav/hey-jarvis.wav');
  return new Program('src/bin/client.js', [
    ...['--server', `ws://127.0.0.1:${port}`, '--device', device],
    ...['--microphone', `wav:${question}`, '--hotword', `wav:${hotword}`, '--speaker', 'null'],
    // One more than are measured: with the last one it would end.
    ...['--sessions', String(SESSIONS + 1)],
  ]);
}

async function sessionsOf(client: Program, count: number): Promise<void> {
  const held = (): number => client.stdout.match(/session\.ended/g)?.length ?? 0;
  for (; held() < count; await client.says()) progress(`sessions: ${held()} of ${count}`);
}

function show(name: string, early: Usage | undefined, late: Usage | undefined): void {
  if (early === undefined || late === undefined) return;
  print(
    `    ${name}`,
    ...[early, late].map(({ rssBytes }) => mib(rssBytes)),
    ...[early, late].map(({ heapBytes }) => mib(heapBytes)),
    ...[early, late].map(({ descriptors, resources }) => `${descriptors}, ${resources}`),
  );
  if (late.descriptors > early.descriptors) throw new Error(`${name} leaves descriptors open`);
}
