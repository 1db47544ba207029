import t from 'tap';
import { responses } from './cases/responses.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, responses);
