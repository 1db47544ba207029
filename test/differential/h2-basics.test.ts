import t from 'tap';
import { h2Basics } from './cases/h2-basics.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Basics);
