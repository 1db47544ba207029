import fc from 'fast-check';
import t from 'tap';
import { HeaderMap } from '#http/header-map.ts';
import { cutAt, cuts, framedFields, type MessageShape, message, path } from './arbitraries.ts';
import { ClientHarness, HeardResponse, requestOf } from './client-harness.ts';
import type { HeardMessage } from './message-log.ts';
import { hear, responseOf, ServerHarness } from './server-harness.ts';

interface Encoder {
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
}

function writeBody(encoder: Encoder, { body, trailers }: MessageShape): void {
  if (body === undefined) return;
  body.forEach((piece, index) => {
    const isLast = index === body.length - 1 && trailers.length === 0;
    encoder.encodeData(Buffer.from(piece, 'latin1'), isLast);
  });
  if (trailers.length === 0) return;
  const map = new HeaderMap();
  for (const [name, value] of trailers) map.append(name, value);
  encoder.encodeTrailers(map);
}

/** What must be heard of a message, whoever wrote it. */
function expected(start: string, shape: MessageShape, more: HeardMessage['fields']): HeardMessage {
  const { trailers } = shape;
  return {
    start,
    fields: [...framedFields(shape), ...more],
    interim: [],
    body: shape.body?.join('') ?? '',
    trailers: trailers.length === 0 ? undefined : trailers,
    isComplete: true,
    failure: undefined,
  };
}

const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH');

t.test('the server reads every request as the client was given it', async () => {
  fc.assert(
    fc.property(
      method,
      path,
      fc.array(message, { minLength: 1, maxLength: 3 }),
      cuts,
      (verb, target, shapes, shares) => {
        const client = new ClientHarness();
        for (const shape of shapes) {
          const response = new HeardResponse();
          const encoder = client.codec.newStream(response);
          const headers = requestOf(verb, target, framedFields(shape));
          encoder.encodeHeaders(headers, shape.body === undefined);
          writeBody(encoder, shape);
          client.feed('HTTP/1.1 204 No Content\r\n\r\n');
        }
        const announces = verb !== 'GET' && verb !== 'DELETE';
        const wanted = shapes.map((shape) => {
          const isEmpty = announces && shape.body === undefined;
          const more = isEmpty ? ([['content-length', '0']] as const) : [];
          return expected(`${verb} example.test ${target}`, shape, more);
        });
        const heard = hear(cutAt(client.transport.sent, shares));
        return JSON.stringify(heard) === JSON.stringify(wanted);
      },
    ),
    { numRuns: 400 },
  );
});

t.test('the client reads every response as the server was given it', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), message, cuts, (status, shape, shares) => {
      const isBodiless = status === 204 || status === 304;
      const answer = isBodiless ? { ...shape, body: undefined, trailers: [] } : shape;
      const server = new ServerHarness();
      server.feed('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      const { encoder } = server.last;
      encoder.encodeHeaders(responseOf(status, framedFields(answer)), answer.body === undefined);
      writeBody(encoder, answer);
      server.settle();

      const client = new ClientHarness();
      client.ask();
      for (const piece of cutAt(server.transport.sent, shares)) client.feed(piece);
      const isEmpty = answer.body === undefined && !isBodiless;
      const more = isEmpty ? ([['content-length', '0']] as const) : [];
      const wanted = expected(String(status), answer, more);
      return (
        JSON.stringify(client.heard) === JSON.stringify([wanted]) && client.ends[0] === 'reusable'
      );
    }),
    { numRuns: 400 },
  );
});
