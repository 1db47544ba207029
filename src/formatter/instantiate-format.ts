import { assert } from '#base/assert.ts';
import type { CompiledFormat } from '#formatter/compiled-format.ts';
import { createSource } from '#formatter/create-source.ts';
import { jsonFormatter } from '#formatter/json-formatter.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { type Formatter, piecesFormatter, type SourceOf } from '#formatter/pieces-formatter.ts';
import { processEnvironment } from '#formatter/process-environment.ts';

/** What stands for an absent value in text. */
const ABSENT = '-';

/** Makes a formatter of a compiled format: once for each format and thread, not per request. */
export function instantiateFormat(
  compiled: CompiledFormat,
  environment: FormatterEnvironment = processEnvironment,
): Formatter {
  const sourceOf: SourceOf = (operator) => {
    const source = createSource(operator, environment);
    assert(source.ok, `the operator ${operator.name} was checked when it was compiled`);
    return source.value;
  };
  const { omitEmptyValues } = compiled;
  return compiled.kind === 'json'
    ? jsonFormatter(compiled.root, omitEmptyValues, sourceOf)
    : piecesFormatter(compiled.pieces, omitEmptyValues ? '' : ABSENT, sourceOf);
}
