import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import t from 'tap';
import { flagTable } from '#cli/flag-table.ts';
import { formatFlagError, parseFlags } from '#cli/flags.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';

function options(...argv: string[]): ProxyOptions {
  const parsed = parseFlags(argv, 4);
  if (!parsed.ok) throw new Error(parsed.error.map(formatFlagError).join('\n'));
  if (parsed.value.kind !== 'run') throw new Error(`asked for ${parsed.value.kind}`);
  return parsed.value.options;
}

function errors(...argv: string[]): readonly string[] {
  const parsed = parseFlags(argv, 4);
  return parsed.ok ? [] : parsed.error.map(formatFlagError);
}

await t.test('a bare -c gives the defaults of Envoy', async (t) => {
  t.strictSame(options('-c', 'envoy.yaml'), {
    configPath: 'envoy.yaml',
    configYaml: '',
    mode: 'serve',
    concurrency: 4,
    logLevel: 'info',
    componentLogLevels: [],
    componentLogLevelText: '',
    logFormat: undefined,
    logFormatEscaped: false,
    logPath: '',
    serviceCluster: '',
    serviceNode: '',
    serviceZone: '',
    drainTimeSeconds: 600,
    drainStrategy: 'gradual',
    parentShutdownTimeSeconds: 900,
    baseId: 0,
    useDynamicBaseId: false,
    restartEpoch: 0,
    disableHotRestart: false,
    allowUnknownStaticFields: false,
    rejectUnknownDynamicFields: false,
    ignoreUnknownDynamicFields: false,
    skipDeprecatedLogs: false,
    localAddressIpVersion: 'v4',
    adminAddressPath: '',
    fileFlushIntervalMs: 10_000,
    fileFlushMinSizeKb: 64,
    ignoredFlags: [],
  });
});

await t.test('without a number of processors, the machine is asked', async (t) => {
  const parsed = parseFlags(['-c', 'x']);
  t.ok(parsed.ok);
  if (parsed.ok && parsed.value.kind === 'run') {
    t.equal(parsed.value.options.concurrency, availableParallelism());
  }
});

await t.test('the arguments of pilot-agent are understood', async (t) => {
  const given = options(
    ...'-c etc/istio/proxy/envoy-rev.json --drain-time-s 45 --drain-strategy immediate'.split(' '),
    ...'--local-address-ip-version v4 --file-flush-interval-msec 1000'.split(' '),
    ...'--disable-hot-restart --allow-unknown-static-fields -l warning'.split(' '),
    ...'--component-log-level misc:error --skip-deprecated-logs --concurrency 2'.split(' '),
  );
  t.match(given, {
    configPath: 'etc/istio/proxy/envoy-rev.json',
    drainTimeSeconds: 45,
    drainStrategy: 'immediate',
    localAddressIpVersion: 'v4',
    fileFlushIntervalMs: 1000,
    disableHotRestart: true,
    allowUnknownStaticFields: true,
    logLevel: 'warning',
    componentLogLevels: [{ component: 'misc', level: 'error' }],
    componentLogLevelText: 'misc:error',
    skipDeprecatedLogs: true,
    concurrency: 2,
    ignoredFlags: [],
  });
});

await t.test('every remaining value reaches its option', async (t) => {
  t.match(
    options(
      ...'--config-path a --mode init_only --log-level warn --log-format %v --log-path p'.split(
        ' ',
      ),
      ...'--service-cluster c --service-node n --service-zone z --log-format-escaped'.split(' '),
      ...'--parent-shutdown-time-s 7 --base-id 3 --restart-epoch 5'.split(' '),
      ...'--reject-unknown-dynamic-fields --ignore-unknown-dynamic-fields'.split(' '),
      ...'--admin-address-path adm --file-flush-min-size-kb 8'.split(' '),
      '--config-yaml',
      'node: {}',
    ),
    {
      configPath: 'a',
      configYaml: 'node: {}',
      mode: 'init_only',
      logLevel: 'warning',
      logFormat: '%v',
      logFormatEscaped: true,
      logPath: 'p',
      serviceCluster: 'c',
      serviceNode: 'n',
      serviceZone: 'z',
      parentShutdownTimeSeconds: 7,
      baseId: 3,
      restartEpoch: 5,
      rejectUnknownDynamicFields: true,
      ignoreUnknownDynamicFields: true,
      adminAddressPath: 'adm',
      fileFlushMinSizeKb: 8,
    },
  );
  t.equal(options('-c', 'a', '--allow-unknown-fields').allowUnknownStaticFields, true);
  t.equal(options('-c', 'a', '--log-format', '').logFormat, '', 'an empty format is a format');
  t.equal(options('-c', 'a', '--use-dynamic-base-id').useDynamicBaseId, true);
});

