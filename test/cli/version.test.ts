import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { versionText } from '#cli/version.ts';
import { type BuildVersion, buildVersion, formatBuildVersion } from '#server/build-version.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const root = join(import.meta.dirname, '../..');

function versionOf(directory: string, git: Readonly<Record<string, string>>): BuildVersion {
  writeFileSync(join(directory, 'package.json'), '{"version":"7.8.9"}');
  for (const [path, text] of Object.entries(git)) {
    const file = join(directory, '.git', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  return buildVersion(directory);
}

await t.test('the version line has the five parts of Envoy', async (t) => {
  t.match(
    versionText(),
    /^\nproa {2}version: (release|[0-9a-f]{40})\/[^/]+\/\w+\/RELEASE\/\w+\n\n$/,
  );
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  t.ok(versionText().includes(`/${version}/`), 'with the version of the package');
});

await t.test('a package without history is a release', async (t) => {
  const version = versionOf(t.testdir(), {});
  t.equal(formatBuildVersion(version), 'release/7.8.9/Clean/RELEASE/OpenSSL');
});

await t.test('a checkout shows its commit, wherever git keeps it', async (t) => {
  const expected = { revision: commit, version: '7.8.9', status: 'Checkout' };
  const loose = { HEAD: 'ref: refs/heads/main\n', 'refs/heads/main': `${commit}\n` };
  t.strictSame(versionOf(t.testdir(), loose), expected, 'a branch');
  t.strictSame(versionOf(t.testdir({}), { HEAD: `${commit}\n` }), expected, 'a detached head');
});

await t.test('a packed branch is found among others', async (t) => {
  const packed = `# pack-refs\n${'f'.repeat(40)} refs/heads/not-main\n${commit} refs/heads/main\n`;
  const version = versionOf(t.testdir(), { HEAD: 'ref: refs/heads/main\n', 'packed-refs': packed });
  t.equal(version.revision, commit);
});

await t.test('a broken history is no obstacle', async (t) => {
  t.equal(versionOf(t.testdir(), { HEAD: 'nonsense' }).revision, 'release');
});
