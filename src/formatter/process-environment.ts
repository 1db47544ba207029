import { hostname } from 'node:os';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';

/** The process that this runs in. */
export const processEnvironment: FormatterEnvironment = {
  hostname: hostname(),
  variables: process.env,
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  uuid: () => process.getBuiltinModule('node:crypto').randomUUID(),
};
