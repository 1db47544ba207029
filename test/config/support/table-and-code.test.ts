import t from 'tap';
import { supportTable } from '#config/support/support-table.ts';
import { parseBootstrap } from '#server/bootstrap-config.ts';
import { FieldReads } from './field-reads.ts';
import { sampleMessages } from './sample-messages.ts';

t.test('what the table calls supported is read by the code, and nothing else is', (t) => {
  const reads = new FieldReads();
  for (const sample of sampleMessages('envoy.config.bootstrap.v3.Bootstrap', 300)) {
    parseBootstrap(reads.record(sample), reads.context());
  }
  t.same(reads.differences(...Object.keys(supportTable)), []);
  t.end();
});
