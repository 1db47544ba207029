import t from 'tap';
import { HeaderName, headerIdOf, knownHeaderNames } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import { memoryUsed } from './memory-used.ts';

t.test('the object stays the same as long as the value does', async (t) => {
  const first = recurringField(HeaderName.date, 'now');
  t.match(first, { name: { text: 'date' }, value: 'now', isNeverIndexed: false });
  t.equal(recurringField(HeaderName.date, ['n', 'ow'].join('')), first);
  t.match(recurringField(HeaderName.server, 'now'), { name: { text: 'server' }, value: 'now' });
  t.match(recurringField(HeaderName.date, 'later'), { value: 'later' });
  t.match(recurringField(HeaderName.date, 'now'), { value: 'now' });
});

t.test('a value that was cut out of a head does not keep the head alive', async (t) => {
  const before = memoryUsed();
  const fields = knownHeaderNames.slice(1).map((name) => {
    const head = Buffer.alloc(1_000_000, `${name} is here `).toString('latin1');
    return recurringField(headerIdOf(name), head.substring(0, name.length + 8));
  });
  t.ok(fields.every(({ name, value }) => value === `${name.text} is here`));
  const grown = memoryUsed() - before;
  t.ok(grown < 1_000_000, `${grown} bytes`);
});
