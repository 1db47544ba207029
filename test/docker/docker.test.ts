import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { parseFlags } from '#cli/flags.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import {
  gatewayPorts,
  type ProxyConfig,
  readProxyConfig,
  sidecarPorts,
} from '../../scripts/start-config.ts';
import { readDockerfile } from './dockerfile.ts';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/bookinfo');
const manifest = readJson('package.json') as {
  readonly scripts: Readonly<Record<string, string>>;
};

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

// ---- the Dockerfile ----

const { instructionsOf: of, copies, stages, text: dockerfile } = readDockerfile();

await t.test('the image is built with the Node that is pinned', async (t) => {
  const [argument] = of('ARG');
  const { version } = readJson('node_modules/node/package.json') as { readonly version: string };
  t.equal(argument?.rest, `NODE_VERSION=${version}`);
  t.match(of('FROM')[0]?.rest, /^node:\$\{NODE_VERSION\}-[a-z]+-slim AS build$/);
});

await t.test('what is copied from the repository exists and is not ignored', async (t) => {
  const ignore = readFileSync(join(root, 'docker/Dockerfile.dockerignore'), 'utf8').split('\n');
  t.ok(ignore.includes('*'), 'everything is ignored but');
  const copied = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);
  for (const source of copied) {
    t.ok(existsSync(join(root, source)), `${source} exists`);
    t.ok(ignore.includes(`!${source.split('/')[0]}`), `${source} is let through`);
  }
  for (const line of ignore.filter((line) => line.startsWith('!'))) {
    const name = line.slice(1);
    t.ok(
      copied.some((source) => source.split('/')[0] === name),
      `${name} is let through and used`,
    );
  }
});

