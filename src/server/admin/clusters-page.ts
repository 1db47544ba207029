import { ok } from '#base/result.ts';
import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { JSON_TYPE, TEXT_TYPE, textResponse } from '#server/admin/admin-response.ts';
import { clusterJson } from '#server/admin/clusters-json.ts';
import { clusterText } from '#server/admin/clusters-text.ts';
import { parseNameFilter } from '#server/admin/name-filter.ts';
import { inSlices } from '#server/admin/slices.ts';
import type { ClusterView } from '#upstream/cluster-view.ts';

export const clustersPage: AdminEndpoint = {
  path: '/clusters',
  help: 'upstream cluster status',
  mutatesState: false,
  parameters: [
    {
      kind: 'string',
      name: 'filter',
      help: 'Regular expression (Google re2) for filtering clusters by name',
    },
  ],
  handle: ({ query }, services) => {
    const pattern = query.get('filter');
    const filter = pattern === undefined ? ok(() => true) : parseNameFilter(pattern);
    if (!filter.ok) return textResponse('Invalid re2 regex', 400);
    const clusters = selected(services.clusters(), filter.value);
    if (query.get('format') === 'json') {
      return { status: 200, contentType: JSON_TYPE, body: inSlices(clustersJson(clusters)) };
    }
    return { status: 200, contentType: TEXT_TYPE, body: inSlices(textPieces(clusters)) };
  },
};

function* selected(
  clusters: Iterable<ClusterView>,
  matches: (name: string) => boolean,
): Generator<ClusterView, void, void> {
  for (const cluster of clusters) if (matches(cluster.name)) yield cluster;
}

function* textPieces(clusters: Iterable<ClusterView>): Generator<string, void, void> {
  for (const cluster of clusters) yield clusterText(cluster);
}

/** `envoy.admin.v3.Clusters`, printed cluster by cluster. */
function* clustersJson(clusters: Iterable<ClusterView>): Generator<string, void, void> {
  let isFirst = true;
  for (const cluster of clusters) {
    yield isFirst ? '{\n "cluster_statuses": [\n' : ',\n';
    isFirst = false;
    yield indented(JSON.stringify(clusterJson(cluster), undefined, 1), '  ');
  }
  yield isFirst ? '{}\n' : '\n ]\n}\n';
}

function indented(text: string, indentation: string): string {
  return indentation + text.replaceAll('\n', `\n${indentation}`);
}
