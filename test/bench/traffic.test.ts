import t from 'tap';
import {
  requestHalves,
  requestTemplates,
  type Traffic,
  UNIQUE_PLACEHOLDER,
} from '../../bench/load/traffic.ts';
import { parseWrkOutput, requestFileContent } from '../../bench/load/wrk.ts';

const TRAFFIC: Traffic = {
  method: 'GET',
  hosts: ['a.test', 'b.test', 'c.test'],
  pathPrefixes: ['/one/', '/two/'],
  bodyBytes: 0,
};

t.test('requests spread over all pairs of host and path prefix and are all different', (t) => {
  const templates = requestTemplates(TRAFFIC, 600);
  const hostOf = (headers: readonly (readonly [string, string])[]): string => headers[0]?.[1] ?? '';
  const pairs = templates.map(({ path, headers }) => `${hostOf(headers)}${path.slice(0, 5)}`);
  t.equal(new Set(pairs).size, 6);
  t.equal(new Set(templates.map(({ path }) => path)).size, 600);
  for (const name of ['cookie', 'referer', 'authorization']) {
    const values = templates.map(({ headers }) => headers.find(([each]) => each === name)?.[1]);
    t.equal(new Set(values).size, 600, name);
  }
  t.same(templates, requestTemplates(TRAFFIC, 600), 'and the same in every run');
  t.end();
});

t.test('a request has ten headers and one place for its unique value', (t) => {
  const [template] = requestTemplates(TRAFFIC, 1);
  if (template === undefined) throw new Error('there is one');
  const [before, after] = requestHalves(template, 0);
  const text = before + UNIQUE_PLACEHOLDER + after;
  t.match(text, /^GET \/one\/item-[0-9a-f]{6} HTTP\/1\.1\r\nhost: a\.test\r\n/);
  t.ok(before.endsWith('x-correlation-id: '));
  t.ok(text.endsWith('\r\n\r\n'));
  t.equal(text.trimEnd().split('\r\n').length, 11, 'the request line and ten headers');
  t.end();
});

t.test('an upload announces the body that it carries', (t) => {
  const upload: Traffic = { ...TRAFFIC, method: 'POST', bodyBytes: 1_000 };
  const [template] = requestTemplates(upload, 1);
  if (template === undefined) throw new Error('there is one');
  const text = requestHalves(template, 1_000).join('');
  t.match(text, /\r\ncontent-length: 1000\r\n/);
  t.equal(text.slice(text.indexOf('\r\n\r\n') + 4).length, 1_000);
  t.end();
});

t.test('the lengths in the file for wrk lead from record to record', (t) => {
  const content = requestFileContent(TRAFFIC);
  let offset = 0;
  let records = 0;
  while (offset < content.length) {
    const lineEnd = content.indexOf('\n', offset);
    const [first = 0, second = 0] = content.slice(offset, lineEnd).split(' ').map(Number);
    const text = content.slice(lineEnd + 1, lineEnd + 1 + first + second);
    if (!text.startsWith('GET /') || !text.endsWith('\r\n\r\n'))
      t.fail(`record ${records}: ${text}`);
    offset = lineEnd + 1 + first + second + 1;
    records += 1;
  }
  t.equal(offset, content.length);
  t.equal(records, 4_096);
  t.end();
});

t.test('what wrk found is read from its last line', (t) => {
  const output =
    'Running 4s test @ http://127.0.0.1:1/\n  99 requests in 4.00s\n\n' +
    '{"requests":99,"microseconds":4000000,"bytes":2048,"errors":1,"p50":610,"p99":3330}\n';
  t.same(parseWrkOutput(output), {
    requests: 99,
    durationSeconds: 4,
    bytesRead: 2_048,
    errors: 1,
    p50Ms: 0.61,
    p99Ms: 3.33,
  });
  t.end();
});
