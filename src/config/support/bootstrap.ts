import { type SupportTable, supported } from '#config/support/message-support.ts';

export const bootstrapSupport: SupportTable = {
  'envoy.config.bootstrap.v3.Bootstrap': {
    ...supported('node', 'static_resources', 'admin'),
  },
};
