/** The query of a request, decoded as Envoy does it: `%41` is a character, `+` is itself. */
export class QueryParameters {
  readonly #values = new Map<string, string>();

  /** `text` is what follows the question mark; of a name given twice the first value counts. */
  constructor(text: string) {
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = percentDecode(equals === -1 ? pair : pair.slice(0, equals));
      const value = equals === -1 ? '' : percentDecode(pair.slice(equals + 1));
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** Whether a parameter was given, with or without a value. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A parameter's value; an empty one counts as none. */
  get(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === '' ? undefined : value;
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#values;
  }
}

/** Decodes what can be decoded and keeps the rest. */
function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(
    text.replace(/%([0-9a-fA-F]{2})/g, (_found, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );
  return bytes.toString('utf8');
}
