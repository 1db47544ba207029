import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { answer, bootstrapOf, httpListener } from '../../tools/bootstrap.ts';
import { ask } from '../../tools/http-client.ts';
import { startProa, until } from '../../tools/proa-process.ts';
import { temporaryFolder } from '../../tools/temporary-folder.ts';

t.test(
  'workers route by the values of files, and by those of the files that replace them',
  async (t) => {
    const folder = temporaryFolder(t);
    for (const [version, percent] of [
      ['v1', '0'],
      ['v2', '100'],
    ] as const) {
      mkdirSync(join(folder, version, 'web', 'canary'), { recursive: true });
      writeFileSync(join(folder, version, 'web', 'canary', 'share'), percent);
    }
    const link = join(folder, 'link');
    symlinkSync('v1', link);
    const share = { default_value: { numerator: 100 }, runtime_key: 'canary.share' };
    const canary = { ...answer(200, 'canary'), match: { prefix: '/', runtime_fraction: share } };
    const listener = httpListener({ name: 'web', at: 0, routes: [canary, answer(200, 'stable')] });
    const disk = { symlink_root: link, append_service_cluster: true };
    const layers = [
      { name: 'disk', disk_layer: disk },
      { name: 'admin', admin_layer: {} },
    ];
    const bootstrap = bootstrapOf([listener], [], { layered_runtime: { layers } });
    const proa = await startProa(bootstrap, { folder, args: ['--service-cluster', 'web'] });
    t.teardown(() => proa.process.stop());
    const answerNow = async (): Promise<string> => (await ask({ port: proa.port('web') })).body;
    t.equal(await answerNow(), 'stable');

    symlinkSync('v2', join(folder, 'new'));
    renameSync(join(folder, 'new'), link);
    t.ok(await until(async () => (await answerNow()) === 'canary'));
    t.equal(await proa.stat('runtime.load_success'), 2);
    t.match(JSON.parse((await proa.admin('GET', '/runtime')).body), {
      layers: ['disk', 'admin'],
      entries: { 'canary.share': { final_value: '100', layer_values: ['100', ''] } },
    });

    await proa.admin('POST', '/runtime_modify?canary.share=0');
    t.ok(
      await until(async () => (await answerNow()) === 'stable'),
      'the admin layer comes after it',
    );
  },
);
