import type { FSWatcher } from 'node:fs';
import type { RuntimeValue, RuntimeValues } from '#base/runtime.ts';
import { type DiskLayer, diskLayerFolder, readDiskLayer } from '#server/runtime/disk-layer.ts';
import { runtimeValueOf } from '#server/runtime/parse-runtime-value.ts';
import type { RuntimeLayer, RuntimeLayerView } from '#server/runtime/runtime-layer.ts';
import { runtimeStats } from '#server/runtime/runtime-stats.ts';
import { watchLink } from '#server/runtime/watch-link.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = runtimeStats;

/** The layers of `layered_runtime`, lowest first, and who hears of changes. */
export interface RuntimeOptions {
  readonly layers: readonly RuntimeLayer[];
  /** Names the folder of layers with `append_service_cluster`. */
  readonly serviceCluster: string;
  /** Of `runtimeStats`. */
  readonly stats: StatBlock;
  /** Called after every change. */
  readonly onChange: (values: RuntimeValues) => void;
  /** Called with why the files of a layer could not be read; then the layer is left out. */
  readonly onLoadError: (reason: string) => void;
}

/** A layer that has values now: a folder of a disk layer need not be there. */
interface LoadedLayer {
  readonly name: string;
  readonly values: ReadonlyMap<string, RuntimeValue>;
}

/**
 * Envoy's runtime: layers of values that override what the configuration says. The admin layer can
 * be changed while the proxy runs, and layers on disk change when their link is put in place anew.
 * Lives on the main thread; workers get the merged values.
 */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #adminValues = new Map<string, RuntimeValue>();
  readonly #watchers: readonly FSWatcher[];
  #loaded: readonly LoadedLayer[] = [];
  #values: RuntimeValues = new Map();

  constructor(options: RuntimeOptions) {
    this.#options = options;
    const links = options.layers.filter((layer) => layer.kind === 'disk');
    const paths = new Set(links.map(({ symlinkRoot }) => symlinkRoot));
    this.#watchers = [...paths].flatMap((path) => this.#watch(path));
    this.#load();
  }

  /** The values that hold now. */
  get values(): RuntimeValues {
    return this.#values;
  }

  layers(): readonly RuntimeLayerView[] {
    return this.#loaded.map(({ name, values }) => ({
      name,
      values: new Map(Array.from(values, ([key, { text }]) => [key, text])),
    }));
  }

  /** Puts values into the admin layer, empty ones take theirs out; tells why where there is none. */
  mergeAdminValues(values: ReadonlyMap<string, string>): string | undefined {
    const { layers, stats } = this.#options;
    if (!layers.some(({ kind }) => kind === 'admin')) return 'No admin layer specified';
    for (const [key, text] of values) {
      if (text === '') this.#adminValues.delete(key);
      else this.#adminValues.set(key, runtimeValueOf(text));
    }
    stats.set(field.admin_overrides_active, this.#adminValues.size > 0 ? 1 : 0);
    this.#reload();
    return undefined;
  }

  /** Nothing changes on disk any more. */
  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(path: string): readonly FSWatcher[] {
    try {
      return [watchLink(path, () => this.#reload())];
    } catch (error) {
      this.#options.onLoadError(`cannot watch ${path}: ${(error as Error).message}`);
      return [];
    }
  }

  #reload(): void {
    this.#load();
    this.#options.onChange(this.#values);
  }

  #load(): void {
    const { layers, stats } = this.#options;
    const errors: string[] = [];
    const loaded: LoadedLayer[] = [];
    let diskLayers = 0;
    for (const layer of layers) {
      const { name } = layer;
      if (layer.kind === 'static') loaded.push({ name, values: layer.values });
      else if (layer.kind === 'admin') loaded.push({ name, values: this.#adminValues });
      else {
        const values = this.#readDisk(layer, errors);
        if (values === undefined) continue;
        loaded.push({ name, values });
        diskLayers++;
      }
    }
    this.#loaded = loaded;
    this.#values = new Map(loaded.flatMap(({ values }) => [...values]));
    stats.inc(errors.length > 0 ? field.load_error : field.load_success);
    // To Envoy, the second layer on disk is the one that overrides.
    stats.inc(diskLayers > 1 ? field.override_dir_exists : field.override_dir_not_exists);
    stats.set(field.num_keys, this.#values.size);
    stats.set(field.num_layers, loaded.length);
    for (const error of errors) this.#options.onLoadError(error);
  }

  #readDisk(layer: DiskLayer, errors: string[]): Map<string, RuntimeValue> | undefined {
    try {
      const folder = diskLayerFolder(layer, this.#options.serviceCluster);
      return folder === undefined ? undefined : readDiskLayer(folder);
    } catch (error) {
      const { message } = error as Error;
      errors.push(`error loading runtime values for layer ${layer.name} from disk: ${message}`);
      return undefined;
    }
  }
}
