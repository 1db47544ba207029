import fc from 'fast-check';
import t from 'tap';
import { compileJsonFormat } from '#formatter/compile-json-format.ts';
import { escapeJson, jsonNumber, jsonText } from '#formatter/json-text.ts';
import { emptyContext, fullContext, json } from '../tools/formatter-context.ts';

const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

t.test('members are sorted by name, types kept, absent values null', (t) => {
  const format = {
    é: '1',
    zlit: 'lit "q" ü',
    num: 1,
    neg: -2.5,
    big: 2 ** 63,
    yes: true,
    nul: null,
    mix: 'a%RESPONSE_CODE%b',
    mixmiss: 'a%REQ(nope)%b',
    two: '%RESPONSE_CODE%%RESPONSE_CODE%',
    code: '%RESPONSE_CODE%',
    nested: { b: '%REQ(nope)%', a: {} },
    list: ['%REQ(nope)%', 'x', { y: '%PROTOCOL%' }, [], 5],
    'k"ey': 'v',
    empty: '',
    pct: '100%%',
    emptyobj: {},
    flags: '%RESPONSE_FLAGS%',
  };
  const rest =
    '"mix":"a200b","mixmiss":"a-b","neg":-2.5,"nested":{"a":{},"b":null},"nul":null,"num":1,' +
    '"pct":"100%","two":"200200","yes":true,"zlit":"lit \\"q\\" ü","é":"1"}\n';
  t.equal(
    json(format, fullContext()),
    bytes(
      '{"big":9223372036854775808,"code":200,"empty":"","emptyobj":{},"flags":"-",' +
        `"k\\"ey":"v","list":[null,"x",{"y":"HTTP/1.1"},[],5],${rest}`,
    ),
  );
  t.end();
});

t.test('with omit_empty_values nothing without a value is printed', (t) => {
  const format = {
    c: '%RESPONSE_CODE%',
    n: '%REQ(nope)%',
    m: '%REQ(nope)%x',
    nul: null,
    e: '',
    o: {},
    deep: { a: {}, b: '%REQ(nope)%' },
    l: [[], {}, ['%REQ(nope)%'], { a: '%REQ(nope)%' }],
    z: { l: ['%REQ(nope)%'] },
  };
  t.equal(json(format, fullContext(), true), '{"c":200,"e":"","l":[[],[]],"m":"x","z":{"l":[]}}\n');
  t.equal(json({}, fullContext(), true), '{}\n');
  t.equal(json({ a: '%REQ(nope)%' }, fullContext(), true), '{}\n');
  t.end();
});

t.test('header values are escaped as Envoy does it', (t) => {
  const table: readonly (readonly [value: string, printed: string])[] = [
    ['plain', 'plain'],
    ['a"b\\c', 'a\\"b\\\\c'],
    ['t\xc3\xbc"\xc3\xa9\tx', 't\xc3\xbc\\"\xc3\xa9\\tx'],
    ['\x80abc', '\\u0080abc'],
    ['\xc0\xafq"', '\\u00c0\\u00afq\\u0022'],
    ['\xed\xa0\x80', '\\u00ed\\u00a0\\u0080'],
    ['\xf0\x9f\x98\x80"', '\xf0\x9f\x98\x80\\"'],
    ['t\tab"\\\xfc\xc3\xbc/<>&', 't\\u0009ab\\u0022\\u005c\\u00fc\\u00c3\\u00bc/<>&'],
    ['\x00\b\f\n\r\x1f\x7f', '\\u0000\\b\\f\\n\\r\\u001f\x7f'],
  ];
  for (const [value, printed] of table) {
    const context = fullContext();
    context.requestHeaders.append('h', value);
    t.equal(json({ h: '%REQ(h)%' }, context), `{"h":"${printed}"}\n`);
    t.equal(json({ h: 'x%REQ(h)%' }, context), `{"h":"x${printed}"}\n`);
    t.equal(json({ h: '%REQ(h)%' }, context, true), `{"h":"${printed}"}\n`);
  }
  t.end();
});

t.test('a cut in the middle of a character leaves bytes that are no UTF-8', (t) => {
  const context = fullContext();
  context.requestHeaders.append('h', '\xc3\xbcx');
  t.equal(json({ h: '%REQ(h):1%' }, context), '{"h":"\\u00c3"}\n');
  t.end();
});

t.test('every error has the way to it', (t) => {
  t.strictSame(compileJsonFormat({ a: { b: ['ok', '%NOPE_NOPE%'] }, c: '%' }, false), {
    ok: false,
    error: [
      { path: ['a', 'b', 1], reason: 'there is no operator NOPE_NOPE' },
      { path: ['c'], reason: "couldn't find valid command at position 0 of '%'" },
    ],
  });
  t.end();
});

const latin1 = fc.string({ unit: fc.nat(255).map((byte) => String.fromCharCode(byte)) });

t.test('whatever the bytes, the line is JSON that says the same', (t) => {
  fc.assert(
    fc.property(latin1, (value) => {
      const parsed = JSON.parse(
        Buffer.from(`"${escapeJson(value)}"`, 'latin1').toString(),
      ) as string;
      return parsed === value || bytes(parsed) === value;
    }),
    { numRuns: 2000 },
  );
  t.pass('2,000 values');
  t.end();
});

t.test('any JSON format gives one line of JSON with the same shape', (t) => {
  const format = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(format, (struct) => {
      const plain = withoutPercent(struct) as typeof struct;
      const line = json(plain, emptyContext());
      const parsed: unknown = JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
      return line.endsWith('\n') && sortedText(parsed) === sortedText(plain);
    }),
    { numRuns: 500 },
  );
  t.pass('500 formats');
  t.end();
});

/** No operators, and no lone surrogates, which have no UTF-8. */
function withoutPercent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).toWellFormed().replaceAll('%', ''));
}

function sortedText(value: unknown): string {
  return jsonText(value as never);
}

t.test('numbers are printed without exponents where they are whole', (t) => {
  t.equal(jsonNumber(1e21), '1e+21');
  t.equal(jsonNumber(2 ** 63), '9223372036854775808');
  t.equal(jsonNumber(-0), '0');
  t.equal(jsonNumber(0.1), '0.1');
  t.equal(jsonNumber(Number.NaN), 'null');
  t.end();
});
