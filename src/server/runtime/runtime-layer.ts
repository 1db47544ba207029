import type { RuntimeValue } from '#base/runtime.ts';
import type { DiskLayer } from '#server/runtime/disk-layer.ts';

/** One layer of the runtime as it is configured; later layers win over earlier ones. */
export type RuntimeLayer =
  | {
      readonly name: string;
      readonly kind: 'static';
      readonly values: ReadonlyMap<string, RuntimeValue>;
    }
  /** Changes with `/runtime_modify`. */
  | { readonly name: string; readonly kind: 'admin' }
  | DiskLayer;

/** A layer as pages show it: the text of each value by its full key. */
export interface RuntimeLayerView {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}
