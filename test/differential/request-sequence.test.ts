import t from 'tap';
import { requestSequence } from './cases/request-sequence.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, requestSequence);
