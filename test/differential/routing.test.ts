import t from 'tap';
import { routing } from './cases/routing.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, routing);
