import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '#base/result.ts';
import { type ConfigError, formatConfigError } from '#config/config-error.ts';
import { forgetDescriptors, preferSupportedDescriptors } from '#config/descriptors.ts';
import {
  type BootstrapSource,
  type LoadedBootstrap,
  loadBootstrap,
} from '#config/load-bootstrap.ts';
import { type BootstrapConfig, parseBootstrap } from '#server/bootstrap-config.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';

/** Reads what `--config-path` and `--config-yaml` name, of which one is given; fails with one line for each error. */
export function readBootstrap(
  options: ProxyOptions,
): Result<LoadedBootstrap<BootstrapConfig>, readonly string[]> {
  const sources: BootstrapSource[] = [];
  const { configPath, configYaml } = options;
  if (configPath !== '') {
    let text: string;
    try {
      text = readFileSync(configPath, 'utf8');
    } catch (error) {
      return err([`cannot read the configuration "${configPath}": ${(error as Error).message}`]);
    }
    sources.push({ text, fileName: configPath, format: formatOf(configPath) });
  }
  if (configYaml !== '') {
    sources.push({ text: configYaml, fileName: '--config-yaml', format: 'yaml' });
  }
  const load = (): Result<LoadedBootstrap<BootstrapConfig>, ConfigError[]> =>
    loadBootstrap(sources, {
      unknownFields: options.allowUnknownStaticFields ? 'warn' : 'reject',
      parse: parseBootstrap,
    });
  preferSupportedDescriptors();
  let loaded = load();
  if (!loaded.ok) {
    // Of what is refused, errors are told with all that Envoy knows about it.
    forgetDescriptors();
    loaded = load();
  }
  return loaded.ok
    ? ok(loaded.value)
    : err(loaded.error.map((error: ConfigError) => formatConfigError(error)));
}

/** By the name's ending, as Envoy; everything that is not JSON is read as YAML. */
function formatOf(path: string): 'yaml' | 'json' {
  return path.endsWith('.json') ? 'json' : 'yaml';
}