await t.test('zero workers are one worker', async (t) => {
  t.equal(options('-c', 'a', '--concurrency', '0').concurrency, 1);
});

await t.test('a value may follow an equals sign, and may hold further ones', async (t) => {
  t.equal(options('--config-yaml=a=b', '--concurrency=3').configYaml, 'a=b');
  t.equal(options('-c=x').configPath, 'x');
  t.strictSame(errors('-c', 'x', '--disable-hot-restart=true'), [
    '--disable-hot-restart: takes no value',
  ]);
});

await t.test('the argument after a flag is its value even when it looks like a flag', async (t) => {
  t.equal(options('-c', 'x', '--service-node', '--service-zone').serviceNode, '--service-zone');
});

await t.test('nothing is read after two dashes', async (t) => {
  t.equal(options('-c', 'x', '--', '--bogus', 'y').configPath, 'x');
});

await t.test('options are frozen and survive being sent to a thread', async (t) => {
  const given = options(
    '-c',
    'x',
    '--component-log-level',
    'http:debug,pool:off',
    '--enable-core-dump',
  );
  t.ok(Object.isFrozen(given));
  t.ok(Object.isFrozen(given.componentLogLevels));
  t.ok(given.componentLogLevels.every((entry) => Object.isFrozen(entry)));
  t.strictSame(structuredClone(given), given);
});

await t.test('an unknown flag gets a suggestion', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['--concurency', '--concurrency'],
    ['--config', '--config-path'],
    ['--loglevel', '--log-level'],
    ['--log_level', '--log-level'],
    ['--drain-time', '--drain-time-s'],
    ['--Mode', '--mode'],
    ['-mode', '--mode'],
  ];
  for (const [written, meant] of cases) {
    t.strictSame(errors('-c', 'x', written), [
      `${written}: unknown flag; did you mean "${meant}"?`,
    ]);
  }
  t.strictSame(errors('-c', 'x', '--zzzzzzzzzzzz'), ['--zzzzzzzzzzzz: unknown flag']);
  t.strictSame(errors('-c', 'x', '-v'), ['-v: unknown flag']);
});

await t.test('the value of a misspelt flag is not a second error', async (t) => {
  t.equal(errors('-c', 'x', '--concurency', '5').length, 1);
  t.equal(errors('-c', 'x', '--disable-hot-restrat', 'y').length, 2, 'a switch has no value');
});

