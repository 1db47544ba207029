import t from 'tap';
import { h2Translation } from './cases/h2-translation.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Translation);
