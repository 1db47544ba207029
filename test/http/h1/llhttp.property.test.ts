import fc from 'fast-check';
import t from 'tap';
import { framedFields, type MessageShape, message, path, textOf } from './arbitraries.ts';
import { ClientHarness } from './client-harness.ts';
import { type NodeMessage, readWithNode } from './llhttp.ts';
import type { HeardMessage } from './message-log.ts';
import { hear } from './server-harness.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 500);

function requestText([target, shape]: readonly [string, MessageShape]): string {
  return `POST ${target} HTTP/1.1\r\nhost: a\r\n${textOf(shape)}`;
}

const requests = fc.array(fc.tuple(path, message), { minLength: 1, maxLength: 3 });

function pairsOf(fields: readonly string[]): string {
  const pairs: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = (fields[at] as string).toLowerCase();
    if (name !== 'host' && name !== 'transfer-encoding') pairs.push(`${name}:${fields[at + 1]}`);
  }
  return pairs.join('\n');
}

function readAlike(ours: HeardMessage, nodes: NodeMessage, start: string): boolean {
  return (
    ours.start === start &&
    ours.body === nodes.body &&
    ours.isComplete === nodes.isComplete &&
    ours.fields.map(([name, value]) => `${name}:${value}`).join('\n') === pairsOf(nodes.fields) &&
    (ours.trailers ?? []).map(([name, value]) => `${name}:${value}`).join('\n') ===
      pairsOf(nodes.trailers)
  );
}

t.test('valid requests are read as Node’s parser reads them', async () => {
  fc.assert(
    fc.property(requests, (all) => {
      const text = all.map(requestText).join('');
      const ours = hear([text]);
      const nodes = readWithNode('request', Buffer.from(text, 'latin1'));
      return (
        nodes.error === undefined &&
        ours.length === all.length &&
        nodes.messages.length === all.length &&
        ours.every((each, index) => {
          const other = nodes.messages[index] as NodeMessage;
          return readAlike(each, other, `POST a ${other.url}`);
        })
      );
    }),
    { numRuns: RUNS },
  );
});

t.test('valid responses are read as Node’s parser reads them', async () => {
  const status = fc.integer({ min: 200, max: 599 }).filter((each) => each !== 204 && each !== 304);
  fc.assert(
    fc.property(status, message, (code, shape) => {
      const fields = framedFields(shape);
      const body = shape.body === undefined ? [] : shape.body;
      const whole = { ...shape, fields: shape.fields, body: body.length === 0 ? ['x'] : body };
      const text = `HTTP/1.1 ${code} Some Reason\r\n${textOf(whole)}`;
      const client = new ClientHarness();
      client.ask();
      client.feed(text);
      const nodes = readWithNode('response', Buffer.from(text, 'latin1'));
      const [ours] = client.heard;
      const [other] = nodes.messages;
      return (
        fields.length >= 0 &&
        nodes.error === undefined &&
        ours !== undefined &&
        other !== undefined &&
        readAlike(ours, other, String(code))
      );
    }),
    { numRuns: RUNS },
  );
});

const SIGNS = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  'a',
  'x',
  '+',
  '-',
  '"',
  '=',
  '\x7f',
  '\x80',
  '\r\n ',
  ' HTTP/1.1',
];

/** A change to a text: at a place, so many characters are taken out and a sign is put in. */
const mutation = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.integer({ min: 0, max: 3 }),
  sign: fc.option(fc.constantFrom(...SIGNS), { nil: '' }),
});

/**
 * White space around the parts of a chunk extension, which RFC 9112 section 7.1.1 has recipients
 * take and llhttp refuses.
 */
const SPACED_EXTENSION = /\n[0-9a-fA-F]+(?:[ \t]*;|[^\r\n]*;[^\r\n]*[ \t])/;

t.test(
  'of damaged requests nothing passes that Node’s parser refuses or splits otherwise',
  async () => {
    fc.assert(
      fc.property(
        requests,
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (all, mutations) => {
          let text = all.map(requestText).join('');
          for (const { place, removed, sign } of mutations) {
            const at = Math.floor(place * text.length);
            text = text.slice(0, at) + sign + text.slice(at + removed);
          }
          const ours = hear([text]).filter(({ isComplete }) => isComplete);
          const { messages } = readWithNode('request', Buffer.from(text, 'latin1'));
          const nodes = messages.filter(({ isComplete }) => isComplete);
          fc.pre(!SPACED_EXTENSION.test(text));
          return (
            ours.length <= nodes.length &&
            ours.every((each, index) => {
              const other = nodes[index] as NodeMessage;
              return each.body === other.body && each.start.endsWith(` ${other.url}`);
            })
          );
        },
      ),
      { numRuns: RUNS * 4 },
    );
  },
);
