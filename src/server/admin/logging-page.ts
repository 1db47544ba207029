import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { textResponse } from '#server/admin/admin-response.ts';
import type { LogLevels } from '#server/admin/admin-services.ts';
import { isLogComponent, type LogComponent } from '#server/log/log-component.ts';
import { type LogLevel, logLevels } from '#server/log/log-level.ts';

export const loggingPage: AdminEndpoint = {
  path: '/logging',
  help: 'query/change logging levels',
  mutatesState: true,
  parameters: [
    {
      kind: 'string',
      name: 'paths',
      help: 'Change multiple logging levels by setting to <logger_name1>:<desired_level1>,<logger_name2>:<desired_level2>. If fine grain logging is enabled, use __FILE__ or a glob experision as the logger name. For example, source/common*:warning',
    },
    {
      kind: 'string',
      name: 'group',
      help: 'Change given logger group to desired level, set to <logger_group_name>:<desired_level>. logger_group_name must be a logger name.',
    },
    {
      kind: 'enum',
      name: 'level',
      help: "desired logging level, this will change all loggers's level",
      values: ['', ...logLevels],
    },
  ],
  handle: ({ query }, { logLevels: levels }) => {
    const error = changeLevels(query.entries, levels);
    const active = activeLoggers(levels);
    return error === undefined ? textResponse(active) : textResponse(usage(error) + active, 400);
  },
};

/** Changes all that is asked for, or nothing and says why. */
function changeLevels(given: ReadonlyMap<string, string>, levels: LogLevels): string | undefined {
  // The home page sends its fields even when they are empty.
  const parameters = [...given].filter(([, value]) => value !== '');
  const [only] = parameters;
  if (only === undefined) return undefined;
  if (parameters.length > 1) return 'invalid number of parameters';
  const [name, value] = only;
  if (name === 'group') return 'group parameter requires fine-grain logging to be enabled';
  if (name === 'level') {
    const level = readLevel(value);
    if (level === undefined) return 'unknown logger level';
    levels.setLevel(level);
    return undefined;
  }
  return changeComponents(name === 'paths' ? splitPairs(value) : [[name, value]], levels);
}

function splitPairs(text: string): (readonly [name: string, level: string])[] {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return pairs.map((pair) => {
    const colon = pair.indexOf(':');
    return colon === -1 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
  });
}

function changeComponents(
  pairs: readonly (readonly [name: string, level: string])[],
  levels: LogLevels,
): string | undefined {
  const changes = new Map<LogComponent, LogLevel>();
  let isKnown = true;
  for (const [name, text] of pairs) {
    if (name === '' || text === '') return 'empty logger name or empty logger level';
    const level = readLevel(text);
    if (level === undefined) return 'unknown logger level';
    if (isLogComponent(name)) changes.set(name, level);
    else isKnown = false;
  }
  if (!isKnown) return 'unknown logger name';
  for (const [component, level] of changes) levels.setLevel(level, component);
  return undefined;
}

/** Only the full names, unlike the command line. */
function readLevel(text: string): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}

function usage(error: string): string {
  return [
    `error: ${error}\n`,
    'usage: /logging?<name>=<level> (change single level)',
    'usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)',
    'usage: /logging?level=<level> (change all levels)',
    'usage: /logging?group=<group_name>:<level> (change group of loggers)',
    `levels: ${logLevels.join(' ')} `,
    '',
  ].join('\n');
}

function activeLoggers(levels: LogLevels): string {
  const lines = Array.from(levels.levels(), ([name, level]) => `  ${name}: ${level}\n`);
  return `active loggers:\n${lines.join('')}\n`;
}
