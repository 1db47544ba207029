/**
 * The header names that the proxy itself looks at. The parser recognises them while it reads, so
 * that asking for one later is a comparison of small numbers instead of strings.
 */
const NAMES = [
  // Index 0 stands for every other name.
  '',
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'expect',
  'grpc-status',
  'host',
  'http2-settings',
  'keep-alive',
  'location',
  'origin',
  'proxy-connection',
  'referer',
  'server',
  'set-cookie',
  'te',
  'traceparent',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'vary',
  'via',
  'x-client-trace-id',
  'x-envoy-attempt-count',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-external-address',
  'x-envoy-force-trace',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-ip-tags',
  'x-envoy-is-timeout-retry',
  'x-envoy-max-retries',
  'x-envoy-original-path',
  'x-envoy-original-url',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-service-time',
  'x-envoy-upstream-stream-duration-ms',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-request-id',
] as const;

export type KnownHeaderName = Exclude<(typeof NAMES)[number], ''>;

/** A small number for each known name; 0 is "not known". */
export type HeaderId = number;

export const UNKNOWN_HEADER: HeaderId = 0;

export const knownHeaderNames: readonly string[] = NAMES;

const idByName: ReadonlyMap<string, HeaderId> = new Map(NAMES.map((name, id) => [name, id]));

/** The id of a lower-case name, 0 when the proxy does not know it. */
export function headerIdOf(lowerCaseName: string): HeaderId {
  return idByName.get(lowerCaseName) ?? UNKNOWN_HEADER;
}

/** The ids by name: `HeaderName['content-length']`. */
export const HeaderName: { readonly [Name in KnownHeaderName]: HeaderId } = Object.fromEntries(
  NAMES.slice(1).map((name, index) => [name, index + 1]),
) as { readonly [Name in KnownHeaderName]: HeaderId };

/** The hash that the parser computes byte by byte over a lower-case name. */
export function mixHeaderHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

const TABLE_SIZE = 4096;

/** Ids by `hash & HEADER_HASH_MASK`; the module checks at start that no two known names share a slot. */
export const headerIdByHash: Uint8Array = new Uint8Array(TABLE_SIZE);
export const HEADER_HASH_MASK: number = TABLE_SIZE - 1;

/** The names four octets at a time, little-endian, the last word filled up with zeros. */
export const KNOWN_NAME_WORDS = 12;
export const knownNameWords: Int32Array = new Int32Array(NAMES.length * KNOWN_NAME_WORDS);
export const knownNameLengths: Uint8Array = Uint8Array.from(NAMES, (name) => name.length);

for (let id = 1; id < NAMES.length; id++) {
  const bytes = Buffer.alloc(KNOWN_NAME_WORDS * 4);
  bytes.write(NAMES[id] as string, 'latin1');
  for (let word = 0; word < KNOWN_NAME_WORDS; word++) {
    knownNameWords[id * KNOWN_NAME_WORDS + word] = bytes.readInt32LE(word * 4);
  }
  let hash = 0;
  for (const char of NAMES[id] as string) hash = mixHeaderHash(hash, char.charCodeAt(0));
  const slot = (hash ^ (hash >>> 10)) & HEADER_HASH_MASK;
  if (headerIdByHash[slot] !== 0) {
    throw new Error(
      `known header names collide: ${NAMES[id]} and ${NAMES[headerIdByHash[slot] as number]}`,
    );
  }
  headerIdByHash[slot] = id;
}
