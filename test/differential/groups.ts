import { basics } from './cases/basics.ts';
import { requestFraming } from './cases/request-framing.ts';
import { requestSyntax } from './cases/request-syntax.ts';
import type { Group } from './harness/scenario.ts';

/** The whole table. */
export const groups: readonly Group[] = [basics, requestSyntax, requestFraming];
