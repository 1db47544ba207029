/**
 * Shows Proa at work: starts the services of Bookinfo, Proa as their gateway and as the sidecar of
 * the product page, measures how the reviews are split, and runs until Ctrl-C.
 *
 * PROA_PROXY may name another command that understands Envoy's flags, for comparison.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildWhenStale } from './start-build.ts';
import { Children, type ChildSpec } from './start-children.ts';
import {
  configuredShares,
  gatewayPorts,
  type ProxyConfig,
  readProxyConfig,
  sidecarPorts,
  withPorts,
} from './start-config.ts';
import {
  helpText,
  type PortName,
  parseStartOptions,
  portFlags,
  type StartOptions,
} from './start-options.ts';
import { portProblems } from './start-ports.ts';
import { measureSplit, splitTable } from './start-split.ts';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples/bookinfo');
const otherProxy = process.env['PROA_PROXY'];

/** The services, with ports for the case that their cluster was taken out of the configuration. */
const services: readonly (readonly [PortName, number])[] = [
  ['productpage', 9080],
  ['details', 9081],
  ['ratings', 9082],
  ['reviews-v1', 9083],
  ['reviews-v2', 9084],
  ['reviews-v3', 9085],
];

/** One run: what to start, where it listens, and where its files are. */
interface Run {
  readonly options: StartOptions;
  readonly ports: ReadonlyMap<PortName, number>;
  readonly gateway: ProxyConfig;
  readonly sidecar: ProxyConfig;
  /** Directory for logs and for copies of the configuration. */
  readonly directory: string;
}

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseStartOptions(argv);
  if (!parsed.ok) return fail(...parsed.error, '"npm start -- --help" shows the flags.');
  const options = parsed.value;
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  let run: Run;
  try {
    run = prepare(options);
  } catch (error) {
    return fail((error as Error).message);
  }
  const problems = await portProblems(run.ports);
  if (problems.length > 0) return fail(...problems);
  if (options.build && otherProxy === undefined) buildWhenStale(root, print);
  return startAndWait(run);
}

function prepare(options: StartOptions): Run {
  const gateway = readProxyConfig(join(example, 'gateway.yaml'), gatewayPorts);
  const sidecar = readProxyConfig(join(example, 'productpage-sidecar.yaml'), sidecarPorts);
  const configured = new Map<PortName, number>(services);
  for (const config of [gateway, sidecar]) {
    for (const [name, { port }] of config.ports) configured.set(name, port);
  }
  const names = Object.keys(portFlags) as PortName[];
  const ports = new Map(
    names.map((name) => [name, (options.ports.get(name) ?? configured.get(name)) as number]),
  );
  // No two runs at once have the same gateway port, so none writes over the files of another.
  const directory = join(root, '.cache/bookinfo', String(ports.get('gateway')));
  return { options, ports, gateway, sidecar, directory };
}

async function startAndWait(run: Run): Promise<number> {
  const end = Promise.withResolvers<number>();
  const children = new Children((message) => end.resolve(fail(message)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end.resolve(0));
  }
  show(run, children).catch((error: unknown) => end.resolve(fail((error as Error).message)));
  const code = await end.promise;
  if (code === 0) print('\nEnding …');
  await children.stop();
  return code;
}

async function show(run: Run, children: Children): Promise<void> {
  const { requests } = run.options;
  mkdirSync(run.directory, { recursive: true });
  print(`Starting Bookinfo, and ${otherProxy ?? 'Proa'} as its gateway and sidecar …`);
  const ready =
    (await children.start(...services.map(([name]) => serviceSpec(run, name)))) &&
    (await children.start(proxySpec(run, 'sidecar', run.sidecar, 'sidecarAdmin'))) &&
    (await children.start(proxySpec(run, 'gateway', run.gateway, 'gatewayAdmin')));
  if (!ready) return;
  const measured = await measureSplit(urlOf(run, 'gateway'), requests);
  // Numbers that were measured while everything ended say nothing.
  if (children.stopping) return;
  print(`\nReviews in ${requests} requests through the gateway:\n`);
  print(splitTable(configuredShares(run.sidecar), measured));
  print(`\n${addresses(run)}\n\nCtrl-C ends everything.`);
}

function serviceSpec(run: Run, name: PortName): ChildSpec {
  const main = join(example, 'services/main.ts');
  const listen = ['--port', String(run.ports.get(name))];
  const others = ['--sidecar', urlOf(run, 'sidecar'), '--ratings', urlOf(run, 'ratings')];
  return {
    name,
    command: [process.execPath, main, name, ...listen, ...others],
    log: join(run.directory, `${name}.log`),
    readyUrl: `${urlOf(run, name)}/health`,
  };
}

function proxySpec(run: Run, name: string, config: ProxyConfig, admin: PortName): ChildSpec {
  const proxy = otherProxy ?? join(root, 'bin/proa');
  const file = configFile(run, config);
  return {
    name,
    command: [proxy, '-c', file, '--service-node', name, '--disable-hot-restart'],
    log: join(run.directory, `${name}.log`),
    readyUrl: `${urlOf(run, admin)}/ready`,
  };
}

/** The file of the example itself, so that messages name it, or a copy with the moved ports. */
function configFile({ options, directory }: Run, config: ProxyConfig): string {
  const text = withPorts(config, options.ports);
  if (text === config.text) return config.file;
  const copy = join(directory, relative(example, config.file));
  writeFileSync(copy, text);
  return copy;
}

function urlOf({ ports }: Run, name: PortName): string {
  return `http://127.0.0.1:${ports.get(name)}`;
}

function addresses(run: Run): string {
  const lines: readonly (readonly [string, string])[] = [
    ['Product page', `${urlOf(run, 'gateway')}/productpage`],
    ['Gateway: admin', urlOf(run, 'gatewayAdmin')],
    ['Gateway: Prometheus', `${urlOf(run, 'gatewayAdmin')}/stats/prometheus`],
    ['Sidecar: admin', urlOf(run, 'sidecarAdmin')],
    ['Sidecar: Prometheus', `${urlOf(run, 'sidecarAdmin')}/stats/prometheus`],
    ['Configuration', relative(process.cwd(), example)],
    ['Logs', relative(process.cwd(), run.directory)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`).join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(...messages: readonly string[]): number {
  for (const message of messages) process.stderr.write(`npm start: ${message}\n`);
  return 1;
}
