import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The fenced blocks that have a name in a comment above them: `<!-- example: envoy.yaml -->`. */
export function examplesIn(document: string): ReadonlyMap<string, string> {
  const blocks = document.matchAll(/^<!-- example: (.+) -->\n```[^\n]*\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name, text]) => [name as string, text as string]));
}

/** The fenced blocks without a name. */
export function unnamedBlocksIn(document: string): readonly string[] {
  const named = /^<!-- example: .+ -->\n```[^\n]*\n[\s\S]*?^```$/gm;
  return [...document.replaceAll(named, '').matchAll(/^```[^\n]*\n[\s\S]*?^```$/gm)].map(
    ([block]) => block,
  );
}

/** One command of a block that shows a terminal, with what it printed. */
export interface ShownCommand {
  readonly command: string;
  readonly output: string;
}

export function shownCommands(block: string): readonly ShownCommand[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { command: part.slice(0, end), output: part.slice(end + 1) };
    });
}

/** The body of the section with that heading, with all that lies below it. */
export function sectionOf(document: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const lines = document.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`there is no "${heading}"`);
  const isEnd = (line: string): boolean => new RegExp(`^#{1,${level}} `).test(line);
  const end = lines.findIndex((line, index) => index > start && isEnd(line));
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** The cells of all table rows but headers, trimmed. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const isRule = /^\|[\s|:-]+\|$/.test(line);
    const isHeader = /^\|[\s|:-]*-[\s|:-]*\|$/.test(lines[index + 1] ?? '');
    if (!line.startsWith('|') || isRule || isHeader) continue;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** What stands in backticks, fenced blocks left out. */
export function codeWords(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word as string);
}

/** The anchors that GitHub makes of a document's headings. */
export function anchorsIn(document: string): ReadonlySet<string> {
  const prose = document.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return new Set(
    [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading as string)
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
