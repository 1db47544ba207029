/** What a filter keeps with the stream for others to see (Envoy's `FilterState::Object`). */
export interface FilterStateObject {
  /** As `%FILTER_STATE(key:PLAIN)%` prints it. */
  readonly text: string;
  /** As `%FILTER_STATE(key)%` prints it: the object as JSON. */
  readonly json: Readonly<Record<string, string>>;
}
