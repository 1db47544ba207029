/** Where a configuration value was written; lines and columns count from 1. */
export interface ConfigPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong (or noteworthy) in a configuration. */
export interface ConfigError {
  /** The way to the field, in Envoy's snake_case: `static_resources.clusters[0].name`. */
  readonly path: string;
  /** What is wrong, in plain words. */
  readonly reason: string;
  /** The offending value, as the user wrote it. */
  readonly value?: string;
  /** What the user probably meant: 'did you mean "…"?' is built from it. */
  readonly suggestion?: string;
  readonly position?: ConfigPosition;
}

/** One line a person can act on: `envoy.yaml:12:7: path: reason (value: …); did you mean "…"?`. */
export function formatConfigError(error: ConfigError): string {
  const { position, path, reason, value, suggestion } = error;
  const where = position ? `${position.file}:${position.line}:${position.column}: ` : '';
  const at = path === '' ? '' : `${path}: `;
  const what = value === undefined ? '' : ` (value: ${JSON.stringify(value)})`;
  const hint = suggestion === undefined ? '' : `; did you mean ${JSON.stringify(suggestion)}?`;
  return `${where}${at}${reason}${what}${hint}`;
}
