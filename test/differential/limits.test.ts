import t from 'tap';
import { limits } from './cases/limits.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, limits);
