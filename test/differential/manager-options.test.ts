import t from 'tap';
import { managerOptions } from './cases/manager-options.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, managerOptions);
