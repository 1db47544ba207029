import t from 'tap';
import { timeoutGroup } from './cases/timeouts.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, timeoutGroup);
