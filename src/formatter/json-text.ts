import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '#formatter/value-source.ts';

/** All but printable ASCII without the quotation mark and the backslash. */
const NEEDS_CARE = /[^ !#-[\]-\x7f]/;
const TO_ESCAPE = /[^ !#-[\]-\xff]/g;
const TO_ESCAPE_IN_NON_UTF8 = /[^ !#-[\]-\x7f]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A byte string as the inside of a JSON string. Bytes that are UTF-8 stand as they are; in what is
 * not UTF-8 every byte beyond ASCII, and everything else to be escaped, is `\u00xx`, as in Envoy.
 */
export function escapeJson(bytes: string): string {
  if (!NEEDS_CARE.test(bytes)) return bytes;
  if (!isUtf8(Buffer.from(bytes, 'latin1'))) {
    return bytes.replace(TO_ESCAPE_IN_NON_UTF8, unicodeEscape);
  }
  return bytes.replace(TO_ESCAPE, (char) => SHORT_ESCAPES[char] ?? unicodeEscape(char));
}

function unicodeEscape(char: string): string {
  return `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A number as Envoy prints it: whole ones without an exponent. */
export function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  return Number.isInteger(value) && Math.abs(value) < 2 ** 64 ? `${BigInt(value)}` : `${value}`;
}

/** A value as JSON without spaces, members sorted by name. */
export function jsonText(value: JsonValue): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return `"${escapeJson(value)}"`;
    case 'number':
      return jsonNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
  }
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `"${escapeJson(name)}":${jsonText(value[name] as JsonValue)}`).join(',')}}`;
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
