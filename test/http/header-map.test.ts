import fc from 'fast-check';
import t from 'tap';
import { HeadParser } from '#http/h1/head-parser.ts';
import { TrailerBlock } from '#http/h2/header-block.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { HeaderMap } from '#http/header-map.ts';
import {
  acquireRequestHeaders,
  acquireResponseHeaders,
  releaseRequestHeaders,
  releaseResponseHeaders,
} from '#http/header-pool.ts';
import { inlineRequestHeaders, inlineResponseHeaders } from '#http/inline-headers.ts';
import { HeaderName, headerIdOf, knownHeaderNames } from '#http/known-headers.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { memoryUsed } from './memory-used.ts';

/** A map as the parser fills it. */
function parsed(lines: string): HeaderMap {
  const text = `${lines}\r\n`;
  const bytes = Buffer.from(text, 'latin1');
  const parser = new HeadParser('trailers', 1_000_000, 1000);
  const headers = new HeaderMap();
  parser.begin(0);
  if (parser.parse(bytes, bytes.length, headers) !== 'complete') throw new Error('not a head');
  headers.setText(bytes.toString('latin1'));
  return headers;
}

function pairsOf(headers: HeaderMap): string[][] {
  const pairs: string[][] = [];
  headers.forEach((name, value) => pairs.push([name, value]));
  return pairs;
}

const LINES = 'accept: a\r\nx-one:1\r\ncookie: b\r\nX-Two: 2 \r\ncookie: c\r\n';

t.test('a parsed map tells its fields', async (t) => {
  const headers = parsed(LINES);
  t.equal(headers.size, 5);
  t.equal(headers.get('accept'), 'a');
  t.equal(headers.get('x-one'), '1');
  t.equal(headers.get('x-two'), '2');
  t.equal(headers.get('x-three'), undefined);
  t.equal(headers.get('authorization'), undefined);
  t.equal(headers.has('x-one'), true);
  t.equal(headers.has('x-on'), false);
  t.equal(headers.has('x-ones'), false);
  t.same(headers.getAll('cookie'), ['b', 'c']);
  t.same(headers.getAll('x-three'), []);
  t.equal(headers.getJoined('cookie'), 'b,c');
  t.equal(headers.getJoined('accept'), 'a');
  t.equal(headers.getJoined('x-three'), undefined);
  t.equal(headers.countKnown(HeaderName.cookie), 2);
  t.equal(headers.countKnown(HeaderName.via), 0);
  t.equal(headers.getKnown(HeaderName.cookie), 'b');
  t.equal(headers.byteSize, 'accepta'.length + 'x-one1'.length * 2 + 'cookieb'.length * 2);
  t.same(pairsOf(headers), [
    ['accept', 'a'],
    ['x-one', '1'],
    ['cookie', 'b'],
    ['x-two', '2'],
    ['cookie', 'c'],
  ]);
});

t.test('lines that nobody touched are written as they came, others anew', async (t) => {
  const headers = parsed(LINES);
  t.equal(
    headers.toHttp1Lines(),
    'accept: a\r\nx-one: 1\r\ncookie: b\r\nx-two: 2\r\ncookie: c\r\n',
  );
  headers.set('x-one', 'one');
  headers.append('x-last', '9');
  headers.remove('accept');
  t.equal(
    headers.toHttp1Lines(),
    'x-one: one\r\ncookie: b\r\nx-two: 2\r\ncookie: c\r\nx-last: 9\r\n',
  );
  t.equal(
    headers.toHttp1Lines({ nameOf: (name) => name.toUpperCase(), reasonPhrase: '' }).slice(0, 10),
    'X-ONE: one',
  );
});

t.test('setting a header leaves one of it, in the place of the first', async (t) => {
  const headers = parsed(LINES);
  headers.set('cookie', 'd');
  t.same(headers.getAll('cookie'), ['d']);
  t.equal(headers.size, 4);
  t.equal(pairsOf(headers)[2]?.join(), 'cookie,d');
  headers.set('x-new', 'n');
  t.equal(pairsOf(headers).at(-1)?.join(), 'x-new,n');
});

t.test('removing takes every field of a name', async (t) => {
  const headers = parsed(`${LINES}x-one: 3\r\n`);
  t.equal(headers.remove('x-one'), true);
  t.equal(headers.remove('x-one'), false);
  t.equal(headers.removeKnown(HeaderName.cookie), true);
  t.equal(headers.removeKnown(HeaderName.cookie), false);
  t.equal(headers.removeKnown(HeaderName.via), false);
  t.equal(headers.size, 2);
  t.equal(headers.get('x-one'), undefined);
  headers.append('x-one', 'again');
  t.equal(headers.get('x-one'), 'again');
  headers.removeIf((name, value) => name === 'accept' || value === 'again');
  t.same(pairsOf(headers), [['x-two', '2']]);
});

