import { readFileSync } from 'node:fs';
import { formatConfigError } from '#config/config-error.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import type { Bootstrap } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';

type Outcome =
  | { readonly bootstrap: Bootstrap; readonly warnings: readonly string[] }
  | { readonly errors: readonly string[] };

/** Loads one document, with errors and warnings as a user would see them. */
export function load(
  text: string,
  format: 'yaml' | 'json' = 'yaml',
  unknownFields: 'reject' | 'warn' = 'reject',
): Outcome {
  const source = { text, format, fileName: `envoy.${format}` };
  const loaded = loadBootstrap([source], { unknownFields, parse: () => undefined });
  if (!loaded.ok) return { errors: loaded.error.map(formatConfigError) };
  const { bootstrap, warnings } = loaded.value;
  return { bootstrap, warnings: warnings.map(formatConfigError) };
}

/** What is wrong with a document; nothing when it is fine. */
export function errorsOf(text: string, format: 'yaml' | 'json' = 'yaml'): readonly string[] {
  const outcome = load(text, format);
  return 'errors' in outcome ? outcome.errors : [];
}

/** The bootstrap of a document that is fine. */
export function bootstrapOf(text: string, format: 'yaml' | 'json' = 'yaml'): Bootstrap {
  const outcome = load(text, format);
  if ('errors' in outcome) throw new Error(outcome.errors.join('\n'));
  return outcome.bootstrap;
}

/** A bootstrap as people write it. */
export const ingress: string = readFileSync(new URL('ingress.yaml', import.meta.url), 'utf8');

/** The same with one text replaced by another. */
export function ingressWith(from: string, to: string): string {
  const text = ingress.replace(from, to);
  if (text === ingress) throw new Error(`ingress.yaml has no ${from}`);
  return text;
}
