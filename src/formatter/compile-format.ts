import { err, ok, type Result } from '#base/result.ts';
import { suggest } from '#config/suggest.ts';
import type { FormatOperator, FormatPiece, TextFormat } from '#formatter/compiled-format.ts';
import { createSource } from '#formatter/create-source.ts';
import { parseFormatText } from '#formatter/format-parser.ts';
import { operators } from '#formatter/operators.ts';
import { processEnvironment } from '#formatter/process-environment.ts';
import { refusedOperators } from '#formatter/refused-operators.ts';

/**
 * Checks a text format (a byte string) and makes it ready for the workers. The error is every
 * reason for which the format cannot be used.
 */
export function compileFormat(
  text: string,
  options: { readonly omitEmptyValues?: boolean } = {},
): Result<TextFormat, readonly string[]> {
  const pieces = compilePieces(text);
  if (!pieces.ok) return pieces;
  const { omitEmptyValues = false } = options;
  return ok({ kind: 'text', pieces: pieces.value, omitEmptyValues });
}

/** The pieces of a format, every operator checked. */
export function compilePieces(text: string): Result<readonly FormatPiece[], readonly string[]> {
  const { pieces, errors } = parseFormatText(text);
  const reasons = errors.map(
    ({ position }) => `couldn't find valid command at position ${position} of '${text}'`,
  );
  for (const piece of pieces) {
    const reason = typeof piece === 'string' ? undefined : reasonAgainst(piece);
    if (reason !== undefined) reasons.push(reason);
  }
  return reasons.length > 0 ? err(reasons) : ok(pieces);
}

function reasonAgainst(operator: FormatOperator): string | undefined {
  const { name } = operator;
  if (Object.hasOwn(operators, name)) {
    const source = createSource(operator, processEnvironment);
    return source.ok ? undefined : source.error;
  }
  const missing = Object.hasOwn(refusedOperators, name) ? refusedOperators[name] : undefined;
  if (missing !== undefined) {
    return `the operator ${name} is not supported by Proa yet: it needs ${missing}`;
  }
  const meant = suggest(name, Object.keys(operators));
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `there is no operator ${name}${hint}`;
}
