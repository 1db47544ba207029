/** Rows of text, the first of which is the header. */
export type Table = readonly (readonly string[])[];

/** The table for a terminal: columns aligned, the first to the left, the others to the right. */
export function textTable(table: Table): string {
  const widths = columnWidths(table);
  const lines = table.map((row) => alignedCells(row, widths).join('  ').trimEnd());
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0] ?? '', rule, ...lines.slice(1)].join('\n');
}

/** The same as Markdown, aligned as well so that the source can be read. */
export function markdownTable(table: Table): string {
  const widths = columnWidths(table);
  const lines = table.map((row) => `| ${alignedCells(row, widths).join(' | ')} |`);
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [lines[0] ?? '', `| ${rule.join(' | ')} |`, ...lines.slice(1)].join('\n');
}

function columnWidths(table: Table): number[] {
  const columns = table[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...table.map((row) => (row[column] ?? '').length)),
  );
}

function alignedCells(row: readonly string[], widths: readonly number[]): string[] {
  return widths.map((width, column) => {
    const cell = row[column] ?? '';
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
}
