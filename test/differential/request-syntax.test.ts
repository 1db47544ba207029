import t from 'tap';
import { requestSyntax } from './cases/request-syntax.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, requestSyntax);
