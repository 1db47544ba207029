import { configOverlay } from './overlay/config-overlay.ts';
import { extensionOverlay } from './overlay/extension-overlay.ts';
import { changedRules, validationOverlay } from './overlay/validation-overlay.ts';

/**
 * Declarations to add to a proto file, by where they go: `file` (at its end), `import`, a message
 * (`Outer.Inner` for a nested one), `Message#oneof`, `Message#NEW oneof` or `enum Name`.
 */
export type FileAdditions = Readonly<Record<string, readonly string[]>>;

const additions: Readonly<Record<string, FileAdditions>> = {
  ...configOverlay,
  ...extensionOverlay,
  ...validationOverlay,
};

/** The files that the overlay changes. */
export const overlaidFiles: readonly string[] = [
  ...new Set([...Object.keys(additions), ...Object.keys(changedRules)]),
];

/**
 * Brings the text of a proto file up to date with Envoy's API. A place that is missing is an error,
 * so that a newer version of the shipped protos cannot silently lose a part of the overlay.
 */
export function applyOverlay(file: string, text: string): string {
  let result = text;
  for (const [field, rules] of Object.entries(changedRules[file] ?? {})) {
    result = replaceRules(file, result, field, rules);
  }
  for (const [place, lines] of Object.entries(additions[file] ?? {})) {
    result = addTo(file, result, place, lines);
  }
  return result;
}

function addTo(file: string, text: string, place: string, lines: readonly string[]): string {
  if (place === 'file') return `${text}\n${lines.join('\n')}\n`;
  if (place === 'import') {
    return text.replace(/^package .*$/m, (line) => {
      return [line, ...lines.map((one) => `import "${one}";`)].join('\n');
    });
  }
  if (place.startsWith('enum ')) {
    const names = place.slice('enum '.length).split('.');
    const [last = ''] = names.splice(-1);
    // The first value of an enum must stay the first.
    const start = startOf(file, text, names, `enum ${last}`);
    return insert(text, start + text.slice(start).search(/^ *\}/m), lines);
  }
  const [message = '', oneof] = place.split('#');
  const names = message.split('.');
  if (oneof === undefined) return insert(text, startOf(file, text, names), lines);
  if (oneof.startsWith('NEW ')) {
    const declaration = `oneof ${oneof.slice('NEW '.length)} { ${lines.join(' ')} }`;
    return insert(text, startOf(file, text, names), [declaration]);
  }
  return insert(text, startOf(file, text, names, `oneof ${oneof}`), lines);
}

/** The place after the opening brace of a message, or of something that is declared in it. */
function startOf(file: string, text: string, messages: readonly string[], inner?: string): number {
  let at = 0;
  const steps = messages.map((name) => `message ${name}`);
  for (const step of inner === undefined ? steps : [...steps, inner]) {
    const found = new RegExp(`^ *${step} \\{`, 'm').exec(text.slice(at));
    if (found === null) throw new Error(`${file} has no ${step} of ${messages.join('.')}`);
    at += found.index + found[0].length;
  }
  return at;
}

function insert(text: string, at: number, lines: readonly string[]): string {
  return `${text.slice(0, at)}\n${lines.join('\n')}\n${text.slice(at)}`;
}

function replaceRules(file: string, text: string, path: string, rules: string): string {
  const names = path.split('.');
  const [field = ''] = names.splice(-1);
  const start = startOf(file, text, names);
  const options = rules === '' ? '' : ` [${rules}]`;
  const declaration = new RegExp(`( ${field} = \\d+)[^;]*;`);
  const rest = text.slice(start);
  if (!declaration.test(rest)) throw new Error(`${file} has no field ${path}`);
  return text.slice(0, start) + rest.replace(declaration, `$1${options};`);
}
