/**
 * Compiles the Envoy API into `src/gen`: one descriptor set that the main thread reads at start, and
 * type declarations of every message.
 *
 * Works offline, with what `npm install` brought. Does nothing when `src/gen` is up to date. Files
 * are moved into place one by one, each in a single step, so that a reader never sees half a file
 * and two builds at once only do the same work twice.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { supportTable } from '#config/support/support-table.ts';
import { messageTypesDeclaration } from './message-types-declaration.ts';
import { applyOverlay, overlaidFiles } from './proto-overlay.ts';
import { filesOf, pruneDescriptors } from './prune-descriptors.ts';
import { supportedDescriptors } from './supported-descriptors.ts';

const root = path.resolve(import.meta.dirname, '..');
const generated = path.join(root, 'src/gen');
const ownProtos = path.join(root, 'src/config/protos');
const require = createRequire(import.meta.url);

/** Needed beside what configurations are made of. */
const alwaysNeeded = [
  'envoy.admin.v3.ConfigDump',
  'udpa.type.v1.TypedStruct',
  'xds.type.v3.TypedStruct',
  'validate.FieldRules',
];

/** Trees that are compiled; `google` only as far as these import it. */
const compiledRoots = ['envoy', 'xds', 'udpa', 'validate', ...fs.readdirSync(ownProtos)];

/** Earlier versions of the API, and what needs protos that nobody ships. */
function isWanted(file: string): boolean {
  if (!file.startsWith('envoy/')) return file.endsWith('.proto');
  if (!/\/(?:v3|annotations)\/[a-z0-9_]+\.proto$/.test(file)) return false;
  return !/^envoy\/(?:config\/trace\/v3\/(?:opencensus|trace)\.|service\/(?:trace|metrics)\/)/.test(
    file,
  );
}

function main(): void {
  const fingerprint = fingerprintOfInputs();
  const stamp = path.join(generated, '.fingerprint');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint) return;

  fs.mkdirSync(path.join(root, '.cache'), { recursive: true });
  const work = fs.mkdtempSync(path.join(root, '.cache/protos-'));
  try {
    const staged = path.join(work, 'staged');
    const output = path.join(work, 'output');
    fs.mkdirSync(output);
    stageProtos(staged);
    const set = compile(work, staged);
    generateTypes(work, set, output);
    writeDescriptors(set, output);
    fs.writeFileSync(path.join(output, 'message-types.d.ts'), messageTypesDeclaration(output));
    publish(output);
    replaceFile(stamp, fingerprint);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function fingerprintOfInputs(): string {
  const hash = createHash('sha256');
  for (const name of ['@grpc/grpc-js-xds', '@bufbuild/buf', '@bufbuild/protoc-gen-es']) {
    hash.update(`${name}@${packageVersion(name)}\n`);
  }
  for (const file of inputScripts()) hash.update(fs.readFileSync(file));
  for (const file of listFiles(ownProtos)) {
    hash.update(`${file}\n`).update(fs.readFileSync(path.join(ownProtos, file)));
  }
  return hash.digest('hex');
}

/** The scripts that decide what the result is. */
function inputScripts(): string[] {
  const folder = import.meta.dirname;
  const names = [
    'build-protos',
    'message-types-declaration',
    'proto-overlay',
    'prune-descriptors',
    'supported-descriptors',
  ];
  const overlays = listFiles(path.join(folder, 'overlay')).map((name) => `overlay/${name}`);
  const support = path.join(root, 'src/config/support');
  return [
    ...[...names.map((name) => `${name}.ts`), ...overlays].map((name) => path.join(folder, name)),
    ...listFiles(support).map((name) => path.join(support, name)),
  ];
}

function packageFolder(name: string): string {
  return path.join(root, 'node_modules', name);
}

function packageVersion(name: string): string {
  return require(path.join(packageFolder(name), 'package.json')).version;
}

function listFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

function stageProtos(staged: string): void {
  const shipped = path.join(packageFolder('@grpc/grpc-js-xds'), 'deps');
  for (const [folder, tops] of [
    ['envoy-api', ['envoy']],
    ['xds', ['xds', 'udpa']],
    ['googleapis', ['google']],
    ['protoc-gen-validate', ['validate']],
  ] as const) {
    for (const top of tops) stageTree(path.join(shipped, folder), top, staged);
  }
  for (const top of fs.readdirSync(ownProtos)) stageTree(ownProtos, top, staged);
  for (const file of overlaidFiles) {
    const target = path.join(staged, file);
    fs.writeFileSync(target, applyOverlay(file, fs.readFileSync(target, 'utf8')));
  }
}

function stageTree(from: string, top: string, staged: string): void {
  for (const name of listFiles(path.join(from, top))) {
    const file = `${top}/${name}`;
    if (!isWanted(file)) continue;
    const target = path.join(staged, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // The shipped files have line ends of Windows, which the overlay would not match.
    fs.writeFileSync(
      target,
      fs.readFileSync(path.join(from, file), 'utf8').replaceAll('\r\n', '\n'),
    );
  }
}

function compile(work: string, staged: string): string {
  fs.writeFileSync(path.join(staged, 'buf.yaml'), 'version: v2\n');
  const set = path.join(work, 'set.binpb');
  const paths = compiledRoots.flatMap((folder) => ['--path', path.join(staged, folder)]);
  runBuf(work, ['build', staged, '--exclude-source-info', ...paths, '-o', set]);
  return set;
}

/** What every start needs goes into sets of their own, each of which loads in half the time. */
function writeDescriptors(set: string, output: string): void {
  const all = pruneDescriptors(fs.readFileSync(set));
  const common = filesOf(all, [...Object.keys(supportTable), ...alwaysNeeded]);
  for (const [name, files] of [
    ['all-descriptors.binpb', all],
    ['descriptors.binpb', common],
    ['supported-descriptors.binpb', supportedDescriptors(common, supportTable, alwaysNeeded)],
  ] as const) {
    fs.writeFileSync(path.join(output, name), toBinary(FileDescriptorSetSchema, files));
  }
}

function generateTypes(work: string, set: string, output: string): void {
  const plugin = path.join(packageFolder('@bufbuild/protoc-gen-es'), 'bin/protoc-gen-es');
  const template = {
    version: 'v2',
    plugins: [
      {
        local: [process.execPath, plugin],
        out: output,
        opt: ['target=dts', 'import_extension=js'],
        // One call for the whole set: one per folder takes minutes.
        strategy: 'all',
      },
    ],
  };
  runBuf(work, ['generate', set, '--include-imports', '--template', JSON.stringify(template)]);
}

function runBuf(work: string, args: readonly string[]): void {
  const program = path.join(packageFolder('@bufbuild/buf'), 'bin/buf');
  execFileSync(process.execPath, [program, ...args], {
    cwd: work,
    stdio: 'inherit',
    // The home folder may be missing or read-only where this runs.
    env: {
      ...process.env,
      HOME: work,
      XDG_CACHE_HOME: work,
      BUF_CACHE_DIR: path.join(work, 'buf'),
    },
  });
}

function publish(output: string): void {
  const fresh = listFiles(output);
  for (const file of fresh) {
    const target = path.join(generated, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(path.join(output, file), target);
  }
  const wanted = new Set([...fresh, '.fingerprint']);
  for (const file of listFiles(generated)) {
    if (!wanted.has(file)) fs.rmSync(path.join(generated, file), { force: true });
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

main();
