import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import type { CompiledFormat } from '#formatter/compiled-format.ts';

/** Where the lines of an access log go. */
export type AccessLogSink =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdout' }
  | { readonly kind: 'stderr' };

/** One access log (`envoy.config.accesslog.v3.AccessLog`); plain data. */
export interface AccessLogConfig {
  readonly sink: AccessLogSink;
  readonly format: CompiledFormat;
  /** Without one every request is logged. */
  readonly filter: AccessLogFilterConfig | undefined;
}

/** The same for sinks that are the same; the path of a file. */
export function sinkKey(sink: AccessLogSink): string {
  return sink.kind === 'file' ? sink.path : `/dev/${sink.kind}`;
}
