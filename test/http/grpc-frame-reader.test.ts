import fc from 'fast-check';
import t from 'tap';
import { GrpcFrameReader, grpcFrameHeader } from '#http/grpc-frame-reader.ts';

/** Writes down what it hears. */
class Recorder extends GrpcFrameReader {
  readonly messages: { flags: number; bytes: number[] }[] = [];
  readonly ends: number[] = [];

  protected override onMessageStart(flags: number): void {
    this.messages.push({ flags, bytes: [] });
  }

  protected override onMessageBytes(bytes: Buffer, start: number, end: number): void {
    this.messages.at(-1)?.bytes.push(...bytes.subarray(start, end));
  }

  protected override onMessageEnd(end: number): void {
    this.ends.push(end);
  }
}

const messages = fc.array(
  fc.record(
    { flags: fc.nat(255), bytes: fc.array(fc.nat(255), { maxLength: 300 }) },
    { noNullPrototype: true },
  ),
  { maxLength: 6 },
);

function encoded(sent: readonly { flags: number; bytes: number[] }[]): Buffer {
  return Buffer.concat(
    sent.flatMap(({ flags, bytes }) => {
      const header = grpcFrameHeader(bytes.length);
      header[0] = flags;
      return [header, Buffer.from(bytes)];
    }),
  );
}

t.test('messages are found however the body is cut', async () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(40)), (sent, sizes) => {
      const body = encoded(sent);
      const reader = new Recorder();
      let at = 0;
      let begun = 0;
      for (const size of [...sizes, body.length]) {
        begun += reader.read(body.subarray(at, at + size));
        at = Math.min(at + size, body.length);
      }
      t.strictSame(reader.messages, sent);
      t.equal(begun, sent.length);
      t.equal(reader.count, sent.length);
      t.equal(reader.ends.length, sent.length);
    }),
  );
});

t.test('a message counts as soon as its first byte is there', async (t) => {
  const reader = new GrpcFrameReader();
  t.equal(reader.read(Buffer.from([0])), 1);
  t.equal(reader.read(Buffer.from([0, 0, 0, 1])), 0);
  t.equal(reader.read(Buffer.from('a')), 0);
  t.equal(reader.read(Buffer.from([0])), 1);
});

t.test('the end of a message is the place behind it in its chunk', async (t) => {
  const reader = new Recorder();
  const two = encoded([
    { flags: 0, bytes: [1, 2] },
    { flags: 0, bytes: [] },
  ]);
  reader.read(Buffer.concat([two, two.subarray(0, 6)]));
  t.strictSame(reader.ends, [7, 12]);
  reader.read(two.subarray(6, 8));
  t.strictSame(reader.ends, [7, 12, 1]);
});

t.test('a length may be as large as 32 bits allow', async (t) => {
  const reader = new Recorder();
  reader.read(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]));
  t.equal(reader.read(Buffer.alloc(1000)), 0, 'all of it is message');
  t.strictSame(reader.ends, []);
});
