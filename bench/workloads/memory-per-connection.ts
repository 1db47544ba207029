import { openIdleConnections } from '../load/idle-connections.ts';
import { requestHalves, requestTemplates, type Traffic } from '../load/traffic.ts';
import type { BenchContext } from '../runner/context.ts';
import { measureFreshPeers } from '../runner/fresh-peers.ts';
import { KILOBYTE, MEGABYTE, memoryRounds, residentBytesAtRest } from '../runner/memory.ts';
import type { RunningPeer } from '../runner/running-peer.ts';
import type { Reading, Workload } from '../runner/workload.ts';

const CONNECTIONS = 4_000;
const QUICK_CONNECTIONS = 2_000;
const TRAFFIC: Traffic = {
  method: 'GET',
  hosts: ['shop.example.com'],
  pathPrefixes: ['/'],
  bodyBytes: 0,
};

export const memoryPerConnection: Workload = {
  name: 'memory-per-connection',
  title: 'per idle keep-alive connection',
  unit: 'KB',
  targets: [{ relativeTo: undefined, must: 8, goal: 4 }],
  measure: (context) => {
    // The target is an amount; in a hurry the others are left out.
    const peers = context.quick
      ? context.peers.filter(({ name }) => name === 'proa' || name === 'envoy')
      : context.peers;
    return measureFreshPeers({ ...context, peers }, memoryRounds(context), (running) =>
      takeReading(context, running),
    );
  },
};

async function takeReading(context: BenchContext, running: RunningPeer): Promise<Reading> {
  // Requests on a few connections first, so that code and buffers that every process needs are not counted.
  const runLoad = await context.loadGenerator.prepare(TRAFFIC, context.folder);
  const { port } = running;
  await runLoad({ port, connections: 64, durationSeconds: context.warmUpSeconds });
  const before = await residentBytesAtRest(context, running);
  const count = context.quick ? QUICK_CONNECTIONS : CONNECTIONS;
  const requests = requestTemplates(TRAFFIC, count).map((template) =>
    requestHalves(template, 0).join('0123456789abcdef'),
  );
  const connections = await openIdleConnections(port, requests);
  const after = await residentBytesAtRest(context, running);
  connections.close();
  return {
    value: (after - before) / count / KILOBYTE,
    invalid: connections.open === count ? undefined : `${connections.open} of ${count} stayed open`,
    details: { connections: count, beforeMb: before / MEGABYTE, afterMb: after / MEGABYTE },
  };
}
