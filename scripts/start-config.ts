import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import type { PortName } from './start-options.ts';

/** One of the two Envoy configurations, with the ports that stand in it. */
export interface ProxyConfig {
  readonly file: string;
  readonly text: string;
  readonly ports: ReadonlyMap<PortName, PortPlace>;
}

interface PortPlace {
  readonly port: number;
  /** Where the number stands in the text. */
  readonly start: number;
  readonly end: number;
}

export interface WeightedShare {
  readonly cluster: string;
  /** Part of the traffic, from 0 to 1. */
  readonly share: number;
}

const cluster = (name: string): readonly string[] => [
  'static_resources',
  'clusters',
  `name=${name}`,
  'load_assignment',
  'endpoints',
  '0',
  'lb_endpoints',
  '0',
  'endpoint',
  ...socketPort,
];
const socketPort = ['address', 'socket_address', 'port_value'];
const firstListener = ['static_resources', 'listeners', '0', ...socketPort];
const admin = ['admin', ...socketPort];

/** Where each port stands in `gateway.yaml`. */
export const gatewayPorts: readonly (readonly [PortName, readonly string[]])[] = [
  ['gateway', firstListener],
  ['gatewayAdmin', admin],
  ['productpage', cluster('productpage')],
];

/** Where each port stands in `productpage-sidecar.yaml`. */
export const sidecarPorts: readonly (readonly [PortName, readonly string[]])[] = [
  ['sidecar', firstListener],
  ['sidecarAdmin', admin],
  ...(['details', 'ratings', 'reviews-v1', 'reviews-v2', 'reviews-v3'] as const).map(
    (name) => [name, cluster(name)] as const,
  ),
];

/**
 * Reads a configuration of the example. It may have been changed: a cluster that is gone has no
 * port, but the listener and the admin address have to be there. Throws an explanation otherwise.
 */
export function readProxyConfig(
  file: string,
  places: readonly (readonly [PortName, readonly string[]])[],
): ProxyConfig {
  const text = readFileSync(file, 'utf8');
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
  const ports = new Map<PortName, PortPlace>();
  for (const [name, path] of places) {
    const scalar = findScalar(document, path);
    const range = scalar?.range;
    if (typeof scalar?.value === 'number' && range) {
      ports.set(name, { port: scalar.value, start: range[0], end: range[1] });
    } else if (path === firstListener || path === admin) {
      throw new Error(`${file}: no port at ${path.join('.')}, which "npm start" has to know`);
    }
  }
  return { file, text, ports };
}

/** The text with other ports in it; everything else, lines and comments too, stays in its place. */
export function withPorts(config: ProxyConfig, moved: ReadonlyMap<PortName, number>): string {
  const changes = [...config.ports]
    .flatMap(([name, place]) => {
      const port = moved.get(name);
      return port === undefined ? [] : [{ ...place, port }];
    })
    .sort((a, b) => b.start - a.start);
  let text = config.text;
  for (const { start, end, port } of changes) text = text.slice(0, start) + port + text.slice(end);
  return text;
}

/** How the configuration splits the first route of the reviews that has weights. */
export function configuredShares(config: ProxyConfig): readonly WeightedShare[] {
  const document = parseDocument(config.text).toJS() as unknown;
  const clusters = findKey(document, 'weighted_clusters');
  const list = (clusters as { clusters?: readonly { name?: string; weight?: number }[] })?.clusters;
  const weights = (list ?? []).map(({ name = '', weight = 0 }) => ({ cluster: name, weight }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  return weights.map((entry) => ({ cluster: entry.cluster, share: entry.weight / total }));
}

function findKey(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, key)) return (value as Record<string, unknown>)[key];
  for (const inner of Object.values(value)) {
    const found = findKey(inner, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Follows keys, positions and `name=...` through the document. */
function findScalar(document: Document, path: readonly string[]): Scalar | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isSeq(node)) {
      const items: readonly unknown[] = node.items;
      const wanted = step.startsWith('name=') ? step.slice('name='.length) : undefined;
      node =
        wanted === undefined
          ? items[Number(step)]
          : items.find((item) => isMap(item) && item.get('name') === wanted);
    } else if (isMap(node)) node = node.get(step, true);
    else return undefined;
  }
  return isScalar(node) ? node : undefined;
}
