import type { RuntimeValue } from '#base/runtime.ts';

/** One layer of the runtime; later layers win over earlier ones. */
export interface RuntimeLayer {
  readonly name: string;
  /** The admin layer alone changes while the proxy runs. */
  readonly kind: 'static' | 'admin';
  readonly values: ReadonlyMap<string, RuntimeValue>;
}

/** A layer as pages show it: the text of each value by its full key. */
export interface RuntimeLayerView {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}
