import type { Command } from '../machine/children.ts';

export type PeerName = 'proa' | 'envoy' | 'haproxy' | 'nginx';

/**
 * What a proxy is to do in a workload. Peers that do not read Envoy's bootstrap forward every request to the
 * upstream, keeping connections alive on both sides.
 */
export interface ProxySetup {
  readonly listenPort: number;
  readonly upstreamPort: number;
  /** Clients choose their protocol by how they begin; this is what the upstream speaks. */
  readonly upstreamProtocol: 'http1' | 'http2';
  /** The Envoy bootstrap; Proa and Envoy get literally the same file. */
  readonly bootstrap: unknown;
}

/** A proxy that the benchmark can run, with one worker. */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  /** True for peers that read Envoy's bootstrap; the others can only forward. */
  readonly readsBootstrap: boolean;
  /** Writes the configuration into `folder` and gives the command that starts the proxy with it. */
  command(setup: ProxySetup, folder: string): Promise<Command>;
}

/** A peer, or the sentence that says why it cannot take part. */
export type FoundPeer = Peer | { readonly name: PeerName; readonly missing: string };
