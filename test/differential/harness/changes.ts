/**
 * What is different in a plain JSON value: objects and single items of lists (by their position) part by part,
 * everything else as a whole; `undefined` is gone.
 */
export type Changes<Value> = Value extends readonly (infer Item)[]
  ? Value | { readonly [position: number]: Changes<Item> | undefined }
  : Value extends object
    ? { readonly [Name in keyof Value]?: Changes<Value[Name]> | undefined }
    : Value;

/** The value with these changes. */
export function withChanges<Value>(value: Value, changes: Changes<NoInfer<Value>>): Value {
  return changed(value, changes) as Value;
}

function changed(value: unknown, changes: unknown): unknown {
  if (!isObject(changes)) return changes;
  const old = typeof value === 'object' && value !== null ? value : {};
  const parts = new Map(Object.entries(old));
  for (const [name, change] of Object.entries(changes)) {
    const part = changed(parts.get(name), change);
    if (part === undefined) parts.delete(name);
    else parts.set(name, part);
  }
  return Array.isArray(value) ? [...parts.values()] : Object.fromEntries(parts);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
