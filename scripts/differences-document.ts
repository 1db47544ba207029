import {
  type Expectation,
  type KnownDifference,
  knownDifferences,
} from '../test/differential/known-differences.ts';

/** The Markdown text that lists every scenario in which Proa means to differ from Envoy. */
export function differencesDocument(): string {
  const refused = knownDifferences.filter(({ proa }) => proa.kind === 'refused');
  const others = knownDifferences.filter(({ proa }) => proa.kind !== 'refused');
  return [
    introduction(),
    section('Other answers', otherAnswers, others),
    section('Configuration that Proa refuses', refusals, refused),
  ].join('\n');
}

function introduction(): string {
  const scenarios = knownDifferences.reduce((count, known) => count + known.scenarios.length, 0);
  return `# Where Proa differs from Envoy

The differential tests play a table of scenarios against Envoy 1.40 and Proa, and compare everything
that can be seen: answers, what the upstream got, logs, statistics, admin pages. In ${scenarios} of them Proa
means to differ. This list is made from \`test/differential/known-differences.ts\` by
\`npm run docs:differences\`; do not edit it by hand.
`;
}

const otherAnswers = `Where Envoy is laxer than the RFCs demand, or takes what two parsers may read in two ways, Proa is
strict.`;

const refusals =
  'What Proa cannot do yet it refuses by name when it reads the configuration. It never ignores it.';

function section(title: string, text: string, differences: readonly KnownDifference[]): string {
  return `## ${title}\n\n${text}\n\n${differences.map(entry).join('\n')}\n`;
}

function entry({ group, scenarios, reason, proa }: KnownDifference): string {
  const answer = answerOf(proa);
  return [
    `- **${group}**: ${sentence(reason)}${answer === '' ? '' : ` ${answer}`}`,
    ...scenarios.map((name) => `  - ${name}`),
  ].join('\n');
}

function answerOf(proa: Expectation): string {
  if (proa.kind === 'refused') return '';
  if (proa.kind === 'like') {
    const but = proa.but === undefined ? '' : `, but for ${Object.keys(proa.but).join(', ')}`;
    return `Proa shows what Envoy shows in “${proa.scenario}”${but}.`;
  }
  // The reason says it all.
  if (proa.kind === 'http2') return '';
  return `What differs: ${Object.keys(proa.but).join(', ')}.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
