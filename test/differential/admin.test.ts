import t from 'tap';
import { admin } from './cases/admin.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, admin);
