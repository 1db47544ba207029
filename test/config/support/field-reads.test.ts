import t from 'tap';
import type { RedirectAction } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { FieldReads } from './field-reads.ts';
import { sampleMessages } from './sample-messages.ts';

const redirectAction = 'envoy.config.route.v3.RedirectAction';

function readAll(message: RedirectAction): unknown {
  return [
    message.hostRedirect,
    message.portRedirect,
    message.responseCode,
    message.stripQuery,
    message.schemeRewriteSpecifier.value,
    message.pathRewriteSpecifier.value,
  ];
}

t.test('nothing differs when every supported field is read, whatever the oneofs hold', (t) => {
  const reads = new FieldReads();
  for (const sample of sampleMessages(redirectAction)) readAll(reads.record(sample));
  t.same(reads.differences(redirectAction), []);
  t.end();
});

t.test('fields that nobody reads are named', (t) => {
  const reads = new FieldReads();
  for (const sample of sampleMessages(redirectAction)) {
    const message = reads.record(sample);
    // To look at which member is set is not to read it.
    t.ok(message.pathRewriteSpecifier.case);
    t.ok(message.schemeRewriteSpecifier.value);
    t.ok(message.hostRedirect);
    t.ok(message.portRedirect);
    t.type(message.responseCode, 'number');
  }
  t.same(reads.differences(redirectAction), [
    `${redirectAction}.path_rewrite: supported, but not read`,
    `${redirectAction}.path_redirect: supported, but not read`,
    `${redirectAction}.prefix_rewrite: supported, but not read`,
    `${redirectAction}.regex_rewrite: supported, but not read`,
    `${redirectAction}.strip_query: supported, but not read`,
  ]);
  t.end();
});

t.test('fields that are read without being supported are named', (t) => {
  const reads = new FieldReads();
  const address = 'envoy.config.core.v3.SocketAddress';
  for (const sample of sampleMessages(address)) {
    t.type(reads.record(sample).networkNamespaceFilepath, 'string');
  }
  const differences = reads.differences(address);
  t.ok(differences.includes(`${address}.network_namespace_filepath: read, but not supported`));
  t.end();
});

t.test('messages within messages are recorded', (t) => {
  const reads = new FieldReads();
  for (const sample of sampleMessages('envoy.config.core.v3.HeaderValueOption')) {
    t.type(reads.record(sample).header?.key, 'string');
  }
  t.same(reads.of('envoy.config.core.v3.HeaderValue'), ['key']);
  t.end();
});
