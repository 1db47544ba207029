import { ok } from '#base/result.ts';
import type { OperatorTable } from '#formatter/operator-definition.ts';
import { simple } from '#formatter/operator-definition.ts';
import { numberSource, plainSource, textSource } from '#formatter/value-source.ts';
import { withoutSpaces } from '#formatter/without-spaces.ts';
import { byteStringOf } from '#matching/byte-string.ts';

/** What does not depend on the stream, and what identifies its connection. */
export const processOperators: OperatorTable = {
  HOSTNAME: {
    parameter: 'none',
    takesLength: false,
    create: (_parameter, { hostname }) => {
      const value = byteStringOf(hostname);
      return ok(textSource(() => value));
    },
  },
  /** Read once; `-` even in JSON where the variable is not set. */
  ENVIRONMENT: {
    parameter: 'required',
    takesLength: true,
    create: (name, { variables }) => {
      const value = byteStringOf(variables[name] ?? '-');
      return ok(textSource(() => value));
    },
  },
  /** A new one each time that it is printed. */
  UNIQUE_ID: {
    parameter: 'none',
    takesLength: false,
    create: (_parameter, { uuid }) => ok(plainSource(uuid)),
  },
  CONNECTION_ID: simple(numberSource(({ streamInfo }) => streamInfo.downstream.connectionId)),
  FILTER_CHAIN_NAME: simple(
    textSource(({ streamInfo }) => streamInfo.downstream.filterChainName || undefined),
  ),
  LISTENER_NAME: simple(
    textSource(({ streamInfo }) => streamInfo.downstream.listenerName || undefined),
  ),
  /** Extensions set them; no filter of Proa does. */
  CUSTOM_FLAGS: simple(plainSource(() => '')),
  /** A request is logged before anybody looks at how its connection ended. */
  DOWNSTREAM_DETECTED_CLOSE_TYPE: simple(
    plainSource(({ connectionEnd }) => connectionEnd?.detectedCloseType ?? 'Normal'),
  ),
  DOWNSTREAM_LOCAL_CLOSE_REASON: simple(
    textSource(({ connectionEnd }) => withoutSpaces(connectionEnd?.localCloseReason ?? '')),
  ),
  /** Only TLS fails in a way that is told here. */
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: simple(textSource(() => undefined)),
  DOWNSTREAM_TLS_VERSION: simple(
    textSource(({ streamInfo }) => streamInfo.downstream.tls?.version || undefined),
  ),
};
