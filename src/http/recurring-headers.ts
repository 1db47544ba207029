import { HeaderName, type KnownHeaderName, knownHeaderNames } from '#http/known-headers.ts';

/** What the proxy itself adds, with the same value for many messages in a row. */
const RECURRING: readonly KnownHeaderName[] = [
  'date',
  'server',
  'via',
  'x-envoy-attempt-count',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-internal',
  'x-envoy-upstream-service-time',
  'x-forwarded-port',
  'x-forwarded-proto',
];

/** By id, 1 for headers of which codecs remember how they wrote the last value. */
export const isRecurring: Uint8Array = new Uint8Array(knownHeaderNames.length);
for (const name of RECURRING) isRecurring[HeaderName[name]] = 1;
