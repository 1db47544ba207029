import t from 'tap';
import { grpc } from './cases/grpc.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, grpc);
