import type { AccessLogFilterEnvironment } from '#access-log/access-log-filter.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { processEnvironment } from '#formatter/process-environment.ts';
import type { Worker } from '#worker/worker.ts';

/** What access-log filters ask of their worker. */
export function accessLogFilterEnvironment({
  runtime,
  services,
}: Worker): AccessLogFilterEnvironment {
  return {
    runtime,
    random: () => services.random.uint32(),
    nowMs: () => services.clock.nowMs,
  };
}

/** What formats ask of their worker, with its clock. */
export function formatterEnvironment({ services: { clock } }: Worker): FormatterEnvironment {
  return { ...processEnvironment, nowMs: () => clock.nowMs, wallMs: () => clock.wallMs() };
}
