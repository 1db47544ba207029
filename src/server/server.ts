import type { Worker as Thread } from 'node:worker_threads';
import { formatConfigError } from '#config/config-error.ts';
import { writeAdminAddress } from '#server/admin/admin-address-file.ts';
import { BootstrapRecord } from '#server/bootstrap-record.ts';
import { createLogger, type ProxyLogger } from '#server/log/logger.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import { readBootstrap } from '#server/read-bootstrap.ts';
import { startThread } from '#server/worker-thread.ts';

/** Runs the proxy until it is told to end, and resolves to the exit code of the process. */
export async function runServer(options: ProxyOptions): Promise<number> {
  const created = createLogger(options);
  if (!created.ok) {
    process.stderr.write(`proa: ${created.error}\n`);
    return 1;
  }
  const logger = created.value;
  const config = logger.component('config');
  for (const { flag, reason } of options.ignoredFlags) config.warning(`${flag}: ${reason}`);
  const threads = options.mode === 'validate' ? [] : startThreads(options.concurrency);
  const read = readBootstrap(options);
  if (!read.ok) {
    reportErrors(options, logger, read.error);
    return 1;
  }
  for (const warning of read.value.warnings) config.warning(formatConfigError(warning));
  if (options.mode === 'validate') {
    process.stdout.write(`configuration '${options.configPath}' OK\n`);
    return 0;
  }
  const { Proxy } = await import('#server/proxy.ts');
  const { bootstrap, parsed } = read.value;
  const proxy = new Proxy(options, parsed, new BootstrapRecord(bootstrap), logger, threads);
  process.on('SIGTERM', () => proxy.quit('SIGTERM'));
  process.on('SIGINT', () => proxy.quit('SIGINT'));
  process.on('SIGUSR1', () => proxy.reopenLogs());
  process.on('SIGHUP', () => config.warning('SIGHUP is ignored'));
  // Who waits for a name server, for instance, can be told to end before it serves.
  const started = await Promise.race([proxy.start(), proxy.ended.then(() => undefined)]);
  if (started?.ok === false) {
    logger.component('main').critical(started.error);
    await proxy.close();
    return 1;
  }
  if (options.mode === 'init_only') {
    await proxy.close();
    return 0;
  }
  const { adminAddress } = proxy;
  if (options.adminAddressPath !== '' && adminAddress !== undefined) {
    const written = writeAdminAddress(options.adminAddressPath, adminAddress);
    if (!written.ok) logger.component('main').critical(written.error);
  }
  await proxy.ended;
  await proxy.close();
  return 0;
}

function startThreads(count: number): readonly Thread[] {
  return Array.from({ length: count }, (_, index) => startThread(index));
}

function reportErrors(options: ProxyOptions, logger: ProxyLogger, errors: readonly string[]): void {
  if (options.mode === 'validate') {
    for (const error of errors) process.stderr.write(`${error}\n`);
    process.stderr.write(`${countOf(errors.length)} in the configuration\n`);
    return;
  }
  const config = logger.component('config');
  for (const error of errors) config.critical(error);
  config.critical(`the proxy does not start: ${countOf(errors.length)} in the configuration`);
}

function countOf(errors: number): string {
  return errors === 1 ? '1 error' : `${errors} errors`;
}
