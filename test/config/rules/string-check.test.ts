import { create } from '@bufbuild/protobuf';
import t from 'tap';
import { messageType } from '#config/registry.ts';
import { stringChecks } from '#config/rules/string-check.ts';
import { firstOf } from '#config/rules/value-check.ts';

/** What `string` rules say of a value. */
function verdict(rules: object, value: string): string | undefined {
  const message = create(messageType('validate.StringRules'), rules as never);
  return firstOf(stringChecks(message))(value);
}

const wellKnown = (name: string) => ({ wellKnown: { case: name, value: true } });
const headerName = { wellKnown: { case: 'wellKnownRegex', value: 1 } };
const headerValue = { wellKnown: { case: 'wellKnownRegex', value: 2 } };

const cases: readonly (readonly [
  rules: object,
  good: readonly string[],
  bad: [string, string][],
])[] = [
  [{ const: 'a' }, ['a'], [['b', 'value must equal "a"']]],
  [{ in: ['a', 'b'] }, ['a', 'b'], [['c', 'value must be in list ["a", "b"]']]],
  [{ notIn: ['a'] }, ['b', ''], [['a', 'value must not be in list ["a"]']]],
  [{ len: 2n }, ['äö', '😀😀'], [['a', 'value length must be 2 characters']]],
  [{ minLen: 1n }, ['a'], [['', 'value length must be at least 1 characters']]],
  [{ maxLen: 1n }, ['', '😀'], [['ab', 'value length must be at most 1 characters']]],
  [{ lenBytes: 2n }, ['ä'], [['a', 'value length must be 2 bytes']]],
  [{ minBytes: 2n }, ['ä'], [['a', 'value length must be at least 2 bytes']]],
  [{ maxBytes: 2n }, ['ä', ''], [['äa', 'value length must be at most 2 bytes']]],
  [{ prefix: '/' }, ['/a'], [['a', 'value does not have prefix "/"']]],
  [{ suffix: 'z' }, ['az'], [['za', 'value does not have suffix "z"']]],
  [{ contains: 'x' }, ['axb'], [['ab', 'value does not have substring "x"']]],
  [{ notContains: 'x' }, ['ab'], [['axb', 'value contains substring "x"']]],
  [{ pattern: '^[a-z]+$' }, ['abc'], [['a1', 'value does not match regex pattern "^[a-z]+$"']]],
  [
    { minLen: 3n, ignoreEmpty: true },
    ['', 'abc'],
    [['a', 'value length must be at least 3 characters']],
  ],
  [
    wellKnown('hostname'),
    ['a', 'a-b.example', 'A1.b2'],
    ['', '-a', 'a..b', 'a_b', `${'a'.repeat(64)}.b`].map((bad) => [
      bad,
      'value must be a valid hostname',
    ]),
  ],
  [
    wellKnown('email'),
    ['a@b.example'],
    [
      ['a@', 'value must be a valid email address'],
      ['a', 'value must be a valid email address'],
    ],
  ],
  [wellKnown('ip'), ['1.2.3.4', '::1'], [['1.2.3', 'value must be a valid IP address']]],
  [wellKnown('ipv4'), ['1.2.3.4'], [['::1', 'value must be a valid IPv4 address']]],
  [wellKnown('ipv6'), ['::1'], [['1.2.3.4', 'value must be a valid IPv6 address']]],
  [wellKnown('uri'), ['http://a/b'], [['/b', 'value must be a valid URI']]],
  [wellKnown('uriRef'), ['/b', 'http://a'], [['http://[', 'value must be a valid URI']]],
  [wellKnown('address'), ['a.b', '::1'], [['a b', 'value must be a valid hostname or ip address']]],
  [
    wellKnown('uuid'),
    ['01234567-89ab-CDEF-0123-456789abcdef'],
    [['0123', 'value must be a valid UUID']],
  ],
  [
    headerName,
    ['x-a', ':path', 'a_b'],
    ['', 'a b', 'a:', 'a\n'].map((bad) => [bad, 'value is not a valid HTTP header name']),
  ],
  [
    headerValue,
    ['', 'a b\tc', 'ä'],
    ['a\n', 'a\0', '\u007f'].map((bad) => [bad, 'value is not a valid HTTP header value']),
  ],
  [
    { ...headerName, strict: false },
    ['', 'a b', ':'],
    ['a\nb', 'a\rb', 'a\0b'].map((bad) => [bad, 'value is not a valid HTTP header name']),
  ],
  [
    { ...headerValue, strict: false },
    ['\u0001'],
    [['a\r', 'value is not a valid HTTP header value']],
  ],
];

for (const [rules, good, bad] of cases) {
  const shown = JSON.stringify(rules, (_, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  t.test(shown, (t) => {
    for (const value of good) t.equal(verdict(rules, value), undefined, JSON.stringify(value));
    for (const [value, reason] of bad)
      t.equal(verdict(rules, value), reason, JSON.stringify(value));
    t.end();
  });
}
