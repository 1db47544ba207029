import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { LocalReply } from '#connection-manager/filter.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { headOf, ManagerHarness, requestHead } from './manager-harness.ts';

/** What a client gets for a local reply of the terminal filter. */
function answerOf(
  reply: Partial<LocalReply>,
  localReplyConfig: JsonObject | undefined = undefined,
  request = requestHead('GET', '/p'),
): { readonly head: string[]; readonly body: string; readonly harness: ManagerHarness } {
  const harness = new ManagerHarness({
    manager: localReplyConfig === undefined ? {} : { localReplyConfig },
  });
  const client = harness.connect();
  client.send(request);
  harness.terminal?.stream.sendLocalReply({ status: 503, body: '', details: 'd', ...reply });
  const sent = client.received();
  return { head: headOf(sent), body: sent.split('\r\n\r\n')[1] ?? '', harness };
}

const format = (text: string, contentType = ''): JsonObject => ({
  textFormatSource: { inlineString: text },
  ...(contentType === '' ? {} : { contentType }),
});
const status = (value: number): JsonObject => ({
  statusCodeFilter: { comparison: { op: 'EQ', value: { defaultValue: value, runtimeKey: 'k' } } },
});
const GRPC = requestHead('POST', '/p', ['content-type: application/grpc', 'content-length: 0']);

t.test('a reply has a length and a type if it has a body', async (t) => {
  t.same(answerOf({ body: 'no' }).head, [
    'HTTP/1.1 503 Service Unavailable',
    'content-length: 2',
    'content-type: text/plain',
  ]);
  t.same(answerOf({}).head, ['HTTP/1.1 503 Service Unavailable', 'content-length: 0']);
});

t.test('a reply to HEAD has the fields of its body', async (t) => {
  const { head, body } = answerOf({ body: 'no' }, undefined, requestHead('HEAD', '/p'));
  t.same(head.slice(1), ['content-length: 2', 'content-type: text/plain']);
  t.equal(body, '');
});

t.test('whoever replies may change the headers', async (t) => {
  const { head } = answerOf({
    body: '{}',
    modifyHeaders: (headers) => {
      headers.append('x-more', '1');
      headers.append('content-type', 'application/json');
    },
  });
  t.same(head.slice(1), ['x-more: 1', 'content-type: application/json', 'content-length: 2']);
});

t.test('a body is bytes', async (t) => {
  const { head, body } = answerOf({ body: '\xc3\xa9' });
  t.ok(head.includes('content-length: 2'));
  t.equal(body, '\xc3\xa9');
});

t.test('local_reply_config', async (t) => {
  await t.test('formats bodies', async (t) => {
    const { head, body } = answerOf(
      { body: 'no' },
      { bodyFormat: format('%LOCAL_REPLY_BODY% %RESPONSE_CODE% %REQ(:path)%\n') },
    );
    t.equal(body, 'no 503 /p\n');
    t.ok(head.includes('content-type: text/plain'));
  });

  await t.test('formats bodies as JSON', async (t) => {
    const { head, body } = answerOf(
      { body: 'no' },
      { bodyFormat: { jsonFormat: { message: '%LOCAL_REPLY_BODY%', code: '%RESPONSE_CODE%' } } },
    );
    t.same(JSON.parse(body), { message: 'no', code: 503 });
    t.ok(head.includes('content-type: application/json'));
  });

  await t.test('sets the type of the body', async (t) => {
    const { head } = answerOf({}, { bodyFormat: format('<p>', 'text/html') });
    t.ok(head.includes('content-type: text/html'));
  });

  await t.test('applies the first mapper that matches', async (t) => {
    const mapper = (of: number, fields: JsonObject): JsonObject => ({
      filter: status(of),
      ...fields,
    });
    const { head, body, harness } = answerOf(
      { body: 'no' },
      {
        mappers: [
          mapper(404, { statusCode: 410 }),
          mapper(503, { statusCode: 418, body: { inlineString: 'tea' } }),
          mapper(503, { statusCode: 500 }),
        ],
        bodyFormat: format('[%LOCAL_REPLY_BODY%]'),
      },
    );
    t.match(head[0], /^HTTP\/1\.1 418 /);
    t.equal(body, '[tea]');
    t.match(harness.takeLogged(), [{ status: 418, details: 'd' }]);
    t.equal(harness.stat('downstream_rq_4xx'), 1);
  });

  await t.test('a mapper’s own format wins', async (t) => {
    const { body } = answerOf(
      { body: 'no' },
      {
        mappers: [{ filter: status(503), bodyFormatOverride: format('own') }],
        bodyFormat: format('common'),
      },
    );
    t.equal(body, 'own');
  });

  await t.test('a mapper adds headers', async (t) => {
    const { head } = answerOf(
      { body: 'no' },
      { mappers: [{ filter: status(503), headersToAdd: [{ header: { key: 'x', value: 'y' } }] }] },
    );
    t.ok(head.includes('x: y'));
  });

  await t.test('can take a body away', async (t) => {
    const { head } = answerOf(
      { body: 'no' },
      { mappers: [{ filter: status(503), body: { inlineString: '' } }] },
    );
    t.same(head.slice(1), ['content-length: 0']);
  });
});

