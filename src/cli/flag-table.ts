/** How the text after a flag is read. */
export type FlagValue =
  | { readonly kind: 'switch' }
  | { readonly kind: 'text'; readonly placeholder: string }
  /** An unsigned 32-bit integer in decimal digits, as in Envoy. */
  | { readonly kind: 'uint32'; readonly placeholder: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

/** `ignored` takes the flag and tells why it needs no effect; `refused` is an error with its reason. */
export type FlagSupport =
  | { readonly kind: 'supported' }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface FlagSpec {
  /** Envoy's long name, without dashes. */
  readonly name: string;
  readonly short?: string;
  readonly value: FlagValue;
  readonly support: FlagSupport;
  readonly group: FlagGroup;
  readonly help: string;
  /** Shown in the help; the value itself is set where the options are built. */
  readonly shownDefault?: string;
}

export const flagGroups = [
  'Configuration',
  'Running',
  'Logging',
  'Identity',
  'Draining and restart',
  'Other',
] as const;
export type FlagGroup = (typeof flagGroups)[number];

const supported: FlagSupport = { kind: 'supported' };
const isSwitch: FlagValue = { kind: 'switch' };
const number = (placeholder: string): FlagValue => ({ kind: 'uint32', placeholder });
const text = (placeholder: string): FlagValue => ({ kind: 'text', placeholder });
const choice = (...choices: string[]): FlagValue => ({ kind: 'choice', choices });
const ignored = (reason: string): FlagSupport => ({ kind: 'ignored', reason });
const refused = (reason: string): FlagSupport => ({ kind: 'refused', reason });

function flag(
  group: FlagGroup,
  name: string,
  value: FlagValue,
  help: string,
  more: Partial<Pick<FlagSpec, 'short' | 'shownDefault' | 'support'>> = {},
): FlagSpec {
  return { group, name, value, help, support: supported, ...more };
}

const noHotRestart = ignored('it concerns hot restart only, which is not in use');

/** Every flag of Envoy 1.40, by its names; what a flag does is told in its help. */
export const flagTable: readonly FlagSpec[] = [
  flag(
    'Configuration',
    'config-path',
    text('file'),
    'Bootstrap to run, as YAML or JSON. This or --config-yaml is needed.',
    { short: 'c' },
  ),
  flag(
    'Configuration',
    'config-yaml',
    text('yaml'),
    'Bootstrap given on the command line; its values are merged over those of --config-path.',
  ),
  flag(
    'Configuration',
    'mode',
    choice('serve', 'validate', 'init_only'),
    'serve: check the configuration, then carry traffic. validate: check it and exit. init_only: load it wholly and exit before any traffic.',
    { shownDefault: 'serve' },
  ),
  flag(
    'Configuration',
    'allow-unknown-static-fields',
    isSwitch,
    'Warn about unknown fields in the bootstrap instead of refusing it.',
  ),
  flag(
    'Configuration',
    'allow-unknown-fields',
    isSwitch,
    'Old name of --allow-unknown-static-fields.',
  ),
  flag(
    'Configuration',
    'reject-unknown-dynamic-fields',
    isSwitch,
    'Refuse unknown fields in configuration from a control plane instead of warning.',
  ),
  flag(
    'Configuration',
    'ignore-unknown-dynamic-fields',
    isSwitch,
    'Neither warn about nor count unknown fields in configuration from a control plane.',
  ),
  flag('Configuration', 'skip-deprecated-logs', isSwitch, 'Do not warn about deprecated fields.'),
  flag('Configuration', 'disable-extensions', text('list'), 'Extensions that must not be used.', {
    support: refused('extensions cannot be switched off yet'),
  }),

  flag('Running', 'concurrency', number('threads'), 'Worker threads; 0 is taken as 1.', {
    shownDefault: 'one for each processor',
  }),
  flag('Running', 'cpuset-threads', isSwitch, 'Count the processors of the cpuset only.', {
    support: ignored('the default of --concurrency counts the usable processors already'),
  }),
  flag(
    'Running',
    'admin-address-path',
    text('file'),
    'File to write the address and port of the admin interface to.',
  ),
  flag(
    'Running',
    'local-address-ip-version',
    choice('v4', 'v6'),
    'IP version of the local address, which x-forwarded-for among others takes.',
    { shownDefault: 'v4' },
  ),
  flag(
    'Running',
    'file-flush-interval-msec',
    number('milliseconds'),
    'Longest time for which lines of an access log stay in memory.',
    { shownDefault: '10000' },
  ),
  flag(
    'Running',
    'file-flush-min-size-kb',
    number('kilobytes'),
    'Size at which lines of an access log are written before that time.',
    { shownDefault: '64' },
  ),
  flag('Running', 'stats-tag', text('tag:value'), 'Tag that every statistic carries.', {
    support: refused('tags for all statistics are not implemented yet'),
  }),

  flag(
    'Logging',
    'log-level',
    choice('trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical', 'off'),
    'Least severe level that is logged.',
    { short: 'l', shownDefault: 'info' },
  ),
  flag(
    'Logging',
    'component-log-level',
    text('list'),
    'Levels of single components, as in "upstream:debug,config:trace".',
  ),
  flag(
    'Logging',
    'log-format',
    text('pattern'),
    'Pattern of a log line in Envoy\'s flags, as in "[%Y-%m-%d %T.%e][%t][%l][%n] %v". Without it, lines are for reading on a terminal and JSON elsewhere.',
  ),
  flag(
    'Logging',
    'log-format-escaped',
    isSwitch,
    'Escape line ends and other control characters within a log line.',
  ),
  flag('Logging', 'log-path', text('file'), 'File to log to; SIGUSR1 opens it again.', {
    shownDefault: 'standard error',
  }),
  flag('Logging', 'enable-fine-grain-logging', isSwitch, 'Log levels by source file.', {
    support: ignored('levels are kept by component'),
  }),
  flag('Logging', 'log-stacktrace-single-entry', isSwitch, 'Log a stack trace as one line.', {
    support: ignored('a stack trace is one record already'),
  }),

  flag('Identity', 'service-cluster', text('name'), 'Overrides node.cluster of the bootstrap.'),
  flag('Identity', 'service-node', text('name'), 'Overrides node.id of the bootstrap.'),
  flag('Identity', 'service-zone', text('name'), 'Overrides node.locality.zone of the bootstrap.'),

  flag(
    'Draining and restart',
    'drain-time-s',
    number('seconds'),
    'Time to drain connections when a listener is removed or the process is replaced.',
    { shownDefault: '600' },
  ),
  flag(
    'Draining and restart',
    'drain-strategy',
    choice('gradual', 'immediate'),
    'gradual: close more and more connections over the drain time. immediate: close all as they become idle.',
    { shownDefault: 'gradual' },
  ),
  flag(
    'Draining and restart',
    'parent-shutdown-time-s',
    number('seconds'),
    'Time after which a replaced process is ended.',
    { shownDefault: '900' },
  ),
  flag(
    'Draining and restart',
    'base-id',
    number('id'),
    'Keeps processes on one machine apart during a hot restart.',
    { shownDefault: '0' },
  ),
  flag(
    'Draining and restart',
    'use-dynamic-base-id',
    isSwitch,
    'Choose the base id freely; not together with a restart epoch.',
  ),
  flag(
    'Draining and restart',
    'base-id-path',
    text('file'),
    'File to write the chosen base id to.',
    { support: refused('hot restart is not implemented yet, so there is no base id to write') },
  ),
  flag(
    'Draining and restart',
    'restart-epoch',
    number('epoch'),
    'How many hot restarts came before this process.',
    { shownDefault: '0' },
  ),
  flag('Draining and restart', 'disable-hot-restart', isSwitch, 'Do without hot restart.'),
  flag(
    'Draining and restart',
    'hot-restart-version',
    isSwitch,
    'Print the version of the hot restart protocol and exit.',
  ),
  flag(
    'Draining and restart',
    'skip-hot-restart-on-no-parent',
    isSwitch,
    'Start although the process to replace cannot be reached.',
    { support: noHotRestart },
  ),
  flag(
    'Draining and restart',
    'skip-hot-restart-parent-stats',
    isSwitch,
    'Do not take over the statistics of the replaced process.',
    { support: noHotRestart },
  ),
  flag('Draining and restart', 'socket-path', text('file'), 'Socket for hot restart.', {
    support: noHotRestart,
  }),
  flag('Draining and restart', 'socket-mode', text('mode'), 'Permissions of that socket.', {
    support: noHotRestart,
  }),

  flag('Other', 'enable-core-dump', isSwitch, 'Allow core dumps.', {
    support: ignored('core dumps follow the limits of the system'),
  }),
  flag('Other', 'enable-mutex-tracing', isSwitch, 'Count lock contention.', {
    support: ignored('no lock is shared between the threads'),
  }),
  flag('Other', 'version', isSwitch, 'Print the version and exit.'),
  flag('Other', 'help', isSwitch, 'Print this help and exit.', { short: 'h' }),
];
