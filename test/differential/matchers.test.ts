import t from 'tap';
import { matchers } from './cases/matchers.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, matchers);
