import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { DateHeader, prepareResponseHeaders } from '#connection-manager/response-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { parseManager } from '../tools/connection-manager-tools.ts';
import { requestOf } from '../tools/route-tools.ts';

type Fields = Readonly<Record<string, string>>;

function prepare(
  manager: JsonObject,
  response: Fields,
  request: Fields = {},
  status = 200,
): Fields {
  const { config } = parseManager(manager);
  if (config === undefined) throw new Error('not a good configuration');
  const headers = new ResponseHeaders();
  headers.status = status;
  for (const [name, value] of Object.entries(response)) headers.append(name, value);
  const asked = requestOf({ headers: Object.entries(request) });
  prepareResponseHeaders(headers, asked, config, 'now');
  const result: Record<string, string> = {};
  headers.forEach((name, value) => {
    result[name] = value;
  });
  return result;
}

t.test('date and server are added where they are missing', async (t) => {
  t.same(prepare({}, {}), { date: 'now', server: 'envoy' });
  t.match(prepare({}, { date: 'then' }), { date: 'then' });
});

t.test('server', async (t) => {
  const upstream = { server: 'upstream' };
  t.match(prepare({ serverName: 'me' }, upstream), { server: 'me' });
  const absent = { serverHeaderTransformation: 'APPEND_IF_ABSENT' };
  t.match(prepare(absent, upstream), { server: 'upstream' });
  t.match(prepare(absent, {}), { server: 'envoy' });
  const through = { serverHeaderTransformation: 'PASS_THROUGH' };
  t.match(prepare(through, upstream), { server: 'upstream' });
  t.notOk('server' in prepare(through, {}));
});

t.test('hop-by-hop fields go', async (t) => {
  const fields = prepare(
    {},
    {
      connection: 'keep-alive',
      'keep-alive': '1',
      'proxy-connection': 'keep-alive',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'x-kept': '1',
    },
  );
  t.same(Object.keys(fields), ['x-kept', 'date', 'server']);
});

t.test('an upgrade that was asked for keeps what names it', async (t) => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  t.match(prepare({}, upgrade, upgrade, 101), upgrade);
  t.notOk('content-length' in prepare({}, upgrade, upgrade, 101));
  t.notOk('upgrade' in prepare({}, upgrade, {}, 101), 'one that was not does not');
  t.match(prepare({}, upgrade, upgrade, 426), { ...upgrade, 'content-length': '0' });
});

t.test('x-request-id is told when configured, or when a trace was forced', async (t) => {
  const request = { 'x-request-id': 'id' };
  t.notOk('x-request-id' in prepare({}, {}, request));
  t.match(prepare({ alwaysSetRequestIdInResponse: true }, {}, request), request);
  t.match(prepare({}, {}, { ...request, 'x-envoy-force-trace': '1' }), request);
});

t.test('via', async (t) => {
  t.match(prepare({ via: '1.1 me' }, {}), { via: '1.1 me' });
  t.match(prepare({ via: '1.1 me' }, { via: '1.1 up' }), { via: '1.1 up, 1.1 me' });
});

t.test('dates are those of RFC 9110, made once a second', async (t) => {
  const header = new DateHeader();
  const at = Date.UTC(1994, 10, 6, 8, 49, 37);
  t.equal(header.at(at), 'Sun, 06 Nov 1994 08:49:37 GMT');
  t.equal(header.at(at + 999), 'Sun, 06 Nov 1994 08:49:37 GMT');
  t.equal(header.at(at + 1000), 'Sun, 06 Nov 1994 08:49:38 GMT');
});
