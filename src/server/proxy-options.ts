import type { LogComponent } from '#server/log/log-component.ts';
import type { LogLevel } from '#server/log/log-level.ts';

/** What to do with the configuration: run it, check it, or load it wholly and stop before traffic. */
export type ServerMode = 'serve' | 'validate' | 'init_only';

/** One part of `--component-log-level`: `upstream:debug`. */
export interface ComponentLogLevel {
  readonly component: LogComponent;
  readonly level: LogLevel;
}

/** A flag of Envoy that was given, is without effect here, and why that is harmless. */
export interface IgnoredFlag {
  readonly flag: string;
  readonly reason: string;
}

/** The command line, read and checked: a frozen plain object that can be sent to a worker. */
export interface ProxyOptions {
  /** Bootstrap file, relative to the working directory; empty when only `configYaml` is given. */
  readonly configPath: string;
  /** Bootstrap as YAML or JSON text; its values are merged over those of `configPath`. */
  readonly configYaml: string;
  readonly mode: ServerMode;
  /** Worker threads, at least 1; by default one for each processor the process may use. */
  readonly concurrency: number;
  readonly logLevel: LogLevel;
  /** Levels of single components, later ones winning. */
  readonly componentLogLevels: readonly ComponentLogLevel[];
  /** `--component-log-level` as written, for `/server_info`. */
  readonly componentLogLevelText: string;
  /** Envoy's log pattern; undefined when not given, and the log then has its own two formats. */
  readonly logFormat: string | undefined;
  readonly logFormatEscaped: boolean;
  /** File for the application log; empty for standard error. */
  readonly logPath: string;
  /** Overrides `node.cluster` of the bootstrap unless empty. */
  readonly serviceCluster: string;
  /** Overrides `node.id` of the bootstrap unless empty. */
  readonly serviceNode: string;
  /** Overrides `node.locality.zone` of the bootstrap unless empty. */
  readonly serviceZone: string;
  readonly drainTimeSeconds: number;
  readonly drainStrategy: 'gradual' | 'immediate';
  readonly parentShutdownTimeSeconds: number;
  readonly baseId: number;
  readonly useDynamicBaseId: boolean;
  readonly restartEpoch: number;
  readonly disableHotRestart: boolean;
  readonly allowUnknownStaticFields: boolean;
  readonly rejectUnknownDynamicFields: boolean;
  readonly ignoreUnknownDynamicFields: boolean;
  readonly skipDeprecatedLogs: boolean;
  readonly localAddressIpVersion: 'v4' | 'v6';
  /** File that receives the admin's `address:port` once it is known; empty for none. */
  readonly adminAddressPath: string;
  readonly fileFlushIntervalMs: number;
  readonly fileFlushMinSizeKb: number;
  /** Flags that were accepted without effect: the server says so once, as warnings. */
  readonly ignoredFlags: readonly IgnoredFlag[];
}
