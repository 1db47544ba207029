import { availableParallelism } from 'node:os';
import { err, ok, type Result } from '#base/result.ts';
import type { FlagSpec } from '#cli/flag-table.ts';
import { type FlagError, type FlagToken, suggest, tokenize } from '#cli/tokens.ts';
import { isLogComponent, logComponents } from '#server/log/log-component.ts';
import { logLevels, parseLogLevel } from '#server/log/log-level.ts';
import type { ComponentLogLevel, IgnoredFlag, ProxyOptions } from '#server/proxy-options.ts';

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: ProxyOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'hotRestartVersion' };

const uint32Max = 0xffff_ffff;

/**
 * Reads Envoy's flags, without the program's name. Everything that is wrong is reported at once;
 * the options are complete and frozen, with Envoy's defaults for what was not given.
 */
export function parseFlags(
  argv: readonly string[],
  processors: number = availableParallelism(),
): Result<CommandLine, readonly FlagError[]> {
  const { tokens, errors: tokenErrors } = tokenize(argv);
  const question = tokenErrors.length === 0 ? askedFor(tokens) : undefined;
  if (question !== undefined) return ok(question);
  const reader = new FlagReader(tokens, tokenErrors);
  const options = buildOptions(reader, processors);
  if (options.configPath === '' && options.configYaml === '' && reader.errors.length === 0) {
    reader.errors.push({
      flag: '--config-path',
      reason: 'no configuration: give a file with -c or text with --config-yaml',
    });
  }
  return reader.errors.length > 0 ? err(reader.errors) : ok({ kind: 'run', options });
}

/** One line a person can act on. */
export function formatFlagError({ flag, reason, suggestion }: FlagError): string {
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  return `${flag}: ${reason}${hint}`;
}

function askedFor(tokens: readonly FlagToken[]): CommandLine | undefined {
  const last = tokens.at(-1)?.spec.name;
  if (last === 'help') return { kind: 'help' };
  if (last === 'version') return { kind: 'version' };
  if (last === 'hot-restart-version') return { kind: 'hotRestartVersion' };
  return undefined;
}

/** Hands out values by flag name and gathers every error on the way. */
class FlagReader {
  readonly errors: FlagError[];
  readonly #texts = new Map<string, string>();
  readonly #ignored: IgnoredFlag[] = [];

  constructor(tokens: readonly FlagToken[], errors: readonly FlagError[]) {
    this.errors = [...errors];
    for (const { spec, text } of tokens) {
      const flag = `--${spec.name}`;
      if (spec.support.kind === 'refused') {
        this.errors.push({ flag, reason: `is a flag of Envoy, but ${spec.support.reason}` });
      } else {
        const reason = whatIsWrong(spec, text);
        if (reason !== undefined) this.errors.push({ flag, ...reason });
        else this.#texts.set(spec.name, text);
      }
      if (spec.support.kind === 'ignored') {
        this.#ignored.push(Object.freeze({ flag, reason: spec.support.reason }));
      }
    }
  }

