import { err, ok, type Result } from '#base/result.ts';
import type { OperatorDefinition, OperatorTable } from '#formatter/operator-definition.ts';
import { simple } from '#formatter/operator-definition.ts';
import { numberSource } from '#formatter/value-source.ts';
import { NEVER, type StreamInfo } from '#stream-info/stream-info.ts';

type TimePoint = (info: StreamInfo) => number;

/** The time points of COMMON_DURATION; what never happened is `NEVER`. */
const TIME_POINTS: Readonly<Record<string, TimePoint>> = {
  DS_RX_BEG: (info) => info.startTimeMs,
  DS_RX_END: (info) => info.lastDownstreamRxByteMs,
  US_CX_BEG: (info) => info.upstreamConnection?.connectStartMs ?? NEVER,
  US_CX_END: (info) => info.upstreamConnection?.connectEndMs ?? NEVER,
  /** There is no TLS towards upstreams yet. */
  US_HS_END: () => NEVER,
  US_TX_BEG: (info) => info.firstUpstreamTxByteMs,
  US_TX_END: (info) => info.lastUpstreamTxByteMs,
  US_RX_BEG: (info) => info.firstUpstreamRxByteMs,
  US_RX_END: (info) => info.lastUpstreamRxByteMs,
  DS_TX_BEG: (info) => info.firstDownstreamTxByteMs,
  DS_TX_END: (info) => info.lastDownstreamTxByteMs,
};

const UNSUPPORTED_TIME_POINTS: readonly string[] = ['US_RX_BODY_BEG', 'DS_CX_BEG', 'DS_CX_END'];

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
      if (!from.ok) return from;
      const to = timePoint(end);
      if (!to.ok) return to;
      const unit = NANOSECONDS[precision];
      if (unit === undefined) return err(`the precision must be ms, us or ns, not '${precision}'`);
      return ok(numberSource(({ streamInfo }) => span(streamInfo, from.value, to.value, unit)));
    },
  },
};

function between(start: string, end: string): OperatorDefinition {
  const from = TIME_POINTS[start] as TimePoint;
  const to = TIME_POINTS[end] as TimePoint;
  return simple(numberSource(({ streamInfo }) => span(streamInfo, from, to, 1e6)));
}

/** Any other name is that of a point that a filter may set, and none does yet. */
function timePoint(name: string): Result<TimePoint, string> {
  if (UNSUPPORTED_TIME_POINTS.includes(name)) {
    return err(`the time point '${name}' is not supported by Proa yet`);
  }
  return ok(TIME_POINTS[name] ?? (() => NEVER));
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
