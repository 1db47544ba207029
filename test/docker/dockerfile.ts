import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '../..');

export interface Instruction {
  /** The stage that it belongs to; empty before the first one. */
  readonly stage: string;
  readonly word: string;
  readonly rest: string;
}

/** What a COPY takes from where to where. */
export interface Copy {
  readonly stage: string;
  /** The stage that it takes from; undefined for the repository. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Dockerfile {
  readonly text: string;
  readonly instructionsOf: (word: string) => readonly Instruction[];
  readonly stages: readonly string[];
  readonly copies: readonly Copy[];
}

export function readDockerfile(): Dockerfile {
  const text = readFileSync(join(repository, 'docker/Dockerfile'), 'utf8');
  const instructions = readInstructions(text);
  const instructionsOf = (word: string) =>
    instructions.filter((instruction) => instruction.word === word);
  return {
    text,
    instructionsOf,
    stages: instructionsOf('FROM').map(({ stage }) => stage),
    copies: instructionsOf('COPY').map(copyOf),
  };
}

function readInstructions(text: string): readonly Instruction[] {
  let stage = '';
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [word = '', ...words] = line.trim().split(/\s+/);
      if (word === 'FROM') stage = words.at(-1) ?? '';
      return { stage, word, rest: words.join(' ') };
    });
}

function copyOf({ stage, rest }: Instruction): Copy {
  const words = rest.split(' ');
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  return { stage, from, sources: words.slice(0, -1), target: words.at(-1) as string };
}
