import fc from 'fast-check';
import t from 'tap';
import { compileFormat } from '#formatter/compile-format.ts';
import { compileJsonFormat } from '#formatter/compile-json-format.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import { operators } from '#formatter/operators.ts';
import { refusedOperators } from '#formatter/refused-operators.ts';
import { emptyContext, environment, fullContext, text } from '../tools/formatter-context.ts';

t.test('what is no format is refused, and each reason says why', (t) => {
  const table: readonly (readonly [format: string, reason: string])[] = [
    ['%', "couldn't find valid command at position 0 of '%'"],
    ['a%b', "couldn't find valid command at position 1 of 'a%b'"],
    ['%REQ(a', "couldn't find valid command at position 0 of '%REQ(a'"],
    ['%REQ(a)b%', "couldn't find valid command at position 0 of '%REQ(a)b%'"],
    ['%REQ(a):%', "couldn't find valid command at position 0 of '%REQ(a):%'"],
    ['%REQ(a):-1%', "couldn't find valid command at position 0 of '%REQ(a):-1%'"],
    ['%REQ(a):x%', "couldn't find valid command at position 0 of '%REQ(a):x%'"],
    [
      '%REQ(a):99999999999999999999999%',
      "couldn't find valid command at position 0 of '%REQ(a):99999999999999999999999%'",
    ],
    ['%lower%', "couldn't find valid command at position 0 of '%lower%'"],
    ['%RESPONS_CODE%', 'there is no operator RESPONS_CODE; did you mean RESPONSE_CODE?'],
    ['%NOTHING_LIKE_IT%', 'there is no operator NOTHING_LIKE_IT'],
    ['%constructor%', "couldn't find valid command at position 0 of '%constructor%'"],
    [
      '%CEL(x)%',
      'the operator CEL is not supported by Proa yet: it needs the Common Expression Language',
    ],
    [
      '%DOWNSTREAM_PEER_URI_SAN%',
      'the operator DOWNSTREAM_PEER_URI_SAN is not supported by Proa yet: it needs TLS',
    ],
    ['%REQ%', 'REQ requires parameters'],
    ['%REQ()%', 'REQ requires parameters'],
    ['%REQ(a?b?c)%', 'REQ: more than 1 alternative header is specified'],
    ['%REQ(a(b))%', 'REQ: the header name has invalid characters'],
    ['%RESPONSE_CODE:2%', 'RESPONSE_CODE does not take any parameters or length'],
    ['%RESPONSE_CODE(x)%', 'RESPONSE_CODE does not take any parameters or length'],
    ['%START_TIME:3%', 'START_TIME does not allow length to be specified'],
    ['%START_TIME(%n)%', 'START_TIME: the format contains a newline'],
    ['%CLUSTER_METADATA(a):3%', 'CLUSTER_METADATA does not allow length to be specified'],
    ['%METADATA(FOO:x)%', 'METADATA: FOO is not a supported type of metadata'],
    ['%COMMON_DURATION(DS_RX_BEG)%', 'COMMON_DURATION: must be START:END:PRECISION'],
    [
      '%COMMON_DURATION(DS_RX_BEG:DS_RX_END:xs)%',
      "COMMON_DURATION: the precision must be ms, us or ns, not 'xs'",
    ],
    ['%GRPC_STATUS(X)%', "GRPC_STATUS: must be CAMEL_STRING, SNAKE_STRING or NUMBER, not 'X'"],
    ['%PATH(X)%', "PATH: the form must be WQ or NQ, not 'X'"],
    ['%PATH(NQ:X)%', "PATH: the path must be ORIG, PATH or ORIG_OR_PATH, not 'X'"],
    ['%QUERY_PARAMS(X)%', "QUERY_PARAMS: the form must be ORIG or DECODED, not 'X'"],
    [
      '%REQUESTED_SERVER_NAME(X)%',
      "REQUESTED_SERVER_NAME: must be SNI_ONLY, SNI_FIRST or HOST_FIRST, not 'X'",
    ],
    [
      '%COALESCE({"operators": []})%',
      "COALESCE: the 'operators' array must be there and not empty",
    ],
    ['%COALESCE({"operators": ["REQ"]})%', 'COALESCE: operator 0: REQ requires parameters'],
    ['%COALESCE({"operators": ["NOPE"]})%', 'COALESCE: operator 0: NOPE is not an operator'],
    [
      '%COALESCE({"operators": [{"command":"REQ","param":"a","max_length":"x"}]})%',
      'COALESCE: operator 0 must be a name or have a command, a param, a max_length',
    ],
  ];
  for (const [format, reason] of table) {
    t.strictSame(compileFormat(format), { ok: false, error: [reason] }, format);
  }
  t.match(compileFormat('%COALESCE(x)%'), {
    ok: false,
    error: [/^COALESCE: failed to parse JSON configuration/],
  });
  t.end();
});

