import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { groups } from './groups.ts';
import { recordedAnswer } from './harness/recording.ts';
import { switchedOff } from './switched-off.ts';

t.test('every group is either played by a test file or named as switched off', async (t) => {
  for (const { name } of groups) {
    const played = existsSync(join(import.meta.dirname, `${name}.test.ts`));
    t.equal(played, !switchedOff.includes(name), name);
  }
});

t.test('what is switched off is recorded all the same', async (t) => {
  for (const group of groups.filter(({ name }) => switchedOff.includes(name))) {
    const missing = group.scenarios.filter((each) => recordedAnswer(group, each) === undefined);
    t.same(
      missing.map(({ name }) => name),
      [],
      group.name,
    );
  }
});
