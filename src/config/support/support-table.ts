import { bootstrapSupport } from '#config/support/bootstrap.ts';
import type { SupportTable } from '#config/support/message-support.ts';

/** Every message that Proa understands, with the fields of it that it supports. */
export const supportTable: SupportTable = {
  ...bootstrapSupport,
};
