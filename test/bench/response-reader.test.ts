import fc from 'fast-check';
import t from 'tap';
import { ResponseReader } from '../../bench/load/response-reader.ts';

/** Feeds the reader through one buffer that is used again for each piece, as a socket's is. */
function readInPieces(responses: readonly string[], cuts: readonly number[]): number[] {
  const reader = new ResponseReader();
  const buffer = Buffer.alloc(1_024);
  const statuses: number[] = [];
  for (const response of responses) {
    let offset = 0;
    for (let piece = 0; offset < response.length; piece += 1) {
      const length = buffer.write(
        response.slice(offset, offset + (cuts[piece % cuts.length] ?? 1)),
        'latin1',
      );
      offset += length;
      const status = reader.read(buffer, length);
      if (status !== undefined) statuses.push(status);
      if (status !== undefined && offset < response.length) t.fail('ended too early');
    }
  }
  return statuses;
}

t.test('the end of a response is found wherever it is cut', (t) => {
  const piece = fc.integer({ min: 1, max: 200 });
  const response = fc.record({ status: fc.integer({ min: 200, max: 599 }), body: fc.nat(500) });
  fc.assert(
    fc.property(
      fc.array(response, { minLength: 1, maxLength: 4 }),
      fc.array(piece, { minLength: 1 }),
      (responses, cuts) => {
        const texts = responses.map(
          ({ status, body }) =>
            `HTTP/1.1 ${status} Some reason\r\nserver: x\r\nContent-Length: ${body}\r\n\r\n${'b'.repeat(body)}`,
        );
        t.same(
          readInPieces(texts, cuts),
          responses.map(({ status }) => status),
        );
      },
    ),
  );
  t.end();
});
