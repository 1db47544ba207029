import type { ConfigNode } from '#config/document/config-node.ts';

const nullWords = new Set(['', '~', 'null', 'Null', 'NULL']);
const booleanWords = new Map<string, boolean>();
for (const [word, value] of [
  ['y', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['n', false],
  ['no', false],
  ['false', false],
  ['off', false],
] as const) {
  const capitalized = word.charAt(0).toUpperCase() + word.slice(1);
  for (const form of [word, capitalized, word.toUpperCase()]) booleanWords.set(form, value);
}

const integer = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/**
 * Reads an unquoted YAML scalar as Envoy does, which asks yaml-cpp in this order: null, boolean,
 * 64-bit integer (decimal, `0x…`, octal as `0…`). Integers beyond 32 bits and everything else,
 * fractions included, stay strings; the type of the field decides later what they mean.
 */
export function readPlainScalar(text: string, offset: number): ConfigNode {
  if (nullWords.has(text)) return { kind: 'null', offset };
  const boolean = booleanWords.get(text);
  if (boolean !== undefined) return { kind: 'boolean', value: boolean, written: text, offset };
  if (!integer.test(text)) return { kind: 'string', value: text, offset };
  const value = toBigInt(text);
  if (value < int64Min || value > int64Max) return { kind: 'string', value: text, offset };
  const fits = value >= -2147483648n && value <= 2147483647n;
  if (!fits) return { kind: 'string', value: value.toString(), offset };
  return { kind: 'number', value: value.toString(), written: text, offset };
}

function toBigInt(text: string): bigint {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const octal = digits.length > 1 && /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return negative ? -magnitude : magnitude;
}