t.test('gRPC clients', async (t) => {
  await t.test('are told in headers, with the status that fits', async (t) => {
    const { head, body } = answerOf({ body: 'no route\n\u00e9%' }, undefined, GRPC);
    t.same(head, [
      'HTTP/1.1 200 OK',
      'content-type: application/grpc',
      'grpc-status: 14',
      'grpc-message: no route%0A%E9%25',
      'content-length: 0',
    ]);
    t.equal(body, '');
  });

  await t.test('are told the status that was given', async (t) => {
    t.ok(answerOf({ grpcStatus: 4 }, undefined, GRPC).head.includes('grpc-status: 4'));
  });

  await t.test('are known by what they sent, not by what filters made of it', async (t) => {
    const answerAfter = (sent: string, changed: string): string[] => {
      const harness = new ManagerHarness({
        filters: {
          changer: {
            decodeHeaders: (self) => {
              self.stream.requestHeaders?.set('content-type', changed);
              return 'continue';
            },
          },
        },
      });
      const client = harness.connect();
      client.get('/', `content-type: ${sent}`);
      harness.terminal?.stream.sendLocalReply({ status: 503, body: 'no', details: 'd' });
      return headOf(client.received());
    };
    t.match(answerAfter('application/grpc-web', 'application/grpc')[0], /^HTTP\/1\.1 503 /);
    t.match(answerAfter('application/grpc', 'text/plain')[0], /^HTTP\/1\.1 200 /);
  });

  await t.test('are told the status of a mapper, and the one that a mapper sets', async (t) => {
    const mapped = { filter: status(503), statusCode: 429, body: { inlineString: 'mapped' } };
    const { head } = answerOf({ body: 'no' }, { mappers: [mapped] }, GRPC);
    t.ok(head.includes('grpc-status: 14'));
    t.ok(head.includes('grpc-message: mapped'));
    const set = { modifyHeaders: (to: ResponseHeaders) => to.set('grpc-status', '5') };
    t.ok(answerOf(set, { mappers: [mapped] }, GRPC).head.includes('grpc-status: 5'));
  });

  await t.test('get no line end of a JSON format', async (t) => {
    const { head } = answerOf({}, { bodyFormat: { jsonFormat: { a: 'b' } } }, GRPC);
    t.ok(head.includes('grpc-message: {"a":"b"}'));
  });
});

t.test('the route’s response header rules apply', async (t) => {
  const harness = new ManagerHarness({
    routes: [
      {
        match: { prefix: '/' },
        route: { cluster: 'backend' },
        responseHeadersToAdd: [{ header: { key: 'x-code', value: '%RESPONSE_CODE%' } }],
      },
    ],
  });
  const client = harness.connect();
  client.get();
  harness.terminal?.stream.sendLocalReply({ status: 503, body: '', details: 'd' });
  t.ok(headOf(client.received()).includes('x-code: 0'), 'which do not see its status yet');
});

t.test('errors of the codec are replies too', async (t) => {
  const harness = new ManagerHarness({
    manager: { localReplyConfig: { bodyFormat: format('%RESPONSE_CODE_DETAILS%') } },
  });
  const sent = harness.connect().send('BAD\r\n\r\n');
  t.match(sent, /^HTTP\/1\.1 400 .*\r\n\r\nhttp1\.codec_error$/s);
});
