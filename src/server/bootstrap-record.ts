import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { messageType } from '#config/registry.ts';
import type { Bootstrap } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';

/**
 * The bootstrap as it is kept for the admin pages: encoded, which takes a tenth of the memory of
 * the message, and decoded whenever somebody asks for `/config_dump`.
 */
export class BootstrapRecord {
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly #encoded: Uint8Array;

  constructor(bootstrap: Bootstrap) {
    this.nodeId = bootstrap.node?.id ?? '';
    this.nodeCluster = bootstrap.node?.cluster ?? '';
    this.#encoded = toBinary(messageType('envoy.config.bootstrap.v3.Bootstrap'), bootstrap);
  }

  decode(): Bootstrap {
    return fromBinary(messageType('envoy.config.bootstrap.v3.Bootstrap'), this.#encoded);
  }
}
