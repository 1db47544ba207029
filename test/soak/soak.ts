import type { WriteStream } from 'node:tty';
import { parseArgs } from 'node:util';
import { ProgressLine } from '../../bench/report/progress-line.ts';
import { textTable } from '../../bench/report/table.ts';
import { runHttp2Soak } from './run-http2-soak.ts';
import { runSoak } from './run-soak.ts';

const USAGE = `npm run soak -- [options]

Lets many clients of all kinds loose on Proa, checks every answer, and looks at what they leave behind.

  --protocol P  1-to-1, 2-to-2 or 2-to-1: what clients and upstream speak (1-to-1)
  --seconds N   how long (300)
  --clients N   clients at once (200)
  --rate N      requests that all of them together begin in a second (400)
  --seed N      makes the same choices again (random)
  --help        this text
`;

const { values } = parseArgs({
  options: {
    protocol: { type: 'string', default: '1-to-1' },
    seconds: { type: 'string', default: '300' },
    clients: { type: 'string', default: '200' },
    rate: { type: 'string', default: '400' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const numbers = {
  seconds: Number(values.seconds),
  clients: Number(values.clients),
  rate: Number(values.rate),
  seed: Number(values.seed),
};
for (const [name, number] of Object.entries(numbers)) {
  if (Number.isSafeInteger(number) && number >= (name === 'seed' ? 0 : 1)) continue;
  process.stderr.write(`--${name} takes a whole number\n\n${USAGE}`);
  process.exit(1);
}

if (!['1-to-1', '2-to-2', '2-to-1'].includes(values.protocol)) {
  process.stderr.write(`--protocol takes 1-to-1, 2-to-2 or 2-to-1\n\n${USAGE}`);
  process.exit(1);
}

const progress = new ProgressLine(process.stderr as WriteStream);
progress.begin(`soak ${values.protocol} with ${numbers.clients} clients, seed ${numbers.seed}`);
const options = { ...numbers, onProgress: (line: string) => progress.show(line) };
const { findings, memory } =
  values.protocol === '1-to-1'
    ? await runSoak(options)
    : await runHttp2Soak(values.protocol === '2-to-2' ? 'h2' : 'h1', options);
progress.clear();
const rows = findings.tallies.map(([what, times]) => [what, String(times)]);
process.stdout.write(
  `${textTable([['what', 'times'], ...rows, ['resident memory by fifths', memory]])}\n\n`,
);
for (const wrong of findings.wrongs) process.stdout.write(`WRONG: ${wrong}\n`);
process.stdout.write(
  findings.wrongCount === 0
    ? 'Nothing was wrong.\n'
    : `${findings.wrongCount} things were wrong.\n`,
);
process.exit(findings.wrongCount === 0 ? 0 : 1);
