import { isMainThread } from 'node:worker_threads';

// Preloaded by NODE_OPTIONS into every thread: a worker that reads a certain header meets a defect,
// though the proxy itself has none to offer.
const MAGIC = 'x-meet-a-defect';

interface WithLatin1Slice {
  latin1Slice(this: Buffer, start?: number, end?: number): string;
}

if (!isMainThread) {
  const prototype = Buffer.prototype as unknown as WithLatin1Slice;
  const { latin1Slice } = prototype;
  prototype.latin1Slice = function (start, end) {
    const text = latin1Slice.call(this, start, end);
    if (text.includes(MAGIC)) throw new Error('the defect of the test');
    return text;
  };
}
