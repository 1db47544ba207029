import type { Peer, PeerName } from '../peers/peer.ts';
import type { Sample, Target, Workload } from '../runner/workload.ts';
import { median, pairedRatio, samplesOf } from './statistics.ts';
import type { Table } from './table.ts';
import type { TargetResult } from './verdict.ts';

export interface WorkloadResult {
  readonly workload: Workload;
  readonly samples: readonly Sample[];
}

/** What Proa has to reach, one row per target. */
export function targetTable(results: readonly TargetResult[]): Table {
  return [
    ['what Proa needs', 'measured', 'must', 'goal', 'verdict'],
    ...results.map(({ workload, target, measured, verdict }) => [
      target.relativeTo === undefined
        ? workload.title
        : `${workload.title}, against ${target.relativeTo}`,
      amount(measured, target, workload),
      bound(target.must, target, workload),
      bound(target.goal, target, workload),
      verdict,
    ]),
  ];
}

/** What every peer needed in one workload: medians over the rounds, and paired ratios to the other peers. */
export function workloadTable(result: WorkloadResult, peers: readonly Peer[]): Table {
  const { workload, samples } = result;
  const present = peers.filter((peer) => samples.some((sample) => sample.peer === peer.name));
  const details = Object.keys(
    samples.find((sample) => sample.invalid === undefined)?.details ?? {},
  );
  const against = present.filter((peer) => peer.name !== 'proa').map((peer) => peer.name);
  return [
    ['peer', workload.unit, ...details, ...against.map((name) => `x ${name}`), 'samples'],
    ...present.map(({ name }) => [
      name,
      format(medianOf(samples, name, (sample) => sample.value)),
      ...details.map((key) => format(medianOf(samples, name, (sample) => sample.details[key]))),
      ...against.map((other) => format(pairedRatio(samples, name, other))),
      sampleCount(samples, name),
    ]),
  ];
}

function medianOf(
  samples: readonly Sample[],
  peer: PeerName,
  read: (sample: Sample) => number | undefined,
): number | undefined {
  const values = samplesOf(samples, peer)
    .map(read)
    .filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

function sampleCount(samples: readonly Sample[], peer: PeerName): string {
  const own = samples.filter((sample) => sample.peer === peer);
  const invalid = own.find((sample) => sample.invalid !== undefined)?.invalid;
  return invalid === undefined ? String(own.length) : `${own.length}, INVALID: ${invalid}`;
}

function bound(value: number | undefined, target: Target, workload: Workload): string {
  return value === undefined ? '' : `<= ${amount(value, target, workload)}`;
}

function amount(value: number | undefined, target: Target, workload: Workload): string {
  if (value === undefined) return '-';
  return target.relativeTo === undefined
    ? `${format(value)} ${workload.unit}`
    : `${value === Number.POSITIVE_INFINITY ? 'endless' : value.toFixed(2)} x`;
}

/** Three significant digits, without an exponent. */
export function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (value === Number.POSITIVE_INFINITY) return 'endless';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
