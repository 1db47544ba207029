import t from 'tap';
import { accessLog } from './cases/access-log.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, accessLog);
