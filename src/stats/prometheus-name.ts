import type { Tag } from '#stats/tag-extractor.ts';

/** Label names and values as prom-client takes them. */
export type Labels = Readonly<Record<string, string>>;

/** The name of a metric: Envoy's, with `envoy_` before it and an underscore for what is not allowed. */
export function metricName(extractedName: string): string {
  return sanitizeName(`envoy_${extractedName}`);
}

/** Tags as labels: `envoy.cluster_name` is `envoy_cluster_name`. */
export function labelsOf(tags: readonly Tag[]): Labels {
  return Object.fromEntries(
    tags.map(([name, value]) => {
      const sanitized = sanitizeName(name);
      return [/^[0-9]/.test(sanitized) ? `_${sanitized}` : sanitized, value];
    }),
  );
}

/** Replaces each character that neither metrics nor labels may have in their names. */
export function sanitizeName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_');
}
