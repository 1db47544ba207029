import { ok } from '#base/result.ts';
import { type OperatorTable, simple } from '#formatter/operator-definition.ts';
import { numberSource, plainSource, textSource } from '#formatter/value-source.ts';
import { withoutSpaces } from '#formatter/without-spaces.ts';
import { formatResponseFlags, formatResponseFlagsLong } from '#stream-info/response-flags.ts';

/** What became of the request. */
export const responseOperators: OperatorTable = {
  RESPONSE_CODE: simple(numberSource(({ streamInfo }) => streamInfo.responseCode)),
  /** White space becomes `_` unless the parameter is ALLOW_WHITESPACES. */
  RESPONSE_CODE_DETAILS: {
    parameter: 'optional',
    takesLength: false,
    create: (parameter) =>
      ok(
        parameter === 'ALLOW_WHITESPACES'
          ? textSource(({ streamInfo }) => streamInfo.responseCodeDetails || undefined)
          : textSource(({ streamInfo }) => withoutSpaces(streamInfo.responseCodeDetails)),
      ),
  },
  CONNECTION_TERMINATION_DETAILS: simple(
    textSource(({ streamInfo }) => streamInfo.connectionTerminationDetails || undefined),
  ),
  RESPONSE_FLAGS: simple(
    plainSource(({ streamInfo }) => formatResponseFlags(streamInfo.responseFlags)),
  ),
  RESPONSE_FLAGS_LONG: simple(
    plainSource(({ streamInfo }) => formatResponseFlagsLong(streamInfo.responseFlags)),
  ),
  PROTOCOL: simple(plainSource(({ streamInfo }) => streamInfo.protocol)),
  ROUTE_NAME: simple(textSource(({ streamInfo }) => streamInfo.routeName || undefined)),
  VIRTUAL_CLUSTER_NAME: simple(
    textSource(({ streamInfo }) => streamInfo.virtualClusterName || undefined),
  ),
  LOCAL_REPLY_BODY: simple(textSource(({ localReplyBody }) => localReplyBody)),
  ACCESS_LOG_TYPE: simple(plainSource(({ accessLogType }) => accessLogType)),
  STREAM_ID: simple(textSource(({ streamInfo }) => streamInfo.requestId || undefined)),
};
