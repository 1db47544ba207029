import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf, type Target } from './body.ts';
import { ClientConnection, type Outcome } from './client-connection.ts';
import { judge } from './expectations.ts';
import type { Findings } from './findings.ts';
import type { Pace } from './pace.ts';
import type { Choices } from './random.ts';

/** What all clients of a run share. */
export interface SoakRun {
  readonly listenerPort: number;
  readonly listenerPath: string;
  readonly pace: Pace;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

let requests = 0;

/** Routes that take any kind of answer. */
const ROUTES = { weighted: 8, rewritten: 2, unix: 2, restless: 2, limited: 2, socket: 1 };
/** Kinds of answers, and how many bytes they may have. */
const KINDS = {
  plain: { weight: 10, bytes: 6_000 },
  chunked: { weight: 5, bytes: 60_000 },
  trailers: { weight: 2, bytes: 2_000 },
  drip: { weight: 3, bytes: 4_000 },
  untilClose: { weight: 2, bytes: 20_000 },
  old: { weight: 1, bytes: 2_000 },
  closing: { weight: 2, bytes: 3_000 },
  early: { weight: 2, bytes: 1_000 },
  failing: { weight: 1, bytes: 500 },
  empty: { weight: 1, bytes: 0 },
  unchanged: { weight: 1, bytes: 0 },
  truncated: { weight: 1, bytes: 30_000 },
  reset: { weight: 1, bytes: 30_000 },
  refusing: { weight: 1, bytes: 0 },
  nonsense: { weight: 1, bytes: 0 },
} as const;
type Kind = keyof typeof KINDS;
const KIND_WEIGHTS = Object.fromEntries(
  Object.entries(KINDS).map(([kind, { weight }]) => [kind, weight]),
) as Record<Kind, number>;

/** The tools of one client, which its behaviours are made of. */
export class SoakClient {
  readonly run: SoakRun;
  readonly choices: Choices;

  constructor(run: SoakRun, choices: Choices) {
    this.run = run;
    this.choices = choices;
  }

  connect(what: string): ClientConnection {
    return new ClientConnection(this.run.listenerPort, what, this.run.findings);
  }

  newTarget(route: string, kind: string, length: number): Target {
    return { route, kind, length, id: `r${requests++}` };
  }

  /** Anything whose answer can be foretold. */
  anyTarget(): Target {
    const { choices } = this;
    if (choices.chance(0.12)) {
      const route = choices.of(['direct', 'moved', 'dead']);
      return this.newTarget(route, 'plain', 10);
    }
    if (choices.chance(0.03)) {
      return this.newTarget(choices.of(['hurried', 'idle']), 'silent', 0);
    }
    const kind = choices.weighted(KIND_WEIGHTS);
    const length = choices.between(Math.min(2, KINDS[kind].bytes), KINDS[kind].bytes);
    return this.newTarget(choices.weighted(ROUTES), kind, length);
  }

  head(method: string, target: Target, fields = ''): string {
    const junk = this.choices.chance(0.2)
      ? `x-junk: ${'j'.repeat(this.choices.between(1, 3_000))}\r\n`
      : '';
    return `${method} ${pathOf(target)} HTTP/1.1\r\nhost: soak.test\r\n${junk}${fields}\r\n`;
  }

  /** Waits for the answer, and says so when it is not what it must be. */
  async check(
    connection: ClientConnection,
    target: Target,
    answer: Promise<Outcome>,
    method = 'GET',
  ): Promise<Outcome> {
    const outcome = await answer;
    const problem = judge(target, outcome, method);
    if (problem !== undefined) connection.wrong(problem, target);
    this.run.findings.tally(`answers ${outcome.kind}`);
    if (outcome.kind === 'complete') this.run.findings.tally(`status ${outcome.head.status}`);
    return outcome;
  }

  async pause(lowMs: number, highMs: number): Promise<void> {
    await sleep(this.choices.between(lowMs, highMs));
  }
}
