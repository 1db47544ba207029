import type { FractionalPercent } from '#base/runtime-snapshot.ts';
import type { MetadataMatcherConfig } from '#matching/metadata-matcher.ts';
import type { HeaderMatcherConfig } from '#routing/header-matcher.ts';

/** A comparison with a number that runtime may override. */
export interface ComparisonConfig {
  readonly op: 'EQ' | 'GE' | 'LE' | 'NE';
  readonly value: number;
  /** Empty: not overridable. */
  readonly runtimeKey: string;
}

/** Which requests are logged (`envoy.config.accesslog.v3.AccessLogFilter`); plain data. */
export type AccessLogFilterConfig =
  | { readonly kind: 'status_code'; readonly comparison: ComparisonConfig }
  /** In milliseconds. */
  | { readonly kind: 'duration'; readonly comparison: ComparisonConfig }
  | { readonly kind: 'not_health_check' }
  | { readonly kind: 'traceable' }
  | {
      readonly kind: 'runtime';
      readonly runtimeKey: string;
      readonly percentSampled: FractionalPercent;
      readonly useIndependentRandomness: boolean;
    }
  | { readonly kind: 'and'; readonly filters: readonly AccessLogFilterConfig[] }
  | { readonly kind: 'or'; readonly filters: readonly AccessLogFilterConfig[] }
  | { readonly kind: 'header'; readonly header: HeaderMatcherConfig }
  /** A bit for each flag of which one must be set; 0 stands for any flag. */
  | { readonly kind: 'response_flag'; readonly flags: number }
  | {
      readonly kind: 'grpc_status';
      readonly statuses: readonly number[];
      readonly exclude: boolean;
    }
  | { readonly kind: 'log_type'; readonly types: readonly string[]; readonly exclude: boolean }
  | {
      readonly kind: 'metadata';
      readonly matcher: MetadataMatcherConfig | undefined;
      readonly matchIfKeyNotFound: boolean;
    };
