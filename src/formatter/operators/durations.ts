import { err, ok } from '#base/result.ts';
import type { OperatorDefinition, OperatorTable } from '#formatter/operator-definition.ts';
import { simple } from '#formatter/operator-definition.ts';
import { numberSource } from '#formatter/value-source.ts';
import { NEVER, type StreamInfo, type UpstreamConnectionInfo } from '#stream-info/stream-info.ts';

type TimePoint = (info: StreamInfo) => number;

/** The time points of COMMON_DURATION; what never happened, or happens with TLS alone, is `NEVER`. */
const TIME_POINTS: Readonly<Record<string, TimePoint>> = {
  DS_RX_BEG: (info) => info.startTimeMs,
  DS_RX_END: (info) => info.lastDownstreamRxByteMs,
  DS_RX_HDR_END: (info) =>
    info.requestHeadUs < 0 ? NEVER : info.startTimeMs + info.requestHeadUs / 1000,
  US_CX_BEG: (info) => ownConnection(info)?.connectStartMs ?? NEVER,
  US_CX_END: (info) => ownConnection(info)?.connectEndMs ?? NEVER,
  US_TX_BEG: (info) => info.firstUpstreamTxByteMs,
  US_TX_END: (info) => info.lastUpstreamTxByteMs,
  US_RX_BEG: (info) => info.firstUpstreamRxByteMs,
  US_RX_BODY_BEG: (info) =>
    info.responseHeadUs < 0 ? NEVER : info.firstUpstreamRxByteMs + info.responseHeadUs / 1000,
  US_RX_END: (info) => info.lastUpstreamRxByteMs,
  DS_TX_BEG: (info) => info.firstDownstreamTxByteMs,
  DS_TX_END: (info) => info.lastDownstreamTxByteMs,
};

/** The connection if it was made for this stream: a reused one was connected at no time of it. */
function ownConnection(info: StreamInfo): UpstreamConnectionInfo | undefined {
  const { upstreamConnection: connection } = info;
  return connection && connection.connectStartMs >= info.startTimeMs ? connection : undefined;
}

const NANOSECONDS: Readonly<Record<string, number>> = { ms: 1e6, us: 1e3, ns: 1 };

/** Spans of time, in whole milliseconds unless told otherwise; absent until both ends are known. */
export const durationOperators: OperatorTable = {
  /** From the first byte of the request to the end of the stream, or to now. */
  DURATION: {
    parameter: 'none',
    takesLength: false,
    create: (_parameter, { nowMs }) =>
      ok(
        numberSource(({ streamInfo: info }) =>
          wholeUnits((info.endMs === NEVER ? nowMs() : info.endMs) - info.startTimeMs, 1e6),
        ),
      ),
  },
  REQUEST_DURATION: between('DS_RX_BEG', 'DS_RX_END'),
  REQUEST_TX_DURATION: between('DS_RX_BEG', 'US_TX_END'),
  RESPONSE_DURATION: between('DS_RX_BEG', 'US_RX_BEG'),
  RESPONSE_TX_DURATION: between('US_RX_BEG', 'DS_TX_END'),
  /** About QUIC alone: absent elsewhere, in Envoy too. */
  ROUNDTRIP_DURATION: simple(numberSource(() => undefined)),
  /** `COMMON_DURATION(START:END:PRECISION)`, PRECISION ms (the default), us or ns. */
  COMMON_DURATION: {
    parameter: 'required',
    takesLength: false,
    create: (parameter) => {
      const [start = '', end, precision = 'ms', ...rest] = parameter.split(':');
      if (end === undefined || rest.length > 0) return err('must be START:END:PRECISION');
      const from = timePoint(start);
      const to = timePoint(end);
      const unit = NANOSECONDS[precision];
      if (unit === undefined) return err(`the precision must be ms, us or ns, not '${precision}'`);
      return ok(numberSource(({ streamInfo }) => span(streamInfo, from, to, unit)));
    },
  },
};

function between(start: string, end: string): OperatorDefinition {
  const from = TIME_POINTS[start] as TimePoint;
  const to = TIME_POINTS[end] as TimePoint;
  return simple(numberSource(({ streamInfo }) => span(streamInfo, from, to, 1e6)));
}

/** Any other name is that of a point that a filter may set, and none does yet. */
function timePoint(name: string): TimePoint {
  return Object.hasOwn(TIME_POINTS, name) ? (TIME_POINTS[name] as TimePoint) : () => NEVER;
}

function span(
  info: StreamInfo,
  from: TimePoint,
  to: TimePoint,
  unitNanoseconds: number,
): number | undefined {
  const start = from(info);
  const end = to(info);
  if (start === NEVER || end === NEVER) return undefined;
  return wholeUnits(end - start, unitNanoseconds);
}

/** Rounded to a nanosecond first, since differences of fractions are a little off. */
function wholeUnits(ms: number, unitNanoseconds: number): number {
  return Math.trunc(Math.round(ms * 1e6) / unitNanoseconds);
}
