import type { JsonValue } from '@bufbuild/protobuf';
import fc from 'fast-check';
import t from 'tap';
import { routeNameFor, tableOfRoutes } from '../tools/route-tools.ts';

/* The index must give what trying every route in order gives. */

type PathKind = 'prefix' | 'path' | 'pathSeparatedPrefix' | 'safeRegex';

interface ModelRoute {
  readonly kind: PathKind;
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly header: string | undefined;
}

const path = fc
  .array(fc.constantFrom('/', 'a', 'b', 'A', '/a', '/ab', '/a/'), { minLength: 1, maxLength: 4 })
  .map((pieces) => `/${pieces.join('')}`);

const route: fc.Arbitrary<ModelRoute> = fc.record({
  kind: fc.constantFrom<PathKind>('prefix', 'path', 'pathSeparatedPrefix', 'safeRegex'),
  text: path,
  isCaseSensitive: fc.boolean(),
  header: fc.option(fc.constantFrom('x', 'y'), { nil: undefined, freq: 2 }),
});

function fits(one: ModelRoute, requested: string, header: string): boolean {
  if (one.header !== undefined && one.header !== header) return false;
  const fold = (text: string): string => (one.isCaseSensitive ? text : text.toLowerCase());
  const [text, given] = [fold(one.text), fold(requested)];
  switch (one.kind) {
    case 'prefix':
      return given.startsWith(text);
    case 'path':
      return given === text;
    case 'pathSeparatedPrefix':
      return given === text || given.startsWith(`${text}/`);
    case 'safeRegex':
      // The pattern is the text with anything behind it.
      return requested.startsWith(one.text);
  }
}

function configOf(one: ModelRoute, index: number): JsonValue {
  const value = one.kind === 'safeRegex' ? { regex: `${one.text}.*` } : one.text;
  const headers =
    one.header === undefined ? [] : [{ name: 'h', stringMatch: { exact: one.header } }];
  return {
    name: String(index),
    match: { [one.kind]: value, caseSensitive: one.isCaseSensitive, headers },
    route: { cluster: 'c' },
  };
}

t.test('the first route that fits is taken, however routes are looked up', async () => {
  fc.assert(
    fc.property(
      fc.array(route, { maxLength: 12 }),
      fc.array(path, { minLength: 4, maxLength: 4 }),
      fc.constantFrom('x', 'y', 'z'),
      (routes, paths, header) => {
        const table = tableOfRoutes(routes.map(configOf));
        return paths.every((requested) => {
          const expected = routes.findIndex((one) => fits(one, requested, header));
          const request = { path: `${requested}?q`, headers: [['h', header]] as const };
          return routeNameFor(table, request) === (expected < 0 ? undefined : String(expected));
        });
      },
    ),
    { numRuns: 800 },
  );
});
