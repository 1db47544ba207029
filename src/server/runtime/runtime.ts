import type { RuntimeValue, RuntimeValues } from '#base/runtime.ts';
import { runtimeValueOf } from '#server/runtime/parse-runtime-value.ts';
import type { RuntimeLayer, RuntimeLayerView } from '#server/runtime/runtime-layer.ts';
import { runtimeStats } from '#server/runtime/runtime-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = runtimeStats;

/**
 * Envoy's runtime: layers of values that override what the configuration says, of which the admin
 * layer can be changed while the proxy runs. Lives on the main thread; workers get the merged values.
 */
export class Runtime {
  readonly #layers: readonly RuntimeLayer[];
  readonly #adminValues = new Map<string, RuntimeValue>();
  readonly #stats: StatBlock;
  readonly #onChange: (values: RuntimeValues) => void;
  #values: RuntimeValues = new Map();

  /** `stats` are those of `runtimeStats`; `onChange` is called after every change that an operator made. */
  constructor(
    layers: readonly RuntimeLayer[],
    stats: StatBlock,
    onChange: (values: RuntimeValues) => void,
  ) {
    this.#layers = layers.map((layer) =>
      layer.kind === 'admin' ? { ...layer, values: this.#adminValues } : layer,
    );
    this.#stats = stats;
    this.#onChange = onChange;
    stats.inc(field.override_dir_not_exists);
    this.#load();
  }

  /** The values that hold now. */
  get values(): RuntimeValues {
    return this.#values;
  }

  layers(): readonly RuntimeLayerView[] {
    return this.#layers.map(({ name, values }) => ({
      name,
      values: new Map(Array.from(values, ([key, { text }]) => [key, text])),
    }));
  }

  /** Puts values into the admin layer, empty ones take theirs out; tells why where there is none. */
  mergeAdminValues(values: ReadonlyMap<string, string>): string | undefined {
    if (!this.#layers.some(({ kind }) => kind === 'admin')) return 'No admin layer specified';
    for (const [key, text] of values) {
      if (text === '') this.#adminValues.delete(key);
      else this.#adminValues.set(key, runtimeValueOf(text));
    }
    this.#stats.set(field.admin_overrides_active, this.#adminValues.size > 0 ? 1 : 0);
    this.#load();
    this.#onChange(this.#values);
    return undefined;
  }

  #load(): void {
    this.#values = new Map(this.#layers.flatMap((layer) => [...layer.values]));
    this.#stats.inc(field.load_success);
    this.#stats.set(field.num_keys, this.#values.size);
    this.#stats.set(field.num_layers, this.#layers.length);
  }
}
