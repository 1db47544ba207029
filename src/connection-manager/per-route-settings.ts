import type { StreamFilterCallbacks } from '#connection-manager/filter.ts';

/**
 * What a filter makes of the plain data that routes and their like say to it, made once for each of
 * them. Belongs to the filter's factory.
 */
export class PerRouteSettings<Config extends object, Settings> {
  readonly #create: (config: Config) => Settings;
  readonly #made = new WeakMap<Config, Settings>();

  constructor(create: (config: Config) => Settings) {
    this.#create = create;
  }

  /** Of the most specific level that says something. */
  mostSpecific(callbacks: StreamFilterCallbacks): Settings | undefined {
    const config = callbacks.perFilterConfig;
    return config === undefined ? undefined : this.#settingsOf(config as Config);
  }

  /** Of every level, the least specific first. */
  all(callbacks: StreamFilterCallbacks): readonly Settings[] {
    return callbacks.perFilterConfigs.map((config) => this.#settingsOf(config as Config));
  }

  #settingsOf(config: Config): Settings {
    let settings = this.#made.get(config);
    if (settings === undefined) {
      settings = this.#create(config);
      this.#made.set(config, settings);
    }
    return settings;
  }
}
