import { err, ok } from '#base/result.ts';
import type { OperatorTable } from '#formatter/operator-definition.ts';
import { textSource, type ValueSource } from '#formatter/value-source.ts';

/** What filters keep with the stream: `KEY`, as JSON, or `KEY:PLAIN`, as text. */
export const filterStateOperators: OperatorTable = {
  FILTER_STATE: {
    parameter: 'required',
    takesLength: true,
    create: (parameter) => {
      const [key = '', kind = 'TYPED', field = ''] = parameter.split(':');
      if (key === '') return err('Invalid filter state configuration, key cannot be empty.');
      if ((kind === 'FIELD') !== (field !== '')) {
        return err(
          'Invalid filter state serialize type, FIELD should be used with the field name.',
        );
      }
      switch (kind) {
        case 'TYPED':
          return ok(typedSource(key));
        case 'PLAIN':
          return ok(textSource(({ streamInfo }) => streamInfo.filterState?.get(key)?.text));
        case 'FIELD':
          // No object that there is has fields of its own; Envoy prints nothing then.
          return ok(textSource(() => undefined));
        default:
          return err('Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.');
      }
    },
  },
};

function typedSource(key: string): ValueSource {
  return { type: 'json', read: ({ streamInfo }) => streamInfo.filterState?.get(key)?.json };
}
