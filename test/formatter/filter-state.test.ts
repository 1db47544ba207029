import t from 'tap';
import { compileFormat } from '#formatter/compile-format.ts';
import { emptyContext, text } from '../tools/formatter-context.ts';

t.test('what filters keep with the stream is printed as JSON or as text', async (t) => {
  const context = emptyContext();
  t.equal(text('%FILTER_STATE(a)% %FILTER_STATE(a:PLAIN)%', context), '- -', 'nothing is kept');
  context.streamInfo.setFilterState('a', { text: '1,2', json: { first: '1', second: '2' } });
  t.equal(text('%FILTER_STATE(a)%', context), '{"first":"1","second":"2"}');
  t.equal(text('%FILTER_STATE(a:TYPED)%', context), '{"first":"1","second":"2"}');
  t.equal(text('%FILTER_STATE(a:PLAIN)%', context), '1,2');
  t.equal(text('%FILTER_STATE(a:PLAIN):2%', context), '1,');
  t.equal(text('%FILTER_STATE(a:FIELD:first)%', context), '-', 'objects have no fields to ask for');
  t.equal(text('%FILTER_STATE(b)%', context), '-');
});

t.test('what is wrong with a key is said', async (t) => {
  const cases = [
    [':PLAIN', 'key cannot be empty'],
    ['a:OTHER', 'only support PLAIN/TYPED/FIELD'],
    ['a:FIELD', 'FIELD should be used with the field name'],
    ['a:PLAIN:x', 'FIELD should be used with the field name'],
  ] as const;
  for (const [parameter, reason] of cases) {
    const compiled = compileFormat(`%FILTER_STATE(${parameter})%`);
    t.match(compiled.ok ? '' : compiled.error.join(), reason, parameter);
  }
});
