import type { SocketStream } from '../ports';

/** Resolves once a stream is closed, at once where it is already. */
export function closed(stream: SocketStream): Promise<void> {
  if (stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
  });
}

/** Whether a stream that is being dialled comes to be connected. */
export function connected(stream: SocketStream): Promise<boolean> {
  return new Promise((resolve) => {
    stream.once('connect', () => resolve(true));
    stream.once('close', () => resolve(false));
  });
}
