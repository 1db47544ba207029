import type { ErrorCode } from '../../tools/http2/frames.ts';
import type { Http2Observation, LogEntry, Observation, ObservedStats } from './observation.ts';

/** What Proa says on HTTP/2 connections where Envoy says nothing or something else. */
export interface Http2Manners {
  /** A GOAWAY with this code before a connection is closed. */
  readonly goaway?: ErrorCode;
  /** A stream that the other side gave up is reset with CANCEL and not with INTERNAL_ERROR. */
  readonly cancels?: true;
  /** The windows of streams begin with the protocol's 65535 bytes and grow with what is taken. */
  readonly windows?: true;
  /** What was wrong with a frame is logged in these words behind `codec_error:`. */
  readonly words?: string;
}

type Connection = Observation['client'][number] | Observation['upstream'][string][number];

/** What Proa showed, with exactly these manners taken out; where there is nothing to take out, as it is. */
export function withoutManners(
  proa: Observation,
  envoy: Observation,
  manners: Http2Manners,
): Observation {
  const plain = <Each extends Connection>(each: Each, like: Connection | undefined): Each =>
    'streams' in each && like !== undefined && 'streams' in like
      ? (plainConnection(each, like, manners) as Each)
      : each;
  const upstream = Object.entries(proa.upstream).map(([name, connections]) => [
    name,
    connections.map((each, at) => plain(each, envoy.upstream[name]?.[at])),
  ]);
  return {
    ...proa,
    client: proa.client.map((each, at) => plain(each, envoy.client[at])),
    upstream: Object.fromEntries(upstream),
    log: proa.log.map((each) => withoutWords(each, manners.words)),
    stats: manners.goaway === undefined ? proa.stats : withoutGoaways(proa.stats, envoy.stats),
  };
}

function plainConnection(
  proa: Http2Observation,
  envoy: Http2Observation,
  { goaway, cancels, windows }: Http2Manners,
): Http2Observation {
  const { goaways, ...rest } = proa;
  const isPolite =
    envoy.goaways === undefined && goaways?.length === 1 && goaways[0]?.startsWith(`${goaway} `);
  const streams = proa.streams.map((each, at) => {
    const isCancelled = each.reset === 'CANCEL' && envoy.streams[at]?.reset === 'INTERNAL_ERROR';
    return cancels === true && isCancelled ? { ...each, reset: 'INTERNAL_ERROR' } : each;
  });
  const settings = windows === true ? withWindowOf(envoy.settings, proa.settings) : proa.settings;
  return {
    ...(isPolite === true ? rest : proa),
    streams,
    ...(settings === undefined ? {} : { settings }),
  };
}

const CODEC_ERROR = 'codec_error:The_user_callback_function_failed';

function withoutWords(entry: LogEntry, words: string | undefined): LogEntry {
  const isSaid = words !== undefined && entry['details'] === `codec_error:${words}`;
  return isSaid ? { ...entry, details: CODEC_ERROR } : entry;
}

const WINDOW = 'INITIAL_WINDOW_SIZE: ';

function withWindowOf(
  envoy: readonly string[] | undefined,
  proa: readonly string[] | undefined,
): readonly string[] | undefined {
  const window = envoy?.find((each) => each.startsWith(WINDOW));
  return proa?.map((each) => (each === `${WINDOW}65535` ? (window ?? each) : each));
}

/** The statistics without those that count GOAWAYs, where Envoy has not counted any. */
function withoutGoaways(proa: ObservedStats, envoy: ObservedStats): ObservedStats {
  const scopes = Object.entries(proa).map(([scope, values]) => {
    const kept = Object.entries(values).filter(
      ([name]) => !/(^|\.)goaway_sent$/.test(name) || envoy[scope]?.[name] !== undefined,
    );
    return [scope, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries(scopes.filter(([, values]) => Object.keys(values).length > 0));
}
