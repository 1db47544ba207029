import { Pool } from 'undici';
import type { WeightedShare } from './start-config.ts';

/** What a number of requests through the gateway met. */
export interface MeasuredSplit {
  /** Answers by the cluster that gave them: `reviews-v1`. */
  readonly answers: ReadonlyMap<string, number>;
  /** Requests without a good answer, by what came instead. */
  readonly failures: ReadonlyMap<string, number>;
}

/** Asks for the reviews of a book so many times, eight at a time. */
export async function measureSplit(gatewayUrl: string, requests: number): Promise<MeasuredSplit> {
  const pool = new Pool(gatewayUrl, { connections: 8 });
  const answers = new Map<string, number>();
  const failures = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): void => {
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  let left = requests;
  async function askUntilDone(): Promise<void> {
    while (left > 0) {
      left--;
      try {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: '/api/v1/products/0/reviews',
        });
        const text = await body.text();
        if (statusCode !== 200) count(failures, `status ${statusCode}`);
        else count(answers, `reviews-${(JSON.parse(text) as { version: string }).version}`);
      } catch (error) {
        count(failures, error instanceof Error ? error.message : String(error));
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, askUntilDone));
  await pool.close();
  return { answers, failures };
}

/** The measured split beside the configured one. */
export function splitTable(configured: readonly WeightedShare[], measured: MeasuredSplit): string {
  const total = [...measured.answers.values()].reduce((sum, answers) => sum + answers, 0);
  const names = new Set([...configured.map(({ cluster }) => cluster), ...measured.answers.keys()]);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rows = [...names].sort().map((name) => {
    const answers = measured.answers.get(name) ?? 0;
    const share = configured.find(({ cluster }) => cluster === name)?.share ?? 0;
    return [name, percent(share), percent(total === 0 ? 0 : answers / total), String(answers)];
  });
  const table = [['', 'configured', 'measured', 'answers'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] as number;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   '),
  );
  lines.splice(1, 0, '-'.repeat(lines[0]?.length ?? 0));
  for (const [what, count] of measured.failures) lines.push(`failed: ${count} (${what})`);
  return lines.map((line) => `  ${line}`).join('\n');
}
