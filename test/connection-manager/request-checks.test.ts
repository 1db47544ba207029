import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { headOf, ManagerHarness, requestHead } from './manager-harness.ts';

/** What becomes of a path: what filters see, or the status and details of the refusal. */
function outcomeOf(
  path: string,
  manager: JsonObject,
  method = 'GET',
  fields: string[] = [],
): string {
  const harness = new ManagerHarness({ manager });
  const sent = harness.connect().send(requestHead(method, path, fields));
  if (harness.terminal === undefined) {
    const [log] = harness.logged;
    return `${log?.status} ${log?.details}`;
  }
  const { requestHeaders } = harness.terminal.stream;
  if (requestHeaders === undefined) return headOf(sent).join();
  return requestHeaders.path;
}

t.test('paths are left alone by default, but for fragments', async (t) => {
  t.equal(outcomeOf('/a/../b//c/%2e%2e', {}), '/a/../b//c/%2e%2e');
  t.equal(outcomeOf('/a#b', {}), '400 path_normalization_failed');
  t.equal(outcomeOf('/a?b#c', {}), '400 path_normalization_failed');
});

t.test('paths that are no paths', async (t) => {
  t.equal(outcomeOf('*', {}, 'OPTIONS'), '404 absolute_path_rejected');
  const relative = { httpProtocolOptions: { allowAbsoluteUrl: false } };
  t.equal(outcomeOf('http://other/a', relative), '404 absolute_path_rejected');
  t.equal(outcomeOf('http://other/a', {}), '/a');
});

t.test('normalize_path, then merge_slashes', async (t) => {
  const both = { normalizePath: true, mergeSlashes: true };
  t.equal(outcomeOf('/a//..//b/./c', both), '/a/b/c');
  t.equal(outcomeOf('/a/%2e%2e/b?x=/../', { normalizePath: true }), '/b?x=/../');
  t.equal(outcomeOf('/a%00', { normalizePath: true }), '400 path_normalization_failed');
  t.equal(outcomeOf('/a//b', { mergeSlashes: true }), '/a/b');
});

t.test('path_with_escaped_slashes_action', async (t) => {
  const action = (pathWithEscapedSlashesAction: string, more: JsonObject = {}): JsonObject => ({
    pathWithEscapedSlashesAction,
    ...more,
  });
  t.equal(outcomeOf('/a%2fb', action('KEEP_UNCHANGED')), '/a%2fb');
  t.equal(outcomeOf('/a%2fb', action('REJECT_REQUEST')), '400 path_normalization_failed');
  t.equal(outcomeOf('/a?%2f', action('REJECT_REQUEST')), '/a?%2f');
  t.equal(outcomeOf('/a%2f%5Cb', action('UNESCAPE_AND_FORWARD')), '/a/\\b');
  t.equal(outcomeOf('/a%2f..%2fb', action('UNESCAPE_AND_FORWARD', { normalizePath: true })), '/b');
  const redirect = action('UNESCAPE_AND_REDIRECT', { normalizePath: true });
  t.equal(outcomeOf('/a%2f..%2fb', redirect), '307 path_normalization_failed');
  t.equal(outcomeOf('/a/../b', redirect), '/b', 'only escaped slashes redirect');
  const grpc = ['content-type: application/grpc'];
  t.equal(outcomeOf('/a%2fb', redirect, 'GET', grpc), '200 path_normalization_failed');
});

t.test('a redirect says where', async (t) => {
  const harness = new ManagerHarness({
    manager: { pathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT', normalizePath: true },
  });
  t.ok(headOf(harness.connect().get('/a%2f..%2fb?q=%2f')).includes('location: /b?q=%2f'));
  t.equal(harness.stat('downstream_rq_redirected_with_normalized_path'), 1);
});

t.test('a request without a host is refused', async (t) => {
  const harness = new ManagerHarness();
  const sent = harness.connect().send('GET / HTTP/1.1\r\n\r\n');
  t.same(headOf(sent), ['HTTP/1.1 400 Bad Request', 'connection: close', 'content-length: 0']);
  t.match(harness.logged, [{ details: 'missing_host_header' }]);
});

t.test('HTTP/1.0 may do without where there is a default', async (t) => {
  const harness = new ManagerHarness({
    manager: {
      httpProtocolOptions: { accept_http_10: true, default_host_for_http_10: 'default.test' },
    },
  });
  harness.connect().send('GET / HTTP/1.0\r\n\r\n');
  t.equal(harness.terminal?.stream.requestHeaders?.authority, 'default.test');
});

t.test('hosts', async (t) => {
  const rows: readonly (readonly [JsonObject, string, string])[] = [
    // Configuration, host, what filters see; the listener has port 80.
    [{}, 'a.test.:80', 'a.test.:80'],
    [{ stripAnyHostPort: true }, 'a.test:81', 'a.test'],
    [{ stripAnyHostPort: true }, 'a.test:', 'a.test:'],
    [{ stripAnyHostPort: true }, 'a.test', 'a.test'],
    [{ stripAnyHostPort: true }, '[::1]:81', '[::1]'],
    [{ stripAnyHostPort: true }, '[::1]', '[::1]'],
    [{ stripMatchingHostPort: true }, 'a.test:80', 'a.test'],
    [{ stripMatchingHostPort: true }, 'a.test:81', 'a.test:81'],
    [{ stripTrailingHostDot: true }, 'a.test.', 'a.test'],
    [{ stripTrailingHostDot: true }, 'a.test.:80', 'a.test:80'],
    [{ stripTrailingHostDot: true }, 'a.test', 'a.test'],
    [{ stripTrailingHostDot: true, stripAnyHostPort: true }, 'a.test.:80', 'a.test'],
  ];
  for (const [manager, host, expected] of rows) {
    const harness = new ManagerHarness({ manager });
    harness.connect().send(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    t.equal(harness.terminal?.stream.requestHeaders?.authority, expected, host);
  }
});

t.test('expect: 100-continue', async (t) => {
  const post = requestHead('POST', '/', ['expect: 100-Continue', 'content-length: 2']);

  await t.test('is answered, counted and not forwarded', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    t.equal(client.send(post), 'HTTP/1.1 100 Continue\r\n\r\n');
    t.equal(harness.terminal?.stream.requestHeaders?.has('expect'), false);
    t.equal(harness.stat('downstream_rq_1xx'), 1);
  });

  await t.test('is the upstream’s to answer with proxy_100_continue', async (t) => {
    const harness = new ManagerHarness({ manager: { proxy100Continue: true } });
    const client = harness.connect();
    t.equal(client.send(post), '');
    t.equal(harness.terminal?.stream.requestHeaders?.has('expect'), true);
  });
});
