import { err, ok } from '#base/result.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type {
  FormatterEnvironment,
  OperatorDefinition,
  OperatorTable,
} from '#formatter/operator-definition.ts';
import { compileTimeFormat } from '#formatter/time-format.ts';
import { plainSource, textSource } from '#formatter/value-source.ts';

type ReadWallMs = (context: FormatterContext, environment: FormatterEnvironment) => number;

const startTime: ReadWallMs = ({ streamInfo }) => streamInfo.startWallMs;
const emitTime: ReadWallMs = (_context, { wallMs }) => wallMs();

/** Points in time; the parameter is a format (see `compileTimeFormat`). */
export const timeOperators: OperatorTable = {
  START_TIME: timeOperator(startTime, 'utc'),
  START_TIME_LOCAL: timeOperator(startTime, 'local'),
  EMIT_TIME: timeOperator(emitTime, 'utc'),
  EMIT_TIME_LOCAL: timeOperator(emitTime, 'local'),
};

const DEFAULT_UTC = '%Y-%m-%dT%H:%M:%E3SZ';
const DEFAULT_LOCAL = '%Y-%m-%dT%H:%M:%E3S%z';
const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;

function timeOperator(read: ReadWallMs, zone: 'utc' | 'local'): OperatorDefinition {
  return {
    parameter: 'optional',
    takesLength: false,
    create: (parameter, environment) => {
      const chosen = parameter === '' ? (zone === 'utc' ? DEFAULT_UTC : DEFAULT_LOCAL) : parameter;
      if (/%[-_0^#]*[1-9]*[EO]?n/.test(chosen)) return err('the format contains a newline');
      const format = compileTimeFormat(chosen, zone);
      const source = NEEDS_NO_ESCAPE.test(chosen) ? plainSource : textSource;
      return ok(source((context) => format(read(context, environment))));
    },
  };
}
