import t from 'tap';
import { configuration } from './cases/configuration.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, configuration);
