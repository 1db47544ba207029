import { ENVOY_VERSION, findOrInstallEnvoy } from '../../test/tools/envoy.ts';
import { writeBootstrap } from './envoy-bootstrap.ts';
import type { FoundPeer } from './peer.ts';

export async function findEnvoy(): Promise<FoundPeer> {
  const binary = await findOrInstallEnvoy();
  if (binary === undefined) {
    return { name: 'envoy', missing: `Envoy ${ENVOY_VERSION} could not be installed (see above)` };
  }
  return {
    name: 'envoy',
    version: ENVOY_VERSION,
    readsBootstrap: true,
    command: async (setup, folder) => ({
      file: binary,
      args: [
        '-c',
        await writeBootstrap(setup, folder),
        '--concurrency',
        '1',
        '--disable-hot-restart',
        '--log-level',
        'error',
      ],
    }),
  };
}
