import t from 'tap';
import { basics } from './cases/basics.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, basics);
