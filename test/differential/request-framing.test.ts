import t from 'tap';
import { requestFraming } from './cases/request-framing.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, requestFraming);
