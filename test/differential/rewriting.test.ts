import t from 'tap';
import { rewriting } from './cases/rewriting.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, rewriting);
