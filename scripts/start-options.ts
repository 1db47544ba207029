import { parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';

/** Everything that listens, with the flag that moves it. */
export const portFlags = {
  gateway: 'gateway-port',
  gatewayAdmin: 'admin-port',
  sidecar: 'sidecar-port',
  sidecarAdmin: 'sidecar-admin-port',
  productpage: 'productpage-port',
  details: 'details-port',
  ratings: 'ratings-port',
  'reviews-v1': 'reviews-v1-port',
  'reviews-v2': 'reviews-v2-port',
  'reviews-v3': 'reviews-v3-port',
} as const;

export type PortName = keyof typeof portFlags;

export interface StartOptions {
  /** Ports that were moved; what is not here stays as the YAML files have it. */
  readonly ports: ReadonlyMap<PortName, number>;
  /** Requests that measure the split. */
  readonly requests: number;
  readonly build: boolean;
  readonly help: boolean;
}

export const helpText = `Starts Bookinfo behind Proa: npm start -- [flags]

${Object.values(portFlags)
  .map((flag) => `  --${flag} <port>`)
  .join('\n')}
      Move one port; without a flag it is what the files in examples/bookinfo say.
  --requests <count>
      Requests that measure the split of the reviews. Default: 400.
  --no-build
      Run the sources as they are, without building first.
  --help
      Print this help and exit.
`;

/** Reads the flags of `npm start`; every mistake is told at once. */
export function parseStartOptions(
  argv: readonly string[],
):
  | { readonly ok: true; readonly value: StartOptions }
  | { readonly ok: false; readonly error: readonly string[] } {
  const names = Object.values(portFlags);
  const known = [...names, 'requests', 'no-build', 'help'];
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries([...names, 'requests'].map((name) => [name, { type: 'string' }])),
  });
  const errors: string[] = [];
  const ports = new Map<PortName, number>();
  let requests = 400;
  let build = true;
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') errors.push(`${token.value}: unexpected argument`);
    else if (token.name === 'help') help = true;
    else if (token.name === 'no-build') build = false;
    else if (token.name === 'requests') {
      requests = readNumber(token.rawName, token.value, 1, 100_000, errors) ?? requests;
    } else {
      const name = portNameOf(token.name);
      if (name === undefined) errors.push(unknownFlag(token.rawName, known));
      else {
        const port = readNumber(token.rawName, token.value, 1, 65_535, errors);
        if (port !== undefined) ports.set(name, port);
      }
    }
  }
  return errors.length > 0
    ? { ok: false, error: errors }
    : { ok: true, value: { ports, requests, build, help } };
}

function portNameOf(flag: string): PortName | undefined {
  return (Object.keys(portFlags) as PortName[]).find((name) => portFlags[name] === flag);
}

function readNumber(
  flag: string,
  text: string | undefined,
  min: number,
  max: number,
  errors: string[],
): number | undefined {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  errors.push(
    `${flag}: ${text === undefined ? 'needs' : `"${text}" is not`} a number from ${min} to ${max}`,
  );
  return undefined;
}

function unknownFlag(written: string, known: readonly string[]): string {
  const bare = written.replace(/^-+/, '');
  const [nearest] = [...known].sort((a, b) => distance(bare, a) - distance(bare, b));
  const near = nearest !== undefined && distance(bare, nearest) <= bare.length / 3;
  return `${written}: unknown flag${near ? `; did you mean "--${nearest}"?` : ''}`;
}
