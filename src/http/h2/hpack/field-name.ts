import { ownCopy } from '#base/latin1.ts';
import { IS_TOKEN } from '#http/h1/octets.ts';
import type { FieldDefect } from '#http/h2/hpack/field-defect.ts';
import {
  NOT_PSEUDO,
  type PseudoHeader,
  pseudoHeaderNames,
  pseudoHeaderOf,
} from '#http/h2/hpack/pseudo-header.ts';
import { staticEntries, staticIndexOf } from '#http/h2/hpack/static-entries.ts';
import { highBit, lowBit } from '#http/header-set.ts';
import { type HeaderId, HeaderName, headerIdOf, knownHeaderNames } from '#http/known-headers.ts';

/**
 * What the encoder does with the fields of a name. `adaptive`: into the table as long as its values
 * come back. `plain`: never into the table, as its values hardly ever come back. `secret`: never
 * into the table, and no hop behind us may do so either (RFC 7541 section 7.1.3): whoever shares
 * the connection and sees its lengths could guess the value.
 */
export type Indexing = 'adaptive' | 'plain' | 'secret';

/** What a message does with the field: nearly all are simply put into its map. */
export type FieldRole =
  | 'pseudo'
  | 'cookie'
  | 'contentLength'
  | 'host'
  /** Its name has one, which some applications take for a hyphen. */
  | 'underscore'
  | 'ordinary';

const SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);

/** Values that are fresh in nearly every message. */
const PLAIN: ReadonlySet<string> = new Set([
  ':path',
  'age',
  'content-length',
  'content-range',
  'etag',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'range',
  'referer',
  'traceparent',
  'tracestate',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-client-trace-id',
  'x-envoy-original-path',
  'x-envoy-upstream-service-time',
  'x-request-id',
]);

const UNDERSCORE = '_';
/** The number of names that are in no table of this program. */
const NO_NUMBER = -1;
const NO_VALUES: readonly string[] = [];

let made = 0;

/** A field name with all that is known of it, made once and shared by the fields that bear it. */
export class FieldName {
  readonly text: string;
  readonly id: HeaderId;
  readonly pseudo: PseudoHeader;
  readonly defect: FieldDefect | undefined;
  readonly role: FieldRole;
  /** The bits by which a map notes that it has such a field; see `HeaderSet`. */
  readonly seenLow: number;
  readonly seenHigh: number;
  readonly indexing: Indexing;
  /** The first static entry of this name, 0 for none. */
  readonly staticIndex: number;
  /** The values of the static entries, which follow one another. */
  readonly staticValues: readonly string[];
  /** Its place in `knownFieldNames`; -1 for other names. */
  readonly number: number;
  /** Another one for each name that was made. */
  readonly serial: number;

  constructor(text: string, number = NO_NUMBER) {
    this.text = text;
    this.number = number;
    this.serial = made++;
    this.pseudo = pseudoHeaderOf(text);
    this.id = headerIdOf(text);
    this.defect = this.pseudo === NOT_PSEUDO ? defectOf(text, this.id) : undefined;
    this.role = roleOf(this);
    this.seenLow = lowBit(this.id);
    this.seenHigh = highBit(this.id);
    this.indexing = SECRET.has(text) ? 'secret' : PLAIN.has(text) ? 'plain' : 'adaptive';
    this.staticIndex = staticIndexOf(text);
    this.staticValues = this.staticIndex === 0 ? NO_VALUES : staticValuesOf(text);
  }

  /** The static entry that is the whole field, 0 for none. */
  staticEntryOf(value: string): number {
    const { staticValues } = this;
    for (let index = 0; index < staticValues.length; index++) {
      const known = staticValues[index] as string;
      // Most values differ in length, which is seen without a look at their letters.
      if (known.length === value.length && known === value) return this.staticIndex + index;
    }
    return 0;
  }
}

function staticValuesOf(text: string): string[] {
  return staticEntries.filter(([name]) => name === text).map(([, value]) => value);
}

function roleOf({ id, pseudo, text }: FieldName): FieldRole {
  if (pseudo !== NOT_PSEUDO) return 'pseudo';
  if (id === HeaderName.cookie) return 'cookie';
  if (id === HeaderName['content-length']) return 'contentLength';
  if (id === HeaderName.host) return 'host';
  return text.includes(UNDERSCORE) ? 'underscore' : 'ordinary';
}

const connectionSpecific: ReadonlySet<HeaderId> = new Set([
  HeaderName.connection,
  HeaderName['keep-alive'],
  HeaderName['proxy-connection'],
  HeaderName['transfer-encoding'],
  HeaderName.upgrade,
]);

function defectOf(text: string, id: HeaderId): FieldDefect | undefined {
  if (connectionSpecific.has(id)) return 'connectionSpecific';
  if (text === '') return 'emptyName';
  let hasUpperCase = false;
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index);
    if (IS_TOKEN[octet] !== 1) return 'illegalName';
    if (octet >= 0x41 && octet <= 0x5a) hasUpperCase = true;
  }
  return hasUpperCase ? 'upperCaseName' : undefined;
}

/** The known headers by id, and behind them the pseudo-headers. */
export const knownFieldNames: readonly FieldName[] = [
  ...knownHeaderNames,
  ...pseudoHeaderNames,
].map((text, number) => new FieldName(text, number));

/** Where pseudo-headers begin in `knownFieldNames`. */
export const PSEUDO_NAMES: number = knownHeaderNames.length;

const nameByText: ReadonlyMap<string, FieldName> = new Map([
  ...[...PLAIN, ...SECRET, ...staticEntries.map(([name]) => name)].map(
    (text) => [text, new FieldName(text)] as const,
  ),
  ...knownFieldNames.filter(({ text }) => text !== '').map((name) => [name.text, name] as const),
]);

/** The shared object for a name where there is one, a new one otherwise. */
export function fieldNameOf(text: string): FieldName {
  return nameByText.get(text) ?? new FieldName(ownCopy(text));
}
