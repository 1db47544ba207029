import { ScriptedHttp2Upstream } from './http2-upstream.ts';
import { mapTexts } from './normalise.ts';
import type { Scenario, UpstreamScript } from './scenario.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import { type Reply, reply } from './upstream-script.ts';

export type FakeUpstream = ScriptedUpstream | ScriptedHttp2Upstream;

/** The upstream that a scenario scripts under this name, not started yet; one that says `ok` by default. */
export function fakeUpstream(scenario: Scenario, name: string, id: string): FakeUpstream {
  const given = name === 'backend' ? scenario.upstream : scenario.upstreams?.[name];
  const script: UpstreamScript = mapTexts(given ?? reply(200, 'ok'), (text) =>
    text.replaceAll('{{id}}', id),
  );
  if ('http2' in script) {
    return new ScriptedHttp2Upstream(script, scenario.showsHttp2Settings === true);
  }
  return new ScriptedUpstream(Array.isArray(script) ? script : [script as Reply]);
}
