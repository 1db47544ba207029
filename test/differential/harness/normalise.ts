import { networkInterfaces } from 'node:os';
import type { Scenario } from './scenario.ts';

/** What a run cannot know beforehand and an observation must not depend on. */
export interface RunFacts {
  readonly id: string;
  /**
   * What each port of this run stands for, as shown in the place of the number: by number, or by `address:number` where the address is not 127.0.0.1.
   */
  readonly ports: ReadonlyMap<string, string>;
  readonly scenario: Scenario;
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const DATE = /\b[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT\b/g;
const SERVICE_TIME = /^(x-envoy-upstream-service-time: )\d+$/i;
const PORT = /((?:\d+\.){3}\d+)?(:|^x-forwarded-port: )(\d{1,5})\b/gi;

/** The addresses of this machine, of which Envoy takes one for its own. */
const OWN_ADDRESSES = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .filter((each) => !each.internal)
  .map((each) => each.address);

/**
 * The function that takes out of a text what differs from run to run: placeholders, ports, generated ids and
 * dates. A date or id that a script itself sends is no product of the proxy and stays, so that a lost or
 * overwritten one shows. Of a generated id its version digit stays: Envoy keeps the trace decision there.
 */
export function normaliser(facts: RunFacts): (text: string) => string {
  const scripted = JSON.stringify([facts.scenario]);
  const own = (text: string) => scripted.includes(text);
  const volatile = facts.scenario.volatileText ?? [];
  return (text) => {
    const plain = text
      .replaceAll(`-${facts.id}`, '')
      .replace(UUID, (uuid, version: string) => (own(uuid) ? uuid : `{uuid ${version}}`))
      .replace(DATE, (date) => (own(date) ? date : '{date}'))
      .replace(SERVICE_TIME, (line, name: string) => (own(line) ? line : `${name}{ms}`))
      .replace(PORT, (all, address: string | undefined, before: string, port: string) => {
        const name = facts.ports.get(`${address}:${port}`) ?? facts.ports.get(port);
        return name === undefined ? all : `${address ?? ''}${before}{${name}}`;
      });
    const placed = OWN_ADDRESSES.reduce(
      (result, address) => result.replaceAll(address, '{own address}'),
      plain,
    );
    return volatile.reduce((result, [pattern, name]) => result.replace(pattern, name), placed);
  };
}

/** Applies a function to every text of a plain JSON value. */
export function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  return mapAny(value, change) as Value;
}

function mapAny(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapAny(each, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, mapAny(each, change)]);
  return Object.fromEntries(entries);
}
