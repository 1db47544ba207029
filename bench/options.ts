import { parseArgs } from 'node:util';
import type { PeerName } from './peers/peer.ts';

export interface Options {
  readonly quick: boolean;
  readonly help: boolean;
  readonly rounds: number;
  readonly secondsPerSample: number;
  /** Names of workloads; empty for all. */
  readonly only: readonly string[];
  readonly peers: readonly PeerName[];
  readonly proaCommand: string | undefined;
  readonly load: 'wrk' | 'autocannon';
}

const ALL_PEERS: readonly PeerName[] = ['proa', 'envoy', 'haproxy', 'nginx'];

export const USAGE = `npm run bench -- [options]

Compares Proa with Envoy, HAProxy and nginx on this machine, one worker each. Everything takes about a
quarter of an hour.

  --quick               everything in less than two minutes, with less certainty
  --rounds N            samples per peer and workload (5; quick 2)
  --seconds N           seconds of load per sample (4; quick 1)
  --only NAME,...       only these workloads
  --peers NAME,...      only these of ${ALL_PEERS.join(', ')}
  --proa-command TEXT   how Proa is started; FILE stands for the configuration
                        (default: bin/proa -c FILE --concurrency 1)
  --load NAME           wrk (default where it is installed) or autocannon
  --help                this text

Workloads:
`;

/** Reads the command line; throws a sentence for the user when something is wrong with it. */
export function parseOptions(args: readonly string[], workloads: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      peers: { type: 'string' },
      'proa-command': { type: 'string' },
      load: { type: 'string', default: 'wrk' },
    },
  });
  return {
    quick: values.quick,
    help: values.help,
    rounds: positiveInteger('--rounds', values.rounds) ?? (values.quick ? 2 : 5),
    secondsPerSample: positiveInteger('--seconds', values.seconds) ?? (values.quick ? 1 : 4),
    only: names('--only', values.only, workloads) ?? [],
    peers: names('--peers', values.peers, ALL_PEERS) ?? ALL_PEERS,
    proaCommand: values['proa-command'],
    load: names('--load', values.load, ['wrk', 'autocannon'] as const)?.[0] ?? 'wrk',
  };
}

function positiveInteger(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`${option} takes a number from 1, not '${text}'`);
  return Number(text);
}

function names<Name extends string>(
  option: string,
  text: string | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  return text?.split(',').map((word) => {
    const name = known.find((each) => each === word.trim());
    if (name === undefined) throw new Error(`${option} knows ${known.join(', ')}, not '${word}'`);
    return name;
  });
}
