import { isIP, isIPv4, isIPv6 } from 'node:net';
import { membershipChecks, ruleOf, type ValueCheck } from '#config/rules/value-check.ts';
import type { StringRules } from '#gen/validate/validate_pb.d.ts';

const encoder = new TextEncoder();

/** The checks of `string` rules; lengths count Unicode code points, or bytes where the rule says so. */
export function stringChecks(rules: StringRules): ValueCheck[] {
  return [
    ...membershipChecks(rules, (value) => JSON.stringify(value)),
    ...lengthChecks(rules),
    ...contentChecks(rules),
    ...wellKnownChecks(rules),
  ].map((check) => (value) => (rules.ignoreEmpty && value === '' ? undefined : check(value)));
}

function lengthChecks(rules: StringRules): ValueCheck[] {
  const checks: ValueCheck[] = [];
  const add = (
    limit: bigint | undefined,
    measure: (text: string) => number,
    isFine: (length: number, limit: number) => boolean,
    reason: string,
  ): void => {
    if (limit === undefined) return;
    const bound = Number(limit);
    checks.push((value) => (isFine(measure(value as string), bound) ? undefined : reason));
  };
  const characters = (text: string): number => {
    let count = 0;
    for (const _ of text) count += 1;
    return count;
  };
  const bytes = (text: string): number => encoder.encode(text).length;
  const exactly = (length: number, limit: number): boolean => length === limit;
  const atLeast = (length: number, limit: number): boolean => length >= limit;
  const atMost = (length: number, limit: number): boolean => length <= limit;
  const { len, minLen, maxLen, lenBytes, minBytes, maxBytes } = rules;
  add(ruleOf(rules, 'len'), characters, exactly, `value length must be ${len} characters`);
  add(
    ruleOf(rules, 'minLen'),
    characters,
    atLeast,
    `value length must be at least ${minLen} characters`,
  );
  add(
    ruleOf(rules, 'maxLen'),
    characters,
    atMost,
    `value length must be at most ${maxLen} characters`,
  );
  add(ruleOf(rules, 'lenBytes'), bytes, exactly, `value length must be ${lenBytes} bytes`);
  add(ruleOf(rules, 'minBytes'), bytes, atLeast, `value length must be at least ${minBytes} bytes`);
  add(ruleOf(rules, 'maxBytes'), bytes, atMost, `value length must be at most ${maxBytes} bytes`);
  return checks;
}

function contentChecks(rules: StringRules): ValueCheck[] {
  const checks: ValueCheck[] = [];
  const add = (part: string | undefined, isFine: (text: string) => boolean, word: string): void => {
    if (part === undefined) return;
    const reason = `value does not have ${word} ${JSON.stringify(part)}`;
    checks.push((value) => (isFine(value as string) ? undefined : reason));
  };
  const { prefix, suffix, contains, notContains, pattern } = rules;
  add(ruleOf(rules, 'prefix'), (text) => text.startsWith(prefix), 'prefix');
  add(ruleOf(rules, 'suffix'), (text) => text.endsWith(suffix), 'suffix');
  add(ruleOf(rules, 'contains'), (text) => text.includes(contains), 'substring');
  if (ruleOf(rules, 'notContains') !== undefined) {
    const reason = `value contains substring ${JSON.stringify(notContains)}`;
    checks.push((value) => ((value as string).includes(notContains) ? reason : undefined));
  }
  if (ruleOf(rules, 'pattern') !== undefined) {
    const expression = new RegExp(pattern, 'u');
    const reason = `value does not match regex pattern ${JSON.stringify(pattern)}`;
    checks.push((value) => (expression.test(value as string) ? undefined : reason));
  }
  return checks;
}

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const hostname = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
const email = /^[^@\s<>]{1,64}@(.+)$/;
const uuid = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;

function isEmail(text: string): boolean {
  const [, host] = email.exec(text) ?? [];
  return host !== undefined && hostname.test(host);
}

function isUriReference(text: string): boolean {
  return URL.canParse(text, 'http://base.invalid');
}

type TextTest = (text: string) => boolean;

const wellKnownStrings: Readonly<
  Record<
    Exclude<StringRules['wellKnown']['case'], undefined | 'wellKnownRegex'>,
    [TextTest, string]
  >
> = {
  email: [isEmail, 'email address'],
  hostname: [(text) => hostname.test(text), 'hostname'],
  ip: [(text) => isIP(text) !== 0, 'IP address'],
  ipv4: [isIPv4, 'IPv4 address'],
  ipv6: [isIPv6, 'IPv6 address'],
  uri: [(text) => URL.canParse(text), 'URI'],
  uriRef: [isUriReference, 'URI'],
  address: [(text) => hostname.test(text) || isIP(text) !== 0, 'hostname or ip address'],
  uuid: [(text) => uuid.test(text), 'UUID'],
};

function wellKnownChecks(rules: StringRules): ValueCheck[] {
  const { wellKnown } = rules;
  if (wellKnown.case === 'wellKnownRegex') return headerChecks(wellKnown.value, rules.strict);
  if (wellKnown.case === undefined || !wellKnown.value) return [];
  const [isFine, what] = wellKnownStrings[wellKnown.case];
  const reason = `value must be a valid ${what}`;
  return [(value) => (isFine(value as string) ? undefined : reason)];
}

/** HTTP header names (1) and values (2); not strict means only that no line can be broken. */
function headerChecks(kind: number, strict: boolean): ValueCheck[] {
  if (kind !== 1 && kind !== 2) return [];
  const isName = kind === 1;
  let pattern = /^[^\0\n\r]*$/;
  if (strict) {
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    pattern = isName ? /^:?[0-9a-zA-Z!#$%&'*+,\-.^_|~`]+$/ : /^[^\x00-\x08\x0a-\x1f\x7f]*$/;
  }
  const reason = `value is not a valid HTTP header ${isName ? 'name' : 'value'}`;
  return [(value) => (pattern.test(value as string) ? undefined : reason)];
}
