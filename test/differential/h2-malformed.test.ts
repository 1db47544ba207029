import t from 'tap';
import { h2Malformed } from './cases/h2-malformed.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Malformed);