await t.test('wrong values are explained', async (t) => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['--mode', 'bogus'], '--mode: "bogus" is not one of serve, validate, init_only'],
    [['--mode', 'val'], 'did you mean "validate"?'],
    [['--mode', ''], '--mode: "" is not one of'],
    [['-l', 'INFO'], '--log-level: "INFO" is not one of'],
    [['-l', 'INFO'], 'did you mean "info"?'],
    [['--concurrency', '-1'], '"-1" is not a whole number from 0 to 4294967295'],
    [['--concurrency', '4294967296'], '"4294967296" is not a whole number'],
    [['--concurrency', '2x'], '"2x" is not'],
    [['--drain-time-s', '1.5'], '"1.5" is not'],
    [['--drain-time-s='], '"" is not'],
    [['--drain-strategy', 'x'], '"x" is not one of gradual, immediate'],
    [['--local-address-ip-version', 'v5'], '"v5" is not one of v4, v6; did you mean'],
    [['--component-log-level', 'http'], '"http" is not of the form component:level'],
    [['--component-log-level', 'http:debug:x'], 'is not of the form component:level'],
    [['--component-log-level', 'http:debug,'], '"" is not of the form component:level'],
    [['--component-log-level', 'htpp:debug'], 'not a component; did you mean "http"?'],
    [['--component-log-level', 'http:bogus'], '"bogus" in "http:bogus" is not a level'],
    [['--service-node'], '--service-node: needs a value'],
    [['-c', 'y'], '--config-path: is given more than once'],
    [['extra'], 'extra: unexpected argument'],
    [[''], '"": unexpected argument'],
    [['--stats-tag', 'a:b'], '--stats-tag: is a flag of Envoy, but'],
    [['--restart-epoch', '1', '--use-dynamic-base-id'], 'cannot be used with --restart-epoch 1'],
  ];
  for (const [argv, expected] of cases) {
    const found = errors('-c', 'x', ...argv);
    t.equal(found.length, 1, `${argv.join(' ')}: one error`);
    t.ok(found[0]?.includes(expected), `${found[0]} tells ${expected}`);
  }
});

await t.test(
  'all errors come at once, in the order of the command line where they have one',
  async (t) => {
    const found = errors('--bogus', '--mode', 'x', '-l', 'y', '--concurrency', 'z');
    t.strictSame(
      found.map((line) => line.split(':')[0]),
      ['--bogus', '--mode', '--log-level', '--concurrency'],
    );
  },
);

await t.test('without any configuration the user is told how to give one', async (t) => {
  t.match(errors(), [/no configuration: give a file with -c/]);
  t.match(errors('-c', ''), [/no configuration/]);
  t.strictSame(errors('--config-yaml', '{}'), []);
});

await t.test('harmless flags of Envoy are taken, and the server can tell so', async (t) => {
  const { ignoredFlags } = options('-c', 'x', '--enable-core-dump', '--socket-path', '@sock');
  t.strictSame(
    ignoredFlags.map(({ flag }) => flag),
    ['--enable-core-dump', '--socket-path'],
  );
});

await t.test('questions are answered whatever else stands before them', async (t) => {
  const kind = (...argv: string[]): string => {
    const parsed = parseFlags(argv, 1);
    return parsed.ok ? parsed.value.kind : 'error';
  };
  t.equal(kind('--help'), 'help');
  t.equal(kind('-h', '--bogus'), 'help');
  t.equal(kind('--mode', 'nonsense', '--version', '--bogus'), 'version');
  t.equal(kind('--hot-restart-version'), 'hotRestartVersion');
  t.equal(kind('--bogus', '--version'), 'error', 'an error before the question comes first');
});

await t.test('every flag of the table has an effect, a reason or an answer', async (t) => {
  const base = JSON.stringify(options('--config-yaml', '{}'));
  for (const spec of flagTable) {
    const { name, value, support } = spec;
    if (['help', 'version', 'hot-restart-version'].includes(name)) continue;
    const text =
      value.kind === 'uint32'
        ? '77'
        : value.kind === 'choice'
          ? (value.choices.at(-1) as string)
          : name === 'component-log-level'
            ? 'http:debug'
            : 'text';
    const argv = value.kind === 'switch' ? [`--${name}`] : [`--${name}`, text];
    const full = name === 'config-yaml' ? argv : ['--config-yaml', '{}', ...argv];
    if (support.kind === 'refused') t.equal(errors(...full).length, 1, name);
    else t.not(JSON.stringify(options(...full)), base, `--${name} changes the options`);
  }
});

await t.test('no command line throws, and each gives options or errors', async () => {
  const word = fc.oneof(
    fc.constantFrom(...flagTable.map(({ name }) => `--${name}`), '-c', '-l', '--', '=', '-'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      const parsed = parseFlags(argv, 2);
      return parsed.ok ? parsed.value.kind.length > 0 : parsed.error.length > 0;
    }),
  );
});
