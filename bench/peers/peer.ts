import type { Command } from '../machine/children.ts';

export type PeerName = 'proa' | 'envoy' | 'haproxy' | 'nginx';

/** What a proxy is to do in a workload, in Envoy's language and, where the other peers can do it, in brief. */
export interface ProxySetup {
  readonly listenPort: number;
  readonly upstreamPort: number;
  /** The Envoy bootstrap; Proa and Envoy get literally the same file. */
  readonly bootstrap: unknown;
  /**
   * True when the bootstrap does nothing but forward every request to the one upstream, keeping connections
   * alive on both sides: what HAProxy and nginx are configured for as well.
   */
  readonly plainForwarding: boolean;
}

/** A proxy that the benchmark can run, with one worker. */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  /** Writes the configuration into `folder`; `undefined` when this peer has no equivalent of the set-up. */
  command(setup: ProxySetup, folder: string): Promise<Command | undefined>;
}

/** A peer, or the sentence that says why it cannot take part. */
export type FoundPeer = Peer | { readonly name: PeerName; readonly missing: string };
