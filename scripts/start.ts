/**
 * Shows Proa at work: starts the services of Bookinfo, Proa as their gateway and as the sidecar of
 * the product page, measures how the reviews are split, and runs until Ctrl-C.
 *
 * PROA_PROXY may name another command that understands Envoy's flags, for comparison.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Children, type ChildSpec } from './start-children.ts';
import {
  configuredShares,
  gatewayPorts,
  type ProxyConfig,
  readProxyConfig,
  sidecarPorts,
  withPorts,
} from './start-config.ts';
import { helpText, type PortName, parseStartOptions, type StartOptions } from './start-options.ts';
import { portProblems } from './start-ports.ts';
import { measureSplit, splitTable } from './start-split.ts';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples/bookinfo');
const work = join(root, '.cache/bookinfo');
const otherProxy = process.env['PROA_PROXY'];
const proxy = otherProxy ?? join(root, 'bin/proa');

/** Ports of services whose cluster was taken out of the configuration. */
const spareServicePorts: readonly (readonly [PortName, number])[] = [
  ['productpage', 9080],
  ['details', 9081],
  ['ratings', 9082],
  ['reviews-v1', 9083],
  ['reviews-v2', 9084],
  ['reviews-v3', 9085],
];

type Ports = ReadonlyMap<PortName, number>;

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseStartOptions(argv);
  if (!parsed.ok) return fail(...parsed.error, '"npm start -- --help" shows the flags.');
  const options = parsed.value;
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  let gateway: ProxyConfig;
  let sidecar: ProxyConfig;
  try {
    gateway = readProxyConfig(join(example, 'gateway.yaml'), gatewayPorts);
    sidecar = readProxyConfig(join(example, 'productpage-sidecar.yaml'), sidecarPorts);
  } catch (error) {
    return fail((error as Error).message);
  }
  const ports = choosePorts(gateway, sidecar, options);
  const problems = await portProblems(ports);
  if (problems.length > 0) return fail(...problems);
  if (options.build && otherProxy === undefined) build();
  mkdirSync(work, { recursive: true });
  return run(options, ports, sidecar, configFile(gateway, options), configFile(sidecar, options));
}

function choosePorts(gateway: ProxyConfig, sidecar: ProxyConfig, options: StartOptions): Ports {
  const ports = new Map<PortName, number>(spareServicePorts);
  for (const config of [gateway, sidecar]) {
    for (const [name, { port }] of config.ports) ports.set(name, port);
  }
  for (const [name, port] of options.ports) ports.set(name, port);
  return ports;
}

/** The file of the example itself, so that messages name it, or a copy with the moved ports. */
function configFile(config: ProxyConfig, { ports }: StartOptions): string {
  const text = withPorts(config, ports);
  if (text === config.text) return config.file;
  const copy = join(work, relative(example, config.file));
  writeFileSync(copy, text);
  return copy;
}

async function run(
  { requests }: StartOptions,
  ports: Ports,
  sidecar: ProxyConfig,
  gatewayFile: string,
  sidecarFile: string,
): Promise<number> {
  const end = Promise.withResolvers<number>();
  const children = new Children((message) => end.resolve(fail(message)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end.resolve(0));
  }
  const work = async (): Promise<void> => {
    print(`Starting Bookinfo, and ${otherProxy ?? 'Proa'} as its gateway and sidecar …`);
    await children.start(...serviceSpecs(ports));
    await children.start(proxySpec('sidecar', sidecarFile, at(ports, 'sidecarAdmin')));
    await children.start(proxySpec('gateway', gatewayFile, at(ports, 'gatewayAdmin')));
    const measured = await measureSplit(at(ports, 'gateway'), requests);
    print(`\nReviews in ${requests} requests through the gateway:\n`);
    print(splitTable(configuredShares(sidecar), measured));
    print(`\n${addresses(ports)}\n\nCtrl-C ends everything.`);
  };
  work().catch((error: unknown) => end.resolve(fail((error as Error).message)));
  const code = await end.promise;
  if (code === 0) print('\nEnding …');
  await children.stop();
  return code;
}

function serviceSpecs(ports: Ports): readonly ChildSpec[] {
  const main = join(example, 'services/main.ts');
  return spareServicePorts.map(([name]) => ({
    name,
    command: [
      ...[process.execPath, main, name, '--port', String(ports.get(name))],
      ...['--sidecar', at(ports, 'sidecar'), '--ratings', at(ports, 'ratings')],
    ],
    log: join(work, `${name}.log`),
    readyUrl: `${at(ports, name)}/health`,
  }));
}

function proxySpec(name: string, file: string, adminUrl: string): ChildSpec {
  return {
    name,
    command: [proxy, '-c', file, '--service-node', name, '--disable-hot-restart'],
    log: join(work, `${name}.log`),
    readyUrl: `${adminUrl}/ready`,
  };
}

function at(ports: Ports, name: PortName): string {
  return `http://127.0.0.1:${ports.get(name)}`;
}

function addresses(ports: Ports): string {
  const lines: readonly (readonly [string, string])[] = [
    ['Product page', `${at(ports, 'gateway')}/productpage`],
    ['Gateway: admin', at(ports, 'gatewayAdmin')],
    ['Gateway: Prometheus', `${at(ports, 'gatewayAdmin')}/stats/prometheus`],
    ['Sidecar: admin', at(ports, 'sidecarAdmin')],
    ['Sidecar: Prometheus', `${at(ports, 'sidecarAdmin')}/stats/prometheus`],
    ['Configuration', relative(process.cwd(), example) || '.'],
    ['Logs', relative(process.cwd(), work)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`).join('\n');
}

/** Builds when something was changed since; when that fails, the launcher runs the sources. */
function build(): void {
  const built = join(root, 'dist/main.js');
  if (existsSync(built) && newest(join(root, 'src')) <= statSync(built).mtimeMs) return;
  print('Building …');
  const npm = process.env['npm_execpath'];
  const [file, ...argv] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const { status } = spawnSync(file as string, [...argv, 'run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) print('The build failed, so the sources run as they are; that starts slower.');
}

function newest(directory: string): number {
  let latest = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return latest;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(...messages: readonly string[]): number {
  for (const message of messages) process.stderr.write(`npm start: ${message}\n`);
  return 1;
}
