import type { JsonObject, JsonValue } from '#server/admin/json-value.ts';

/**
 * The name of a resource in a section of the configuration dump: its own, or that of the
 * configuration in it, such as the cluster of a `StaticCluster`.
 */
export function nameOfResource(element: JsonObject): string {
  for (const key of ['name', 'cluster_name']) {
    const name = element[key];
    if (typeof name === 'string') return name;
  }
  for (const value of Object.values(element)) {
    if (isObject(value) && '@type' in value) return nameOfResource(value);
  }
  return '';
}

/** A section with only those resources whose name matches. */
export function filterSection(section: JsonObject, matches: (name: string) => boolean): JsonObject {
  const fields = Object.entries(section).map(([key, value]) => {
    if (!isList(value)) return [key, value] as const;
    return [
      key,
      value.filter((element) => isObject(element) && matches(nameOfResource(element))),
    ] as const;
  });
  return Object.fromEntries(fields.filter(([, value]) => !isList(value) || value.length > 0));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
