import { defineToxic, type Chunk, type Pipe } from '../toxic';

/**
 * Passes `bytes` bytes in all, and closes the connection at the last of them; with 0 or less, at
 * the first data that comes (`toxics/limit_data.go`).
 */
export const limitData = defineToxic({ type: 'limit_data', fields: ['bytes'], forConnection });

function forConnection(): Pipe<'bytes'> {
  let passed = 0;
  return async (stage, { bytes: limit }) => {
    for (;;) {
      const chunk = await stage.receive();
      if (chunk === 'end' || chunk === 'interrupted') return chunk;
      const head = headOf(chunk, limit - passed);
      passed += head.bytes.length;
      if (head.bytes.length > 0) await stage.send(head);
      if (passed >= limit) return 'end';
    }
  };
}

function headOf(chunk: Chunk, atMost: number): Chunk {
  return { ...chunk, bytes: chunk.bytes.subarray(0, Math.max(0, atMost)) };
}
