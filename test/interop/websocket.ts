import type { Test } from 'tap';

const LIMIT_MS = 5_000;
const TEXTS = ['short', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(70_000), 'grüße'];

/** Talks to an echoing server by Node's own WebSocket client. */
export async function talkByWebSocket(t: Test, port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
  socket.binaryType = 'arraybuffer';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const echoed: (string | number)[] = [];
  const bytes = new Uint8Array(200_000).fill(7);
  socket.onopen = () => {
    for (const text of TEXTS) socket.send(text);
    socket.send(bytes);
  };
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    const isText = typeof data === 'string';
    echoed.push(isText ? data : new Uint8Array(data as ArrayBuffer).filter(isSeven).length);
    if (echoed.length === TEXTS.length + 1) socket.close(1000);
  };
  socket.onerror = () => reject(new Error('the WebSocket failed'));
  socket.onclose = () => resolve();
  const late = setTimeout(() => reject(new Error(`only ${echoed.length} came back`)), LIMIT_MS);
  await promise;
  clearTimeout(late);
  t.strictSame(echoed, [...TEXTS, bytes.length]);
}

function isSeven(byte: number): boolean {
  return byte === 7;
}
