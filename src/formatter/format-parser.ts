import type { FormatPiece } from '#formatter/compiled-format.ts';

/** What is wrong with a format and where, counted in bytes from 0. */
export interface FormatSyntaxError {
  readonly position: number;
}

const OPERATOR = /%(?<name>[A-Z0-9_]+)(?:\((?<parameter>[^\n]*?)\))?(?::(?<length>\d+))?%/y;
/** The largest length that Envoy reads (64 bits). */
const MAX_LENGTH = 2 ** 64;

/**
 * Cuts a format up into texts and operators: `%NAME%`, `%NAME(parameter)%`, `%NAME(parameter):10%`;
 * `%%` is a percent sign. Texts are joined, none is empty. Whatever cannot be an operator is an
 * error, and reading goes on behind the `%` that seems to end it.
 */
export function parseFormatText(text: string): {
  readonly pieces: readonly FormatPiece[];
  readonly errors: readonly FormatSyntaxError[];
} {
  const pieces: FormatPiece[] = [];
  const errors: FormatSyntaxError[] = [];
  let literal = '';
  let position = 0;
  while (position < text.length) {
    const percent = text.indexOf('%', position);
    if (percent < 0) break;
    literal += text.slice(position, percent);
    if (text[percent + 1] === '%') {
      literal += '%';
      position = percent + 2;
      continue;
    }
    const match = operatorAt(text, percent);
    const { name, parameter = '', length } = match?.groups ?? {};
    if (match === null || name === undefined || Number(length ?? 0) >= MAX_LENGTH) {
      errors.push({ position: percent });
      position = behindError(text, percent);
      continue;
    }
    if (literal !== '') pieces.push(literal);
    literal = '';
    pieces.push({ name, parameter, maxLength: length === undefined ? undefined : Number(length) });
    position = OPERATOR.lastIndex;
  }
  literal += text.slice(position);
  if (literal !== '') pieces.push(literal);
  return { pieces, errors };
}

function operatorAt(text: string, position: number): RegExpExecArray | null {
  OPERATOR.lastIndex = position;
  return OPERATOR.exec(text);
}

/** The next percent sign closes what was wrong, unless it begins something that is right. */
function behindError(text: string, percent: number): number {
  const next = text.indexOf('%', percent + 1);
  if (next < 0) return text.length;
  return operatorAt(text, next) === null ? next + 1 : next;
}
