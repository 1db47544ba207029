import t from 'tap';
import { flagTable } from '#cli/flag-table.ts';
import { helpText } from '#cli/help.ts';

await t.test('the help names every flag with its short form', async (t) => {
  const help = helpText();
  for (const { name, short } of flagTable) {
    const shown = short === undefined ? `--${name}` : `-${short}, --${name}`;
    t.match(help, new RegExp(`^  ${shown}( |$)`, 'm'), shown);
  }
});

await t.test('the help fits a terminal of 80 columns', async (t) => {
  const longest = Math.max(
    ...helpText()
      .split('\n')
      .map((line) => line.length),
  );
  t.ok(longest <= 80, `longest line: ${longest}`);
});

await t.test(
  'the help tells defaults, and which flags are without effect or refused',
  async (t) => {
    const words = helpText().replaceAll(/\s+/g, ' ');
    t.ok(words.includes('Default: 10000.'));
    t.ok(words.includes('Allow core dumps. Without effect:'));
    t.ok(words.includes('Tag that every statistic carries. Refused:'));
  },
);

await t.test('flags are spelt as Envoy spells them', async (t) => {
  // The long names that the help of Envoy 1.40 shows, apart from its "--ignore_rest".
  const envoy = `admin-address-path allow-unknown-fields allow-unknown-static-fields base-id
    base-id-path component-log-level concurrency config-path config-yaml cpuset-threads
    disable-extensions disable-hot-restart drain-strategy drain-time-s enable-core-dump
    enable-fine-grain-logging enable-mutex-tracing file-flush-interval-msec
    file-flush-min-size-kb help hot-restart-version ignore-unknown-dynamic-fields
    local-address-ip-version log-format log-format-escaped log-level log-path
    log-stacktrace-single-entry mode parent-shutdown-time-s reject-unknown-dynamic-fields
    restart-epoch service-cluster service-node service-zone skip-deprecated-logs
    skip-hot-restart-on-no-parent skip-hot-restart-parent-stats socket-mode socket-path
    stats-tag use-dynamic-base-id version`;
  t.strictSame(flagTable.map(({ name }) => name).sort(), envoy.split(/\s+/));
});
