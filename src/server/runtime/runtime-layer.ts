/** One layer of the runtime as pages show it: the text of each value by its full key. */
export interface RuntimeLayerView {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}
