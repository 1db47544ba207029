import { Clock } from '#base/clock.ts';
import { SeededRandom } from '#base/random.ts';
import { TimerWheel } from '#base/timer-wheel.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { StatsStore } from '#stats/stats-store.ts';

/** Services over the real clock, for connections over real sockets. */
export function realServices(): Http2Services {
  const clock = new Clock();
  return { clock, timers: new TimerWheel(clock), random: new SeededRandom(1) };
}

export function freshStats(): StatBlock {
  return new StatsStore().block(http2Stats, 'http2.');
}

/** A statistic by name. */
export function statOf(stats: StatBlock, name: keyof typeof http2Stats.field): number {
  return stats.get(http2Stats.field[name]);
}
