import t from 'tap';
import { declaredFraming, type Framing, headerOf, parseMessages } from './http-message.ts';

const byHeaders = (head: readonly string[]): Framing => declaredFraming(head) ?? { kind: 'none' };

function parse(text: string, framing = byHeaders, ended = false) {
  return parseMessages(Buffer.from(text, 'latin1'), ended, framing);
}

t.test('splits messages by their framing', async (t) => {
  const { messages, rest } = parse(
    'A / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcB / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n' +
      '2;x=y\r\nde\r\n1\r\nf\r\n0\r\nx-sum: 1\r\n\r\nC / HTTP/1.1\r\n\r\nrest',
  );
  t.same(
    messages.map((each) => [each.head[0], each.body.toString(), each.trailers, each.complete]),
    [
      ['A / HTTP/1.1', 'abc', [], true],
      ['B / HTTP/1.1', 'def', ['x-sum: 1'], true],
      ['C / HTTP/1.1', '', [], true],
    ],
  );
  t.equal(rest.toString(), 'rest');
});

t.test('shows an incomplete message and hides nothing of it', async (t) => {
  for (const [text, body] of [
    ['A / HTTP/1.1\r\ncontent-length: 5\r\n\r\nab', 'ab'],
    ['A / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', 'ab'],
    ['A / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nx: 1\r\n', 'ab'],
  ] as const) {
    const { messages, rest } = parse(text);
    t.equal(messages[0]?.complete, false);
    t.equal(messages[0]?.body.toString(), body);
    t.equal(rest.length, 0);
  }
  t.equal(parse('A / HTTP/1.1\r\nhalf').rest.toString(), 'A / HTTP/1.1\r\nhalf');
});

t.test('a body until the close is complete with the close', async (t) => {
  const framing = (): Framing => ({ kind: 'untilClose' });
  t.equal(parse('H 200\r\n\r\nabc', framing).messages[0]?.complete, false);
  t.equal(parse('H 200\r\n\r\nabc', framing, true).messages[0]?.complete, true);
});

t.test('a tunnel leaves everything behind the head', async (t) => {
  const { messages, rest } = parse('H 101\r\n\r\nabc\r\n\r\n', () => ({ kind: 'tunnel' }));
  t.equal(messages.length, 1);
  t.equal(rest.toString(), 'abc\r\n\r\n');
});

t.test('finds a header whatever its case, but not in the start line', async (t) => {
  t.equal(headerOf(['host: a', 'HOST:  b '], 'host'), 'b');
  t.equal(headerOf(['GET / HTTP/1.1'], 'host'), undefined);
});
