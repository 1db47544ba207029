import { knownHeaderNames } from '#http/known-headers.ts';
import type { HeaderKeyFormat } from '#http/protocol-options.ts';

/** How the names of a message's header fields are written on the wire. */
export interface HeaderCasing {
  nameOf(lowerCaseName: string): string;
  /** An upstream's own words behind its status code; empty for the usual ones. */
  readonly reasonPhrase: string;
}

const WORD_START = /(^|[^a-z0-9])([a-z])/g;

function inProperCase(name: string): string {
  return name.replace(WORD_START, (_, before: string, letter: string) => {
    return before + letter.toUpperCase();
  });
}

const knownInProperCase: ReadonlyMap<string, string> = new Map(
  knownHeaderNames.map((name) => [name, inProperCase(name)]),
);

/** `Content-Type`: Envoy's `proper_case_words`. */
const properCase: HeaderCasing = {
  reasonPhrase: '',
  nameOf: (name) => knownInProperCase.get(name) ?? inProperCase(name),
};

/** Names as one message had them: Envoy's stateful `preserve_case` formatter. */
export class PreservedCasing implements HeaderCasing {
  reasonPhrase = '';
  readonly keepsReasonPhrase: boolean;
  readonly #ownInProperCase: boolean;
  /** By lower-case name; of several spellings the first one counts. */
  readonly #spellings = new Map<string, string>();

  /** `ownInProperCase`: how the names that the proxy itself adds are written. */
  constructor(ownInProperCase: boolean, keepsReasonPhrase: boolean) {
    this.keepsReasonPhrase = keepsReasonPhrase;
    this.#ownInProperCase = ownInProperCase;
  }

  keepName(name: string): void {
    const lower = name.toLowerCase();
    if (!this.#spellings.has(lower)) this.#spellings.set(lower, name);
  }

  nameOf(name: string): string {
    const kept = this.#spellings.get(name);
    if (kept !== undefined) return kept;
    return this.#ownInProperCase ? properCase.nameOf(name) : name;
  }
}

/** What a message is written with that has no casing of its own; nothing for lower case. */
export function fixedCasingOf(format: HeaderKeyFormat): HeaderCasing | undefined {
  return format.kind === 'proper_case_words' ? properCase : undefined;
}

/** What keeps the spelling of a message that is read; nothing where it is not wanted. */
export function newCasingFor(format: HeaderKeyFormat): PreservedCasing | undefined {
  if (format.kind !== 'preserve_case') return undefined;
  return new PreservedCasing(format.ownHeaders === 'proper_case_words', format.forwardReasonPhrase);
}

/** `name: value CRLF`, the name in lower case where no casing is asked for. */
export function casedLine(name: string, value: string, casing: HeaderCasing | undefined): string {
  return `${casing === undefined ? name : casing.nameOf(name)}: ${value}\r\n`;
}
