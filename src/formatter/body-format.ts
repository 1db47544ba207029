import type { CompiledFormat } from '#formatter/compiled-format.ts';

/** A format for bodies (`envoy.config.core.v3.SubstitutionFormatString`); plain data. */
export interface BodyFormatConfig {
  readonly format: CompiledFormat;
  /** Value of `content-type`; by default `text/plain` or `application/json`. */
  readonly contentType: string;
}
