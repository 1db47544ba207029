import type { Random } from '#base/random.ts';
import type { Wake } from '#base/timer-wheel.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { DnsConfig } from '#upstream/cluster-config.ts';
import { clusterMainStats } from '#upstream/cluster-stats.ts';
import { JitteredBackOff } from '#upstream/dns/back-off.ts';
import type { DnsResolver, DnsResponse, ResolvedAddress } from '#upstream/dns/dns-resolver.ts';

const { update_attempt, update_failure, update_success } = clusterMainStats.field;

/** Node's timers fire at once when told to wait longer than this. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

/** What resolving names needs from its surroundings. */
export interface DnsEnvironment {
  readonly resolver: DnsResolver;
  readonly random: Random;
  readonly wake: Wake;
}

/** Hears of a name's addresses. */
export interface NameWatchOwner {
  /** A successful resolution, whether or not anything changed. */
  onAddresses(watch: NameWatch, addresses: readonly ResolvedAddress[]): void;
  /** A resolution ended, well or not; after `onAddresses`. */
  onAttemptEnded(): void;
}

/**
 * Resolves a name again and again: after the refresh rate, when its records expire, or, after a failure,
 * when the back-off says so. A failure changes nothing: the last good addresses stay.
 */
export class NameWatch {
  readonly name: string;
  readonly #config: DnsConfig;
  readonly #environment: DnsEnvironment;
  readonly #stats: StatBlock;
  readonly #backOff: JitteredBackOff | undefined;
  readonly #owner: NameWatchOwner;
  /** LOGICAL_DNS keeps its host when a name has lost all addresses, STRICT_DNS does not. */
  readonly #acceptsEmpty: boolean;
  #cancelTimer: (() => void) | undefined = undefined;
  #isStopped = false;

  constructor(
    name: string,
    config: DnsConfig,
    acceptsEmpty: boolean,
    environment: DnsEnvironment,
    stats: StatBlock,
    owner: NameWatchOwner,
  ) {
    this.name = name;
    this.#config = config;
    this.#acceptsEmpty = acceptsEmpty;
    this.#environment = environment;
    this.#stats = stats;
    this.#owner = owner;
    const { failureRefreshRate } = config;
    this.#backOff =
      failureRefreshRate && new JitteredBackOff(failureRefreshRate, environment.random);
  }

  start(): void {
    this.#stats.inc(update_attempt);
    const { resolver } = this.#environment;
    void resolver.resolve(this.name, this.#config.lookupFamily).then((response) => {
      if (this.#isStopped) return;
      const delayMs = this.#accept(response);
      this.#owner.onAttemptEnded();
      const sleepMs = Math.min(delayMs, MAX_SLEEP_MS);
      this.#cancelTimer = this.#environment.wake(sleepMs, () => this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  /** Returns the time until the next resolution. */
  #accept(response: DnsResponse): number {
    const { refreshRateMs, respectTtl } = this.#config;
    if (response.status === 'failure' || (response.addresses.length === 0 && !this.#acceptsEmpty)) {
      this.#stats.inc(update_failure);
      return this.#backOff?.nextMs() ?? refreshRateMs;
    }
    this.#stats.inc(update_success);
    this.#backOff?.reset();
    this.#owner.onAddresses(this, response.addresses);
    const ttlSeconds = respectTtl ? this.#ttlOf(response.addresses) : 0;
    return (ttlSeconds > 0 ? ttlSeconds * 1000 : refreshRateMs) + this.#jitterMs();
  }

  #jitterMs(): number {
    const boundMs = Math.floor(this.#config.jitterMs);
    return boundMs === 0 ? 0 : this.#environment.random.uint32() % boundMs;
  }

  /** A logical host uses the first address only. */
  #ttlOf(addresses: readonly ResolvedAddress[]): number {
    const used = this.#acceptsEmpty ? addresses : addresses.slice(0, 1);
    if (used.length === 0) return 0;
    return Math.min(...used.map((address) => address.ttlSeconds));
  }
}
