import t from 'tap';
import { h2Limits } from './cases/h2-limits.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Limits);