await t.test('what is copied from the build was put there', async (t) => {
  const made = [
    'node_modules',
    'dist',
    ...copies.filter(({ stage }) => stage === 'build').flatMap(({ sources }) => sources),
  ];
  for (const { from, sources } of copies) {
    if (from === undefined) continue;
    t.ok(stages.includes(from), from);
    for (const source of sources) {
      if (source === '/usr/local/bin/node') continue;
      const name = source.replace(/^\/build\//, '').replace(/\/$/, '');
      t.ok(made.includes(name), `${source} is made by the build`);
    }
  }
  for (const { stage, rest } of of('RUN')) {
    for (const [, script = ''] of rest.matchAll(/npm run (\S+)/g)) {
      t.ok(Object.hasOwn(manifest.scripts, script), `${stage}: npm run ${script}`);
    }
  }
});

await t.test(
  'the image starts the launcher as the user of a sidecar, with nothing of root',
  async (t) => {
    t.equal(stages.at(-1), 'proa', 'what is built by default');
    t.strictSame(
      of('USER').map(({ stage, rest }) => [stage, rest]),
      [['runtime', '1337:1337']],
    );
    const inherits = of('FROM').filter(({ rest }) => rest.startsWith('runtime AS '));
    t.strictSame(
      inherits.map(({ stage }) => stage),
      ['bookinfo', 'proa'],
    );
    const entry = of('ENTRYPOINT').find(({ stage }) => stage === 'proa')?.rest ?? '';
    t.equal(inImage((JSON.parse(entry) as [string])[0]), 'bin/proa');
    t.notMatch(dockerfile, /\/root\b/);
    t.match(copies.map(({ target }) => target).join(' '), /\/opt\/proa\/dist\//);
  },
);

/** The place in the repository of a file of the image. */
function inImage(path: string): string {
  t.ok(path.startsWith('/opt/proa/'), path);
  return path.slice('/opt/proa/'.length);
}

// ---- the compose file ----

interface ComposeService {
  readonly image: string;
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target: string;
  };
  readonly command: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}

const compose = parse(readFileSync(join(root, 'docker/compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};
const services = new Map(Object.entries(compose.services));
const configs: Readonly<Record<string, ProxyConfig>> = {
  gateway: readProxyConfig(join(example, 'gateway.yaml'), gatewayPorts),
  sidecar: readProxyConfig(join(example, 'productpage-sidecar.yaml'), sidecarPorts),
};

function proxyOptions(name: string): ProxyOptions {
  const parsed = parseFlags(services.get(name)?.command ?? []);
  if (!parsed.ok || parsed.value.kind !== 'run')
    throw new Error(`${name}: ${JSON.stringify(parsed)}`);
  return parsed.value.options;
}

function portOf(name: string): number | undefined {
  for (const config of Object.values(configs)) {
    for (const [portName, { port }] of config.ports) if (portName === name) return port;
  }
  return undefined;
}

await t.test('compose runs everything that npm start runs', async (t) => {
  const parts =
    'details gateway productpage ratings reviews-v1 reviews-v2 reviews-v3 sidecar split';
  t.strictSame([...services.keys()].sort(), parts.split(' '));
});

await t.test('every container is built from the Dockerfile and shares one network', async (t) => {
  for (const [name, { build, network_mode: network, depends_on: dependsOn }] of services) {
    t.equal(join(root, 'docker', build.context), root, `${name}: context`);
    t.ok(existsSync(join(root, build.dockerfile)), `${name}: ${build.dockerfile}`);
    t.ok(stages.includes(build.target), `${name}: stage ${build.target}`);
    t.equal(network, name === 'gateway' ? undefined : 'service:gateway', `${name}: network`);
    const needed: readonly string[] = Array.isArray(dependsOn)
      ? dependsOn
      : Object.keys(dependsOn ?? {});
    t.ok(
      needed.every((other) => services.has(other)),
      `${name}: needs ${needed.join()}`,
    );
  }
});

await t.test(
  'the proxies read the configuration of the example, with flags that Proa has',
  async (t) => {
    for (const [name, config] of Object.entries(configs)) {
      const { configPath, configYaml, serviceNode } = proxyOptions(name);
      const [volume = ''] = services.get(name)?.volumes ?? [];
      const [host = '', inside, mode] = volume.split(':');
      const workdir = of('WORKDIR').find(({ stage }) => stage === 'runtime')?.rest;
      t.equal(
        inside,
        workdir,
        'the path of the configuration is relative to where the image works',
      );
      t.equal(mode, 'ro');
      t.equal(join(root, 'docker', host, configPath), config.file);
      t.equal(serviceNode, name);
      t.strictSame(parse(configYaml), {
        admin: {
          address: { socket_address: { address: '0.0.0.0', port_value: portOf(`${name}Admin`) } },
        },
      });
    }
  },
);

await t.test(
  'the ports that are published are those of the configuration, to this machine only',
  async (t) => {
    const published = ['gateway', 'gatewayAdmin', 'sidecarAdmin'].map(
      (name) => `127.0.0.1:${portOf(name)}:${portOf(name)}`,
    );
    t.strictSame(services.get('gateway')?.ports, published);
    for (const [name, { ports }] of services)
      if (name !== 'gateway') t.equal(ports, undefined, name);
    t.match(
      configs['gateway']?.text,
      /address: 0\.0\.0\.0, port_value: 8080/,
      'reachable from outside of the container',
    );
  },
);

await t.test('the services listen where the configuration looks for them', async (t) => {
  for (const [name, { build, command }] of services) {
    if (build.target !== 'bookinfo' || name === 'split') continue;
    const [program = '', service, flag] = command;
    t.ok(existsSync(join(root, inImage(program))), program);
    t.equal(service, name);
    t.equal(flag, `--port=${portOf(name)}`);
  }
  const main = readFileSync(join(example, 'services/main.ts'), 'utf8');
  t.ok(main.includes(`default: 'http://127.0.0.1:${portOf('sidecar')}'`), 'and call the sidecar');
  t.ok(main.includes(`default: 'http://127.0.0.1:${portOf('ratings')}'`), 'and the ratings');
});

await t.test('the split is measured through the gateway', async (t) => {
  const { command = [], volumes = [] } = services.get('split') ?? {};
  const [program = '', url, file = ''] = command;
  t.ok(existsSync(join(root, inImage(program))), program);
  t.equal(url, `http://127.0.0.1:${portOf('gateway')}`);
  t.equal(join(root, inImage(file)), configs['sidecar']?.file);
  t.strictSame(volumes, [`../examples/bookinfo:${dirname(file)}:ro`]);
});

await t.test('health is asked for where it is told', async (t) => {
  const paths: Readonly<Record<string, string>> = {
    gateway: `${portOf('gatewayAdmin')}/ready`,
    sidecar: `${portOf('sidecarAdmin')}/ready`,
    productpage: `${portOf('productpage')}/health`,
  };
  for (const [name, { healthcheck }] of services) {
    const path = paths[name];
    const [kind, program, , code = ''] = healthcheck?.test ?? [];
    if (path === undefined) t.equal(healthcheck, undefined, name);
    else {
      t.strictSame([kind, program], ['CMD', 'node'], name);
      t.ok(code.includes(`fetch('http://127.0.0.1:${path}')`), `${name}: ${code}`);
      const { status } = spawnSync(process.execPath, ['--check', '-'], { input: code });
      t.equal(status, 0, `${name}: the code can be read`);
    }
  }
});