t.test('values are tested one by one', async (t) => {
  const headers = parsed(LINES);
  const isC = (value: string): boolean => value === 'c';
  t.equal(headers.someValue(HeaderName.cookie, 'cookie', isC), true);
  t.equal(headers.someValue(HeaderName.accept, 'accept', isC), false);
  t.equal(headers.someValue(HeaderName.via, 'via', isC), undefined);
  t.equal(headers.someValue(0, 'x-one', isC), false);
  t.equal(headers.someValue(0, 'x-three', isC), undefined);
});

t.test(
  'repeated fields are joined in the place of the first, where the table says so',
  async (t) => {
    const headers = parsed(
      'accept: a\r\nx-a: 1\r\naccept: b\r\ncookie: c\r\ncookie: d\r\nx-a: 2\r\naccept:e\r\n',
    );
    headers.joinRepeats(inlineRequestHeaders);
    t.equal(
      headers.toHttp1Lines(),
      'accept: a,b,e\r\nx-a: 1\r\ncookie: c\r\ncookie: d\r\nx-a: 2\r\n',
    );
    const response = parsed('vary: a\r\nset-cookie: b\r\nvary: c\r\nset-cookie: d\r\n');
    response.joinRepeats(inlineResponseHeaders);
    t.equal(response.toHttp1Lines(), 'vary: a,c\r\nset-cookie: b\r\nset-cookie: d\r\n');
  },
);

t.test('a map that is used again remembers nothing', async (t) => {
  const headers = parsed(`${LINES}${'x-many: 1\r\n'.repeat(50)}`);
  t.equal(headers.size, 55);
  headers.clear();
  t.equal(headers.size, 0);
  t.equal(headers.get('accept'), undefined);
  t.equal(headers.get('x-one'), undefined);
  t.equal(headers.toHttp1Lines(), '');
  headers.append('x-one', 'new');
  t.same(pairsOf(headers), [['x-one', 'new']]);
  t.equal(headers.countKnown(HeaderName.cookie), 0);
});

t.test('a map can be copied behind another one', async (t) => {
  const headers = parsed('accept: a\r\n');
  const copy = new HeaderMap();
  copy.append('x-first', '0');
  copy.appendFrom(headers);
  headers.clear();
  t.same(pairsOf(copy), [
    ['x-first', '0'],
    ['accept', 'a'],
  ]);
});

t.test(
  'a map that waits for its next message does not keep the head of the last one',
  async (t) => {
    const before = memoryUsed();
    const maps = Array.from({ length: 20 }, (_, index) => {
      const headers = parsed(`x-one: a value of ${index}\r\nx-filler: ${'f'.repeat(500_000)}\r\n`);
      t.equal(headers.get('x-one'), `a value of ${index}`);
      headers.clear();
      return headers;
    });
    const grown = memoryUsed() - before;
    t.ok(grown < 1_000_000, `${grown} bytes for ${maps.length} maps`);
  },
);

t.test('pooled maps come back empty', async (t) => {
  const request = acquireRequestHeaders();
  Object.assign(request, { method: 'GET', path: '/', scheme: 'http', authority: 'a' });
  request.append('x-a', '1');
  releaseRequestHeaders(request);
  const again = acquireRequestHeaders();
  t.equal(again, request);
  t.match(again, { method: '', path: '', scheme: '', authority: '', size: 0 });
  t.ok(again instanceof RequestHeaders);

  const response = acquireResponseHeaders();
  response.status = 200;
  releaseResponseHeaders(response);
  t.equal(acquireResponseHeaders().status, 0);
  t.ok(response instanceof ResponseHeaders);
});

t.test('every known name is recognised, and nothing that is like one', async (t) => {
  for (const [id, name] of knownHeaderNames.entries()) {
    if (name === '') continue;
    t.equal(headerIdOf(name), id);
    const spellings = [
      name,
      name.toUpperCase(),
      name.replace(/^./, (first) => first.toUpperCase()),
    ];
    for (const spelling of spellings) {
      const headers = parsed(`${spelling}: v\r\n`);
      t.equal(headers.getKnown(id), 'v', spelling);
      t.same(pairsOf(headers), [[name, 'v']]);
    }
    for (let place = 0; place < name.length; place++) {
      const other = `${name.slice(0, place)}~${name.slice(place + 1)}`;
      t.equal(parsed(`${other}: v\r\n`).getKnown(id), undefined, other);
    }
    t.equal(parsed(`${name}x: v\r\n`).getKnown(id), undefined);
    t.equal(parsed(`${name.slice(0, -1)}: v\r\n`).getKnown(id), undefined);
  }
});

/** The same on a plain list. */
class Model {
  pairs: (readonly [string, string])[] = [];

  set(name: string, value: string): void {
    const first = this.pairs.findIndex(([each]) => each === name);
    if (first < 0) this.pairs.push([name, value]);
    else {
      this.pairs = this.pairs.flatMap((pair, index) => {
        if (pair[0] !== name) return [pair];
        return index === first ? [[name, value] as const] : [];
      });
    }
  }
}

