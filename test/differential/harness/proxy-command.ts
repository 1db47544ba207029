import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findOrInstallEnvoy } from '../../tools/envoy.ts';

/** A proxy that understands Envoy's command line. */
export interface ProxyCommand {
  readonly name: 'Envoy' | 'Proa';
  readonly command: readonly string[];
}

const CHECKOUT = join(import.meta.dirname, '..', '..', '..');

/** The real Envoy, or `undefined` where it can neither be found nor installed. */
export async function envoyCommand(): Promise<ProxyCommand | undefined> {
  const binary = await findOrInstallEnvoy();
  return binary === undefined ? undefined : { name: 'Envoy', command: [binary] };
}

/** Proa from this checkout, or the command in the environment variable PROA_COMMAND. */
export function proaCommand(): ProxyCommand {
  const configured = process.env['PROA_COMMAND'];
  if (configured !== undefined) return { name: 'Proa', command: configured.split(' ') };
  const launcher = join(CHECKOUT, 'bin', 'proa');
  if (existsSync(launcher)) return { name: 'Proa', command: [launcher] };
  const node = join(CHECKOUT, 'node_modules', '.bin', 'node');
  return { name: 'Proa', command: [node, join(CHECKOUT, 'src', 'main.ts')] };
}
