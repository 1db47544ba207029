import type { Message } from '@bufbuild/protobuf';
import t from 'tap';
import { parseAccessLogFilter } from '#access-log/filter-from-proto.ts';
import { checkReferences } from '#config/check-references.ts';
import { supportTable } from '#config/support/support-table.ts';
import { parseRouteConfiguration } from '#routing/from-proto.ts';
import { parseBootstrap } from '#server/bootstrap-config.ts';
import { httpFilterReaders } from '#server/http-filter-readers.ts';
import { parseClusters } from '#upstream/from-proto.ts';
import { bootstrapOf, ingressWith } from '../load.ts';
import { FieldReads } from './field-reads.ts';
import { sampleMessages } from './sample-messages.ts';

/** Differences that are meant. */
const exceptions: readonly string[] = [
  // The server looks at the node itself, for its options and for the admin interface.
  'envoy.config.bootstrap.v3.Bootstrap.node: supported, but not read',
  // It holds nothing but a slow start, which is refused.
  'envoy.config.cluster.v3.Cluster.round_robin_lb_config: supported, but not read',
  // Read to be refused with a reason of their own, or to find the clusters that they name.
  'envoy.config.cluster.v3.Cluster.eds_cluster_config: read, but not supported',
  'envoy.config.core.v3.SocketAddress.resolver_name: read, but not supported',
  'envoy.config.route.v3.RouteConfiguration.request_mirror_policies: read, but not supported',
  'envoy.config.route.v3.VirtualHost.request_mirror_policies: read, but not supported',
  'envoy.config.route.v3.RouteAction.request_mirror_policies: read, but not supported',
];

/** A rewrite is looked at only beside a match that belongs to it. */
const templates = ingressWith(
  'match: { prefix: "/" }',
  `match:
                            path_match_policy:
                              name: match
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig
                                path_template: "/{a}"`,
).replace(
  'route: { cluster: reviews-v1 }',
  `route:
                            cluster: reviews-v1
                            path_rewrite_policy:
                              name: rewrite
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig
                                path_template_rewrite: "/b/{a}"`,
);

t.test('what the table calls supported is read by the code, and nothing else is', (t) => {
  const reads = new FieldReads();
  const samples = sampleMessages('envoy.config.bootstrap.v3.Bootstrap', 600);
  for (const sample of [...samples, bootstrapOf(templates)]) {
    const bootstrap = reads.record(sample);
    parseBootstrap(bootstrap, reads.context());
    checkReferences(bootstrap, reads.context());
  }
  for (const { config, perRoute } of httpFilterReaders) {
    for (const { type, read } of perRoute === undefined ? [config] : [config, perRoute]) {
      for (const sample of sampleMessages(type, 200)) {
        read(reads.record(sample as Message), reads.context());
      }
    }
  }
  for (const sample of sampleMessages('envoy.config.accesslog.v3.AccessLogFilter', 600)) {
    parseAccessLogFilter(reads.context(), reads.record(sample));
  }
  for (const sample of sampleMessages('envoy.config.route.v3.RouteConfiguration', 600)) {
    parseRouteConfiguration(reads.record(sample), reads.context());
  }
  for (const sample of sampleMessages('envoy.config.cluster.v3.Cluster', 300)) {
    parseClusters(reads.context(), [reads.record(sample)]);
  }
  const differences = reads.differences(...Object.keys(supportTable));
  t.same(
    differences.filter((one) => !exceptions.includes(one)),
    [],
  );
  t.end();
});
