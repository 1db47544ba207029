import { answer, bootstrapOf, httpListener, type JsonObject, type Place } from './bootstrap.ts';
import { type RunningProa, type StartOptions, startProa } from './proa-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A listener of the name `web` that answers everything with `hello`. */
export function helloListener(at: Place): JsonObject {
  return httpListener({ name: 'web', at, routes: [answer(200, 'hello')] });
}

/** Starts Proa with these listeners and clusters, for as long as the test runs. */
export async function startForTest(
  t: Parameters<typeof temporaryFolder>[0],
  listeners: readonly JsonObject[],
  clusters: readonly JsonObject[] = [],
  more: Partial<StartOptions> = {},
): Promise<RunningProa> {
  const folder = more.folder ?? temporaryFolder(t);
  const proa = await startProa(bootstrapOf(listeners, clusters), { ...more, folder });
  t.teardown(() => proa.process.stop());
  return proa;
}
