/** What a request asks of the scripted upstream; everything about the answer follows from it. */
export interface Target {
  /** The first segment of the path, by which Proa routes. */
  readonly route: string;
  /** What kind of answer is wanted: see `upstream-answers.ts`. */
  readonly kind: string;
  /** Bytes in the body of the answer. */
  readonly length: number;
  /** Never used twice in a run: an answer to another request is recognised by it. */
  readonly id: string;
}

export function pathOf({ route, kind, length, id }: Target): string {
  return `/${route}/${kind}/${length}/${id}`;
}

/** Reads the path as the upstream got it: its first segment may have been rewritten. */
export function targetOf(path: string): Target | undefined {
  const [, route, kind, length, id, ...rest] = path.split('/');
  if (route === undefined || kind === undefined || id === undefined || rest.length > 0) {
    return undefined;
  }
  return { route, kind, length: Number(length), id };
}

/** The seed of a body: FNV-1a over the text. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

export function answerSeed({ kind, length, id }: Target): number {
  return seedOf(`${kind}/${length}/${id}`);
}

export function uploadSeed({ id }: Target): number {
  return seedOf(`upload ${id}`);
}

/** The bytes `[offset, offset + length)` of the endless body of a seed. */
export function bodyBytes(seed: number, offset: number, length: number): Buffer {
  const firstWord = offset >>> 2;
  const skipped = offset & 3;
  const words = new Int32Array((skipped + length + 3) >>> 2);
  for (let index = 0; index < words.length; index++) {
    const mixed = Math.imul((firstWord + index) ^ seed, 0x9e3779b1);
    words[index] = mixed ^ (mixed >>> 15);
  }
  return Buffer.from(words.buffer, skipped, length);
}

/** Compares a body that arrives piece by piece with what it must be. */
export class BodyCheck {
  readonly #seed: number;
  #length = 0;
  #firstWrong: number | undefined = undefined;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(bytes: Buffer): void {
    if (this.#firstWrong === undefined) {
      const expected = bodyBytes(this.#seed, this.#length, bytes.length);
      if (!expected.equals(bytes)) {
        this.#firstWrong = this.#length + expected.findIndex((byte, at) => byte !== bytes[at]);
      }
    }
    this.#length += bytes.length;
  }

  get length(): number {
    return this.#length;
  }

  /** The position of the first wrong byte, if there is one. */
  get firstWrong(): number | undefined {
    return this.#firstWrong;
  }
}
