import t from 'tap';
import { h2Options } from './cases/h2-options.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, h2Options);
