import { err, ok, type Result } from '#base/result.ts';
import { callSite } from '#server/log/call-site.ts';
import { type LogComponent, logComponents } from '#server/log/log-component.ts';
import { type LogLevel, type RecordLevel, severityOf } from '#server/log/log-level.ts';
import { compileLogPattern } from '#server/log/log-pattern.ts';
import type { LogFields, LogSource } from '#server/log/log-record.ts';
import {
  jsonSink,
  type LogDestination,
  type LogSink,
  openLogDestination,
  textSink,
} from '#server/log/log-sink.ts';
import { terminalFormat } from '#server/log/terminal-format.ts';
import { fineWallClock } from '#server/log/wall-clock.ts';

/** What the log needs of the command line; `ProxyOptions` has it all. */
export interface LoggerOptions {
  readonly logLevel: LogLevel;
  readonly componentLogLevels: readonly {
    readonly component: LogComponent;
    readonly level: LogLevel;
  }[];
  readonly logFormat: string | undefined;
  readonly logFormatEscaped: boolean;
  readonly logPath: string;
}

/** What tests put in place of the process. */
export interface LoggerSurroundings {
  readonly destination?: LogDestination;
  readonly isTerminal?: boolean;
  readonly colour?: boolean;
  readonly wallNow?: () => number;
}

/**
 * Makes the application log of the main thread, or says why its file cannot be opened. Lines are in
 * the pattern of `--log-format` when it was given, else for reading on a terminal and JSON elsewhere.
 */
export function createLogger(
  options: LoggerOptions,
  surroundings: LoggerSurroundings = {},
): Result<ProxyLogger, string> {
  let destination = surroundings.destination;
  try {
    destination ??= openLogDestination(options.logPath);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(`cannot open the log file "${options.logPath}": ${reason}`);
  }
  const sink = chooseSink(options, surroundings, destination);
  const logger = new ProxyLogger(sink, destination, surroundings.wallNow ?? fineWallClock());
  logger.setLevel(options.logLevel);
  for (const { component, level } of options.componentLogLevels) logger.setLevel(level, component);
  return ok(logger);
}

function chooseSink(
  options: LoggerOptions,
  surroundings: LoggerSurroundings,
  destination: LogDestination,
): LogSink {
  const escaped = options.logFormatEscaped;
  if (options.logFormat !== undefined) {
    return textSink(compileLogPattern(options.logFormat), destination, escaped);
  }
  const isTerminal = surroundings.isTerminal ?? (options.logPath === '' && process.stderr.isTTY);
  if (!isTerminal) return jsonSink(destination);
  const colour = surroundings.colour ?? (process.env['NO_COLOR'] ?? '') === '';
  return textSink(terminalFormat(colour), destination, escaped);
}

/** The application log of the process; it lives on the main thread, workers send it their records. */
export class ProxyLogger {
  readonly #sink: LogSink;
  readonly #destination: LogDestination;
  readonly #wallNow: () => number;
  readonly #components: ReadonlyMap<LogComponent, ComponentLogger>;
  readonly #onLevels: (() => void)[] = [];

  constructor(sink: LogSink, destination: LogDestination, wallNow: () => number) {
    this.#sink = sink;
    this.#destination = destination;
    this.#wallNow = wallNow;
    this.#components = new Map(
      logComponents.map((name) => [name, new ComponentLogger(this, name, sink.needsSource)]),
    );
  }

  component(name: LogComponent): ComponentLogger {
    return this.#components.get(name) as ComponentLogger;
  }

  /** Sets the level of one component, or of all. */
  setLevel(level: LogLevel, component?: LogComponent): void {
    for (const [name, logger] of this.#components) {
      if (component === undefined || component === name) logger.level = level;
    }
    for (const listener of this.#onLevels) listener();
  }

  /** The level of every component, in the order of Envoy's `/logging` page. */
  levels(): ReadonlyMap<LogComponent, LogLevel> {
    return new Map([...this.#components].map(([name, logger]) => [name, logger.level]));
  }

  /** Calls back after every change of a level, so that workers can be told. */
  onLevelsChanged(listener: () => void): void {
    this.#onLevels.push(listener);
  }

  /**
   * Writes a record unless its component is set to less. `thread` is 0 for the main thread; workers
   * count from 1.
   */
  write(
    component: LogComponent,
    level: RecordLevel,
    message: string,
    fields?: LogFields,
    thread = 0,
    source?: LogSource,
  ): void {
    if (severityOf(level) < severityOf(this.component(component).level)) return;
    const wallMs = this.#wallNow();
    this.#sink.write({ wallMs, level, component, message, fields, thread, source });
  }

  /** To be called on SIGUSR1: opens the file of `--log-path` again. */
  reopen(): void {
    this.#destination.reopen();
  }
}

/** The log of one component. */
export class ComponentLogger {
  level: LogLevel = 'info';
  readonly #logger: ProxyLogger;
  readonly #name: LogComponent;
  readonly #needsSource: boolean;

  constructor(logger: ProxyLogger, name: LogComponent, needsSource: boolean) {
    this.#logger = logger;
    this.#name = name;
    this.#needsSource = needsSource;
  }

  /** Whether a record of this level would be written: to be asked before costly messages. */
  isEnabled(level: RecordLevel): boolean {
    return severityOf(level) >= severityOf(this.level);
  }

  trace(message: string, fields?: LogFields): void {
    this.#log('trace', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warning(message: string, fields?: LogFields): void {
    this.#log('warning', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  critical(message: string, fields?: LogFields): void {
    this.#log('critical', message, fields);
  }

  #log(level: RecordLevel, message: string, fields: LogFields | undefined): void {
    if (!this.isEnabled(level)) return;
    // Above this function are the one named after the level, and the one that wanted to log.
    const source = this.#needsSource ? callSite(2) : undefined;
    this.#logger.write(this.#name, level, message, fields, 0, source);
  }
}
