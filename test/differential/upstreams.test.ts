import t from 'tap';
import { upstreams } from './cases/upstreams.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, upstreams);
