import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EchoServer } from './echo-server.ts';

/**
 * github.com/summerwind/h2spec: the cases of RFC 9113 and RFC 7541 against a server that is made of
 * the codec alone. `go install github.com/summerwind/h2spec/cmd/h2spec@latest` brings it.
 */
function findH2spec(): string | undefined {
  const goPath = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).stdout?.trim();
  const candidates = [process.env['H2SPEC'], goPath && join(goPath, 'bin', 'h2spec')];
  const onPath = spawnSync('h2spec', ['--version']).status === 0 ? 'h2spec' : undefined;
  return onPath ?? candidates.find((path) => path !== undefined && existsSync(path));
}

const h2spec = findH2spec();

for (const streamErrorOnInvalidHttpMessage of [false, true]) {
  const how = streamErrorOnInvalidHttpMessage ? 'streams' : 'connections';
  t.test(
    `every case of h2spec passes where malformed messages end ${how}`,
    {
      skip:
        h2spec === undefined &&
        'NOT RUN: h2spec is missing (go install github.com/summerwind/h2spec/cmd/h2spec@latest)',
    },
    async (t) => {
      const server = new EchoServer({ streamErrorOnInvalidHttpMessage });
      const port = await server.listen();
      const options = ['-h', '127.0.0.1', '-p', String(port), '--strict', '--timeout', '5'];
      const output = await new Promise<string>((resolve) => {
        execFile(h2spec as string, options, (_error, stdout) => resolve(stdout));
      });
      await server.close();
      t.match(output, /\d+ tests, (\d+) passed, 0 skipped, 0 failed/);
      t.notMatch(output, /×/);
    },
  );
}
