import t from 'tap';
import { h2Upstreams } from './cases/h2-upstreams.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Upstreams);
