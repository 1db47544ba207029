import fc from 'fast-check';
import t from 'tap';
import { formatConfigError } from '#config/config-error.ts';
import { toEnvoyJson } from '#config/envoy-json.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import { bootstrapOf, ingress } from './load.ts';

/** Loads a text and looks at everything that comes out, which must not throw. */
function digest(text: string, format: 'yaml' | 'json'): string {
  const source = { text, format, fileName: 'f' };
  const loaded = loadBootstrap([source], { unknownFields: 'reject', parse: () => undefined });
  if (!loaded.ok) return loaded.error.map(formatConfigError).join('\n');
  return JSON.stringify(toEnvoyJson(loaded.value.bootstrap));
}

const json = JSON.stringify(toEnvoyJson(bootstrapOf(ingress)));

const snippet = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    "'",
    '-',
    '\n',
    '\n  ',
    '*',
    '&a ',
    '!ignore ',
  ),
  fc.constantFrom('null', 'true', '-1', '1e999', '"@type"', '__proto__', '\\ud800', '\0', '\t'),
);

t.test('no damage to a valid text makes the loader throw', (t) => {
  for (const [format, text] of [
    ['yaml', ingress],
    ['json', json],
  ] as const) {
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), snippet, (at, cut, replacement) => {
        const damaged = text.slice(0, at) + replacement + text.slice(at + cut);
        t.type(digest(damaged, format), 'string');
      }),
      { numRuns: 150 },
    );
  }
  t.end();
});

/** Every place in a JSON value, as the way to it. */
function placesIn(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...way, key]))];
}

function replaced(value: unknown, way: readonly string[], by: unknown): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, replaced(Reflect.get(copy, key), rest, by));
  return copy;
}

t.test('no value in the place of another makes the loader throw', (t) => {
  const valid: unknown = JSON.parse(json);
  const places = placesIn(valid);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 3 }), (way, value) => {
      t.type(digest(JSON.stringify(replaced(valid, way, value)), 'json'), 'string');
    }),
    { numRuns: 300 },
  );
  t.end();
});
