import fc from 'fast-check';
import t from 'tap';
import { compileLogPattern, escapeLogLine } from '#server/log/log-pattern.ts';
import type { LogRecord } from '#server/log/log-record.ts';

// The expectations here are what Envoy 1.40 wrote for the same pattern at the same kind of time.

process.env['TZ'] = 'XXX-9';

const record: LogRecord = {
  wallMs: Date.UTC(2026, 10, 21, 11, 44, 52, 7) + 0.25,
  level: 'info',
  component: 'config',
  message: 'loading tracing configuration',
  fields: undefined,
  thread: 0,
  source: { file: 'src/server/server.ts', line: 181, function: 'Server.start' },
};

function format(pattern: string, changes: Partial<LogRecord> = {}): string {
  return compileLogPattern(pattern).format({ ...record, ...changes });
}

await t.test('every flag shows what it shows in Envoy', async (t) => {
  const expected: Readonly<Record<string, string>> = {
    '%v': 'loading tracing configuration',
    '%_': 'loading tracing configuration',
    '%j': 'loading tracing configuration',
    '%+': 'loading tracing configuration',
    '%*': '',
    '%t': String(process.pid),
    '%P': String(process.pid),
    '%n': 'config',
    '%l': 'info',
    '%L': 'I',
    '%a': 'Sat',
    '%A': 'Saturday',
    '%b': 'Nov',
    '%B': 'November',
    '%h': 'Nov',
    '%c': 'Sat Nov 21 20:44:52 2026',
    '%C': '26',
    '%Y': '2026',
    '%D': '11/21/26',
    '%x': '11/21/26',
    '%m': '11',
    '%d': '21',
    '%H': '20',
    '%I': '08',
    '%M': '44',
    '%S': '52',
    '%e': '007',
    '%f': '007250',
    '%F': '007250000',
    '%p': 'PM',
    '%r': '08:44:52 PM',
    '%R': '20:44',
    '%T': '20:44:52',
    '%X': '20:44:52',
    '%z': '+09:00',
    '%E': '1795261492',
    '%%': '%',
    '%^%l%$': 'info',
    '%@': 'src/server/server.ts:181',
    '%s': 'server.ts',
    '%g': 'src/server/server.ts',
    '%#': '181',
    '%!': 'Server.start',
    '%o %i %u %O': '0 0 0 0',
    '%q %k %w %Z %y': '%q %k %w %Z %y',
    'x%': 'x',
    plain: 'plain',
    '': '',
    '%-v|%=v|%8v|': [record.message, record.message, record.message, ''].join('|'),
    '[%8l][%-8l][%=8l][%=9l]': '[    info][info    ][  info  ][  info   ]',
    '[%3!l][%-3!l][%2l][%5!l][%0l]': '[inf][inf][info][ info][info]',
    '%!v': 'Server.startv',
    '[%Y-%m-%d %T.%e][%l][%n] [%g:%#] %v':
      '[2026-11-21 20:44:52.007][info][config] [src/server/server.ts:181] loading tracing configuration',
  };
  for (const [pattern, text] of Object.entries(expected)) t.equal(format(pattern), text, pattern);
});

await t.test('widths end at 64', async (t) => {
  t.equal(format('%200l').length, 64);
});

await t.test('noon and midnight are twelve', async (t) => {
  const at = (hour: number): string =>
    format('%I %p', { wallMs: new Date(2026, 0, 2, hour).getTime() });
  t.equal(at(0), '12 AM');
  t.equal(at(11), '11 AM');
  t.equal(at(12), '12 PM');
  t.equal(at(23), '11 PM');
});

await t.test('fields appear as the tags of Envoy', async (t) => {
  const fields = { ConnectionId: 0, StreamId: '21"4' };
  const tags = '"ConnectionId":"0","StreamId":"21\\"4"';
  const message = 'new\nconnection';
  t.equal(format('%v', { fields, message }), `[Tags: ${tags}] new\nconnection`);
  t.equal(format('%_', { fields, message }), `[Tags: ${tags}] new\\nconnection`);
  t.equal(format('%+', { fields, message }), 'new\nconnection');
  t.equal(format('{"a":1%*}', { fields, message }), `{"a":1,${tags}}`);
  const json = format('{"m":"%j"}', { fields, message });
  t.strictSame(JSON.parse(json), { m: `[Tags: ${tags}] new\nconnection` });
});

await t.test('the time since the record before is in the unit of the flag', async (t) => {
  const pattern = compileLogPattern('%O %o %i %u');
  const format = (record: LogRecord): string => pattern.format(record);
  t.equal(format(record), '0 0 0 0');
  t.equal(format({ ...record, wallMs: record.wallMs + 1500 }), '1 1500 1500000 1500000000');
  t.equal(format({ ...record, wallMs: record.wallMs }), '0 0 0 0', 'a clock set back is no time');
});

await t.test('the place in the sources is asked for only where it is shown', async (t) => {
  for (const flag of ['%@', '%s', '%g', '%#', '%!']) {
    t.ok(compileLogPattern(`a ${flag}`).needsSource, flag);
    t.equal(format(flag, { source: undefined }), '', `${flag} of a worker's record`);
  }
  t.notOk(compileLogPattern('[%Y-%m-%d %T.%e][%t][%l][%n] %v %%g').needsSource);
});

await t.test('workers show their number', async (t) => {
  t.equal(format('%t', { thread: 3 }), '3');
});

await t.test('escaping leaves one line of printable ASCII', async (t) => {
  t.equal(
    escapeLogLine('a\tb\n"c\\\u0001é\u007f \'x\r\n'),
    'a\\tb\\n\\"c\\\\\\001\\303\\251\\177 \\\'x\r\n',
  );
  t.equal(escapeLogLine(''), '');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      /^[\x20-\x7e]*$/.test(escapeLogLine(text).trimEnd()),
    ),
  );
});

await t.test('every text is a pattern', async () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'%-=!129vlgx*$^ '.split('')) }), (pattern) => {
      return typeof format(pattern) === 'string';
    }),
  );
});
