import type { Tag } from '#stats/tag-extractor.ts';

/** Label names and values as prom-client takes them. */
export type Labels = Readonly<Record<string, string>>;

/** The name of a metric: Envoy's, with `envoy_` before it and an underscore for what is not allowed. */
export function metricName(extractedName: string): string {
  return sanitize(`envoy_${extractedName}`);
}

/** Tags as labels: `envoy.cluster_name` is `envoy_cluster_name`. */
export function labelsOf(tags: readonly Tag[]): Labels {
  return Object.fromEntries(tags.map(([name, value]) => [sanitize(name), value]));
}

function sanitize(name: string): string {
  const sanitized = name.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^[0-9]/.test(sanitized) ? `_${sanitized}` : sanitized;
}