  get ignored(): readonly IgnoredFlag[] {
    return Object.freeze(this.#ignored);
  }

  given(name: string): boolean {
    return this.#texts.has(name);
  }

  text(name: string): string {
    return this.#texts.get(name) ?? '';
  }

  number(name: string, fallback: number): number {
    const text = this.#texts.get(name);
    return text === undefined ? fallback : Number(text);
  }

  /** The text was checked against the flag's choices when the reader was made. */
  choice<Choice extends string>(name: string, fallback: Choice): Choice {
    return (this.#texts.get(name) as Choice | undefined) ?? fallback;
  }
}

function whatIsWrong(spec: FlagSpec, text: string): Omit<FlagError, 'flag'> | undefined {
  if (spec.value.kind === 'uint32') {
    if (/^\d+$/.test(text) && Number(text) <= uint32Max) return undefined;
    return { reason: `"${text}" is not a whole number from 0 to ${uint32Max}` };
  }
  if (spec.value.kind === 'choice' && !spec.value.choices.includes(text)) {
    const reason = `"${text}" is not one of ${spec.value.choices.join(', ')}`;
    const suggestion = suggest(text.toLowerCase(), spec.value.choices);
    return suggestion === undefined ? { reason } : { reason, suggestion };
  }
  return undefined;
}

function buildOptions(reader: FlagReader, processors: number): ProxyOptions {
  const restartEpoch = reader.number('restart-epoch', 0);
  const useDynamicBaseId = reader.given('use-dynamic-base-id');
  if (useDynamicBaseId && restartEpoch !== 0) {
    const reason = `cannot be used with --restart-epoch ${restartEpoch}`;
    reader.errors.push({ flag: '--use-dynamic-base-id', reason });
  }
  return Object.freeze({
    configPath: reader.text('config-path'),
    configYaml: reader.text('config-yaml'),
    mode: reader.choice('mode', 'serve'),
    concurrency: Math.max(1, reader.number('concurrency', processors)),
    logLevel: parseLogLevel(reader.choice('log-level', 'info')) ?? 'info',
    componentLogLevels: componentLogLevels(reader),
    componentLogLevelText: reader.text('component-log-level'),
    logFormat: reader.given('log-format') ? reader.text('log-format') : undefined,
    logFormatEscaped: reader.given('log-format-escaped'),
    logPath: reader.text('log-path'),
    serviceCluster: reader.text('service-cluster'),
    serviceNode: reader.text('service-node'),
    serviceZone: reader.text('service-zone'),
    drainTimeSeconds: reader.number('drain-time-s', 600),
    drainStrategy: reader.choice('drain-strategy', 'gradual'),
    parentShutdownTimeSeconds: reader.number('parent-shutdown-time-s', 900),
    baseId: reader.number('base-id', 0),
    useDynamicBaseId,
    restartEpoch,
    disableHotRestart: reader.given('disable-hot-restart'),
    allowUnknownStaticFields:
      reader.given('allow-unknown-static-fields') || reader.given('allow-unknown-fields'),
    rejectUnknownDynamicFields: reader.given('reject-unknown-dynamic-fields'),
    ignoreUnknownDynamicFields: reader.given('ignore-unknown-dynamic-fields'),
    skipDeprecatedLogs: reader.given('skip-deprecated-logs'),
    localAddressIpVersion: reader.choice('local-address-ip-version', 'v4'),
    adminAddressPath: reader.text('admin-address-path'),
    fileFlushIntervalMs: reader.number('file-flush-interval-msec', 10_000),
    fileFlushMinSizeKb: reader.number('file-flush-min-size-kb', 64),
    ignoredFlags: reader.ignored,
  });
}

/** Reads `upstream:debug,config:trace`; an empty text means none. */
function componentLogLevels(reader: FlagReader): readonly ComponentLogLevel[] {
  const flag = '--component-log-level';
  const text = reader.text('component-log-level');
  const found: ComponentLogLevel[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const [component = '', levelText, ...rest] = part.split(':');
    if (levelText === undefined || rest.length > 0) {
      reader.errors.push({ flag, reason: `"${part}" is not of the form component:level` });
      continue;
    }
    const level = parseLogLevel(levelText);
    if (level === undefined) {
      const reason = `"${levelText}" in "${part}" is not a level: ${logLevels.join(', ')}`;
      reader.errors.push({ flag, reason, ...hint(levelText, logLevels) });
    }
    if (!isLogComponent(component)) {
      const reason = `"${component}" is not a component`;
      reader.errors.push({ flag, reason, ...hint(component, logComponents) });
    } else if (level !== undefined) found.push(Object.freeze({ component, level }));
  }
  return Object.freeze(found);
}

function hint(written: string, candidates: readonly string[]): { readonly suggestion?: string } {
  const suggestion = suggest(written.toLowerCase(), candidates);
  return suggestion === undefined ? {} : { suggestion };
}
