import { formatFlagError, parseFlags } from '#cli/flags.ts';

process.exit(await main(process.argv.slice(2)));

/** Runs the command line and returns the exit code: 0, or 1 as Envoy for everything that failed. */
async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseFlags(argv);
  if (!parsed.ok) {
    for (const error of parsed.error) process.stderr.write(`proa: ${formatFlagError(error)}\n`);
    process.stderr.write('"proa --help" explains every flag.\n');
    return 1;
  }
  // Each branch loads only what it needs: a question is answered without loading the proxy.
  switch (parsed.value.kind) {
    case 'help':
      process.stdout.write((await import('#cli/help.ts')).helpText());
      return 0;
    case 'version':
      process.stdout.write((await import('#cli/version.ts')).versionText());
      return 0;
    case 'hotRestartVersion':
      process.stdout.write('disabled\n');
      return 0;
    case 'run': {
      const { runServer } = await import('#server/server.ts');
      return await runServer(parsed.value.options);
    }
  }
}