t.test('what Envoy takes is taken', (t) => {
  for (const format of [
    '',
    '%%',
    '100%%x',
    '%START_TIME()%',
    '%RESPONSE_CODE()%',
    '%RESPONSE_CODE_DETAILS(x)%',
    '%REQ(?b)%',
    '%REQ(a?)%',
    '%REQ(a):0%',
    '%REQ(:METHOD)%%REQ(b)%',
    '%START_TIME(%Q)%',
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(x)%',
    '%PATH(NQ:)%',
    '%METADATA(ROUTE)%',
  ]) {
    t.equal(compileFormat(format).ok, true, format);
  }
  t.end();
});

t.test('everything that is wrong is told at once', (t) => {
  const compiled = compileFormat('%RESPONS_CODE% %CEL(x)% %a %REQ% %START_TIME:3%');
  t.equal(compiled.ok, false);
  t.equal(compiled.ok ? 0 : compiled.error.length, 5);
  t.strictSame(compileFormat('%a %REQ% %b'), {
    ok: false,
    error: [
      "couldn't find valid command at position 0 of '%a %REQ% %b'",
      "couldn't find valid command at position 9 of '%a %REQ% %b'",
      'REQ requires parameters',
    ],
  });
  t.end();
});

t.test('no operator is both supported and refused', (t) => {
  t.same(
    Object.keys(refusedOperators).filter((name) => Object.hasOwn(operators, name)),
    [],
  );
  t.end();
});

t.test('texts are joined, percent signs doubled, operators filled in', (t) => {
  t.equal(text('100%% of %REQ(:METHOD)%%%\n', fullContext()), '100% of GET%\n');
  t.equal(text('%REQ(:METHOD)%%RESPONSE_CODE%', fullContext()), 'GET200');
  t.equal(text('plain', fullContext()), 'plain');
  t.equal(text('', fullContext()), '');
  t.equal(text('[%REQ(nope)%]', fullContext()), '[-]');
  t.equal(text('[%REQ(nope)%]', fullContext(), true), '[]');
  t.end();
});

t.test('a compiled format is plain data that another thread can use', (t) => {
  const formats = [
    compileFormat('a %REQ(x?y):3% %START_TIME(%Y)% %%', { omitEmptyValues: true }),
    compileJsonFormat({ a: '%PROTOCOL%', b: [1, 'x%PROTOCOL%', { c: null }] }, false),
  ];
  for (const compiled of formats) {
    if (!compiled.ok) throw new Error('does not compile');
    const clone = structuredClone(compiled.value);
    t.strictSame(clone, compiled.value);
    t.equal(
      instantiateFormat(clone, environment)(fullContext()),
      instantiateFormat(compiled.value, environment)(fullContext()),
    );
  }
  t.end();
});

const operatorText = fc
  .tuple(
    fc.constantFrom(...Object.keys(operators), ...Object.keys(refusedOperators), 'NOPE'),
    fc.option(fc.string({ unit: 'binary-ascii', maxLength: 12 }), { nil: undefined }),
    fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  )
  .map(([name, parameter, length]) => {
    const inParentheses = parameter === undefined ? '' : `(${parameter})`;
    return `%${name}${inParentheses}${length === undefined ? '' : `:${length}`}%`;
  });
const anyFormat = fc
  .array(
    fc.oneof(operatorText, fc.string({ unit: 'binary-ascii', maxLength: 6 }), fc.constant('%')),
  )
  .map((pieces) => pieces.join(''));

t.test('whatever the text, compiling answers, and what compiles can be printed', (t) => {
  fc.assert(
    fc.property(anyFormat, (format) => {
      const compiled = compileFormat(format);
      if (!compiled.ok) return compiled.error.length > 0;
      const print = instantiateFormat(compiled.value, environment);
      return typeof print(fullContext()) === 'string' && typeof print(emptyContext()) === 'string';
    }),
    { numRuns: 3000 },
  );
  t.pass('3,000 formats');
  t.end();
});

t.test('text without operators is printed as it is', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (plain) => {
      return text(plain.replaceAll('%', '%%'), emptyContext()) === plain;
    }),
  );
  t.pass('any text');
  t.end();
});
