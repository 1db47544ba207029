import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * What lies directly below `src`, from the highest layer to the lowest: the table in
 * ARCHITECTURE.md is the only place where the order is written down.
 */
export function layersFromTop(): readonly string[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const section = /^## Layers\n(?<body>[\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text);
  const rows = (section?.groups?.['body'] ?? '').matchAll(/^\| \[`src\/([\w.-]+)\/?`\]/gm);
  return [...rows].map(([, name]) => name as string);
}

/** An import that goes upwards and is known to. */
export interface LayerException {
  /** A file of `src`. */
  readonly from: string;
  /** A file of `src`, or a folder with a slash at its end. */
  readonly to: string;
}

/**
 * Imports that still go upwards, each with the move that ends it. The test fails as well when one
 * of these is no longer needed.
 */
export const layerExceptions: readonly LayerException[] = [
  // What the connection manager is told, and how it is read, belongs to src/connection-manager.
  // Only the types that both sides of HTTP/1.1 share (Http1ProtocolConfig, HeaderKeyFormat,
  // CommonHttpProtocolConfig) stay in src/http.
  { from: 'src/http/connection-manager-config.ts', to: 'src/access-log/' },
  { from: 'src/http/connection-manager-config.ts', to: 'src/formatter/' },
  { from: 'src/http/connection-manager-config.ts', to: 'src/routing/' },
  { from: 'src/http/connection-manager-from-proto.ts', to: 'src/access-log/' },
  { from: 'src/http/connection-manager-from-proto.ts', to: 'src/routing/' },
  { from: 'src/http/local-reply-from-proto.ts', to: 'src/access-log/' },
  { from: 'src/http/local-reply-from-proto.ts', to: 'src/formatter/' },
  { from: 'src/http/local-reply-from-proto.ts', to: 'src/routing/' },
  // MetadataByNamespace is a plain record that belongs to src/base.
  { from: 'src/network/filter-chain-config.ts', to: 'src/stream-info/stream-info.ts' },
  { from: 'src/network/listener-config.ts', to: 'src/stream-info/stream-info.ts' },
  // ProxyOptions is what the server is told, so src/cli/options.ts belongs to src/server.
  { from: 'src/server/admin/admin-services.ts', to: 'src/cli/options.ts' },
  { from: 'src/server/admin/command-line-options-json.ts', to: 'src/cli/options.ts' },
  { from: 'src/server/proxy-admin.ts', to: 'src/cli/options.ts' },
  { from: 'src/server/proxy.ts', to: 'src/cli/options.ts' },
  { from: 'src/server/read-bootstrap.ts', to: 'src/cli/options.ts' },
  { from: 'src/server/server.ts', to: 'src/cli/options.ts' },
];