const name = fc.constantFrom('accept', 'cookie', 'via', 'x-a', 'x-b', 'x-c');
const value = fc.constantFrom('', '1', '2', 'long value');
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'appendField', 'set'), name, value }),
  fc.record({ kind: fc.constantFrom('remove', 'removeIf'), name, value: fc.constant('') }),
);

/** A map as it comes over HTTP/2. */
function decoded(fields: readonly (readonly [string, string])[]): HeaderMap {
  const list = new HeaderList();
  const headers = new HeaderMap();
  const limits = { maxHeadersBytes: 1_000_000, maxHeadersCount: 1000 };
  list.begin(limits.maxHeadersCount);
  for (const [each, text] of fields) list.add(fieldOf(each, text));
  if (new TrailerBlock().read(list, headers, limits) !== undefined) throw new Error('no trailers');
  return headers;
}

function fieldOf(each: string, text: string, isNeverIndexed = false): HeaderField {
  return new HeaderField(fieldNameOf(each), text, isNeverIndexed);
}

const origins = {
  'parsed from HTTP/1.1': (fields: readonly (readonly [string, string])[]) =>
    parsed(fields.map(([each, text]) => `${each}: ${text}\r\n`).join('')),
  'decoded from HTTP/2': (fields: readonly (readonly [string, string])[]) => decoded(fields),
};

for (const [origin, mapOf] of Object.entries(origins)) {
  t.test(`whatever is done to a map ${origin}, it is like a list of fields`, async () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.array(operation), (pairs, operations) => {
        // Pieces of a cookie come together in HTTP/2.
        const fields = pairs.filter(([each]) => each !== 'cookie');
        return staysLikeModel(mapOf(fields), fields, operations);
      }),
      { numRuns: 500 },
    );
  });
}

interface Operation {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
}

function staysLikeModel(
  headers: HeaderMap,
  fields: readonly (readonly [string, string])[],
  operations: readonly Operation[],
): boolean {
  const model = new Model();
  model.pairs = [...fields];
  for (const { kind, name: each, value: text } of operations) {
    if (kind === 'append' || kind === 'appendField') {
      if (kind === 'append') headers.append(each, text);
      else headers.appendField(fieldOf(each, text));
      model.pairs.push([each, text]);
    } else if (kind === 'set') {
      headers.set(each, text);
      model.set(each, text);
    } else {
      if (kind === 'remove') headers.remove(each);
      else headers.removeIf((other) => other === each);
      model.pairs = model.pairs.filter(([other]) => other !== each);
    }
  }
  const lines = model.pairs.map(([each, text]) => `${each}: ${text}\r\n`).join('');
  const firsts = new Map(model.pairs.toReversed());
  return (
    headers.toHttp1Lines() === lines &&
    headers.size === model.pairs.length &&
    ['accept', 'cookie', 'via', 'x-a', 'x-b', 'x-c'].every(
      (each) => headers.get(each) === firsts.get(each) && headers.has(each) === firsts.has(each),
    )
  );
}

function marksOf(headers: HeaderMap): [string, string, boolean][] {
  const fields: [string, string, boolean][] = [];
  headers.copyTo({
    appendField({ name, value, isNeverIndexed }) {
      fields.push([name.text, value, isNeverIndexed]);
    },
    appendKnown(id, name, value) {
      if (id !== headerIdOf(name)) throw new Error(`not the id of ${name}`);
      fields.push([name, value, false]);
    },
  });
  return fields;
}

t.test('a sink is told every field with its never-indexed mark', async (t) => {
  const headers = parsed(LINES);
  headers.remove('x-one');
  headers.appendField(fieldOf('x-secret', 's', true));
  headers.append('x-plain', 'p');
  t.same(marksOf(headers), [
    ['accept', 'a', false],
    ['cookie', 'b', false],
    ['x-two', '2', false],
    ['cookie', 'c', false],
    ['x-secret', 's', true],
    ['x-plain', 'p', false],
  ]);
});

t.test('a never-indexed mark goes with its value and stays with a copy', async (t) => {
  const headers = new HeaderMap();
  for (const name of ['x-one', 'x-two', 'x-three']) {
    headers.appendField(fieldOf(name, 'v', true));
  }
  headers.set('x-one', 'w');
  headers.remove('x-two');
  const expected: [string, string, boolean][] = [
    ['x-one', 'w', false],
    ['x-three', 'v', true],
  ];
  t.same(marksOf(headers), expected);
  const copy = new HeaderMap();
  copy.appendFrom(headers);
  t.same(marksOf(copy), expected);
  headers.clear();
  for (const name of ['x-one', 'x-two', 'x-three']) headers.append(name, 'v');
  t.same(
    marksOf(headers).map(([, , mark]) => mark),
    [false, false, false],
  );
});
