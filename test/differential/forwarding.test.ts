import t from 'tap';
import { forwarding } from './cases/forwarding.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, forwarding);
