import t from 'tap';
import { buildValueMatcher, type ValueMatcherConfig } from '#matching/value-matcher.ts';

const VALUES = [null, true, false, 0, 5, 5.5, '', 'a', [], ['a'], [5, null], {}] as const;

t.test('each matcher takes its own type of value only', (t) => {
  const a = { kind: 'string', matcher: { kind: 'exact', text: 'a', ignoresCase: false } } as const;
  const table: readonly (readonly [config: ValueMatcherConfig, passing: readonly unknown[]])[] = [
    [{ kind: 'null' }, [null]],
    [{ kind: 'bool', value: true }, [true]],
    [{ kind: 'bool', value: false }, [false]],
    [{ kind: 'present', isPresent: true }, VALUES],
    [{ kind: 'present', isPresent: false }, []],
    [{ kind: 'number', exact: 5 }, [5]],
    [{ kind: 'number_range', start: 0, end: 5.5 }, [0, 5]],
    [a, ['a']],
    [{ kind: 'list', oneOf: a }, [['a']]],
    [{ kind: 'list', oneOf: { kind: 'null' } }, [[5, null]]],
    [{ kind: 'or', matchers: [a, { kind: 'number', exact: 5 }] }, [5, 'a']],
  ];
  for (const [config, passing] of table) {
    t.strictSame(VALUES.filter(buildValueMatcher(config)), passing, JSON.stringify(config));
  }
  t.end();
});
