import { type FlagSpec, flagGroups, flagTable } from '#cli/flag-table.ts';

const width = 80;
const indent = ' '.repeat(6);

/** The text of `--help`: every flag with its meaning and default, at most 80 columns wide. */
export function helpText(): string {
  const lines = [
    'Proa, a proxy that runs Envoy configuration.',
    '',
    'Usage: proa -c <file> [flags]',
    '       proa -c <file> --mode validate',
    '',
    'The flags are those of Envoy; "--flag value" and "--flag=value" mean the same.',
  ];
  for (const group of flagGroups) {
    lines.push('', `${group}:`);
    for (const spec of flagTable) if (spec.group === group) lines.push(...describe(spec));
  }
  return `${lines.join('\n')}\n`;
}

function describe(spec: FlagSpec): string[] {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  return [`  ${short}--${spec.name}${valueOf(spec)}`, ...wrap(explain(spec))];
}

function valueOf({ value }: FlagSpec): string {
  switch (value.kind) {
    case 'switch':
      return '';
    case 'choice':
      return ` <${value.choices.join('|')}>`;
    case 'text':
    case 'uint32':
      return ` <${value.placeholder}>`;
  }
}

function explain({ help, shownDefault, support }: FlagSpec): string {
  const fallback = shownDefault === undefined ? '' : ` Default: ${shownDefault}.`;
  if (support.kind === 'ignored') return `${help} Without effect: ${support.reason}.`;
  if (support.kind === 'refused') return `${help} Refused: ${support.reason}.`;
  return help + fallback;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const longer = line === indent ? line + word : `${line} ${word}`;
    if (longer.length > width && line !== indent) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}
