import type { FilterStateObject } from '#stream-info/filter-state.ts';

/** How many messages a stream had so far (Envoy's `grpc_stats.v3.FilterObject`). */
export class MessageCounts implements FilterStateObject {
  requests = 0;
  responses = 0;

  get text(): string {
    return `${this.requests},${this.responses}`;
  }

  get json(): Readonly<Record<string, string>> {
    return {
      requestMessageCount: String(this.requests),
      responseMessageCount: String(this.responses),
    };
  }
}
