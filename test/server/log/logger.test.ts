import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { logComponents } from '#server/log/log-component.ts';
import {
  createLogger,
  type LoggerOptions,
  type LoggerSurroundings,
  type ProxyLogger,
} from '#server/log/logger.ts';

const wallMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function makeLogger(
  options: Partial<LoggerOptions> = {},
  surroundings: LoggerSurroundings = {},
): { readonly logger: ProxyLogger; readonly lines: string[] } {
  const lines: string[] = [];
  const made = createLogger(
    {
      logLevel: 'info',
      componentLogLevels: [],
      logFormat: undefined,
      logFormatEscaped: false,
      logPath: '',
      ...options,
    },
    {
      destination: { write: (line) => void lines.push(line), reopen: () => undefined },
      isTerminal: false,
      colour: false,
      wallNow: () => wallMs,
      ...surroundings,
    },
  );
  if (!made.ok) throw new Error(made.error);
  return { logger: made.value, lines };
}

await t.test('elsewhere than on a terminal a record is a line of JSON', async (t) => {
  const { logger, lines } = makeLogger();
  logger.component('main').warning('two\nlines "quoted"', { cluster: 'a', attempts: 2, ok: false });
  logger.write('pool', 'error', 'from a worker', undefined, 2);
  t.ok(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1));
  t.strictSame(
    lines.map((line) => JSON.parse(line)),
    [
      {
        level: 'warning',
        time: '2026-01-02T03:04:05.678Z',
        component: 'main',
        cluster: 'a',
        attempts: 2,
        ok: false,
        message: 'two\nlines "quoted"',
      },
      {
        level: 'error',
        time: '2026-01-02T03:04:05.678Z',
        component: 'pool',
        thread: 2,
        message: 'from a worker',
      },
    ],
  );
});

await t.test('on a terminal a record is for reading', async (t) => {
  const { logger, lines } = makeLogger({}, { isTerminal: true });
  logger.component('upstream').info('cluster added', { name: 'reviews', hosts: 3 });
  t.match(lines, [/^\d\d:\d\d:05\.678 info {5}upstream: cluster added name=reviews hosts=3\n$/]);
  const coloured = makeLogger({}, { isTerminal: true, colour: true });
  coloured.logger.component('upstream').error('x');
  t.ok(coloured.lines[0]?.includes('\u001b[31merror'));
});

await t.test('a given format is honoured everywhere, with the place that logged', async (t) => {
  for (const isTerminal of [true, false]) {
    const { logger, lines } = makeLogger({ logFormat: '[%l][%n] %s:%! %v' }, { isTerminal });
    function here(): void {
      logger.component('main').critical('x', { a: 1 });
    }
    here();
    t.strictSame(lines, ['[critical][main] logger.test.ts:here [Tags: "a":"1"] x\n']);
  }
  const { logger, lines } = makeLogger({ logFormat: '%g:%# %v' });
  logger.component('main').info('x');
  t.match(lines[0], /^test\/server\/log\/logger\.test\.ts:\d+ x\n$/, 'relative to the package');
});

await t.test('escaping keeps a record in one line', async (t) => {
  const { logger, lines } = makeLogger({ logFormat: '%v', logFormatEscaped: true });
  logger.component('main').info('a\nb');
  t.strictSame(lines, ['a\\nb\n']);
});

await t.test('a component logs what is at least as severe as its level', async (t) => {
  const { logger, lines } = makeLogger({ logFormat: '%l', logLevel: 'error' });
  const main = logger.component('main');
  for (const level of ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const) {
    main[level]('x');
    logger.write('main', level, 'x');
    t.equal(main.isEnabled(level), level === 'error' || level === 'critical', level);
  }
  t.strictSame(lines, ['error\n', 'error\n', 'critical\n', 'critical\n']);
});

await t.test('levels of single components override the level of all', async (t) => {
  const { logger, lines } = makeLogger({
    logFormat: '%n',
    logLevel: 'warning',
    componentLogLevels: [
      { component: 'misc', level: 'off' },
      { component: 'http', level: 'debug' },
      { component: 'http', level: 'trace' },
    ],
  });
  logger.component('misc').critical('x');
  logger.component('main').info('x');
  logger.component('http').trace('x');
  t.strictSame(lines, ['http\n']);
  t.strictSame([...logger.levels().keys()], logComponents);
  t.equal(logger.levels().get('misc'), 'off');
  t.equal(logger.levels().get('pool'), 'warning');
});

await t.test('levels change at run time, and whoever asked hears of it', async (t) => {
  const { logger, lines } = makeLogger({ logFormat: '%n' });
  const pool = logger.component('pool');
  const heard: (string | undefined)[] = [];
  logger.onLevelsChanged(() => heard.push(logger.levels().get('pool')));
  pool.debug('x');
  logger.setLevel('debug', 'pool');
  pool.debug('x');
  logger.component('main').debug('x');
  logger.setLevel('off');
  pool.critical('x');
  t.strictSame(lines, ['pool\n']);
  t.strictSame(heard, ['debug', 'off']);
});

await t.test('a log file is appended to, and opened again after it was moved away', async (t) => {
  const directory = t.testdir({ log: 'before\n' });
  const path = join(directory, 'log');
  const { logger } = makeLogger(
    { logPath: path, logFormat: '%v' },
    { destination: undefined as never },
  );
  logger.component('main').info('one');
  renameSync(path, `${path}.1`);
  logger.component('main').info('two');
  logger.reopen();
  logger.component('main').info('three');
  t.equal(readFileSync(`${path}.1`, 'utf8'), 'before\none\ntwo\n');
  t.equal(readFileSync(path, 'utf8'), 'three\n');
});

await t.test('a log file that cannot be opened is told, not thrown', async (t) => {
  const made = createLogger({
    logLevel: 'info',
    componentLogLevels: [],
    logFormat: undefined,
    logFormatEscaped: false,
    logPath: '/nonexistent/log',
  });
  t.match(made, { ok: false, error: /^cannot open the log file "\/nonexistent\/log": ENOENT/ });
});

await t.test('a reader of standard error that is gone does not end the process', async (t) => {
  const program = `
    import { createLogger } from '#server/log/logger.ts';
    const logger = createLogger({ logLevel: 'info', componentLogLevels: [], logFormat: '%v',
      logFormatEscaped: false, logPath: '' }).value.component('main');
    process.stdin.once('data', () => {
      for (let count = 0; count < 100; count++) logger.info('x'.repeat(1000));
      setTimeout(() => process.stdout.write('alive', () => process.exit(0)), 50);
    });
    logger.info('started');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '../../..'),
  });
  const [first] = await once(child.stderr, 'data');
  t.equal(String(first), 'started\n');
  child.stderr.destroy();
  child.stdin.write('go');
  const [answer] = await once(child.stdout, 'data');
  t.equal(String(answer), 'alive');
  t.strictSame(await once(child, 'exit'), [0, null]);
});
