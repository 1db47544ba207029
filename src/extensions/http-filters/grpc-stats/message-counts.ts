import type { FilterStateObject } from '#stream-info/filter-state.ts';

/** How many messages a stream had so far (Envoy's `grpc_stats.v3.FilterObject`). */
export class MessageCounts implements FilterStateObject {
  requests = 0;
  responses = 0;

  get text(): string {
    return `${this.requests},${this.responses}`;
  }

  /** As in the JSON of any message of Protocol Buffers, zeros are left out. */
  get json(): Readonly<Record<string, string>> {
    const json: Record<string, string> = {};
    if (this.requests > 0) json['requestMessageCount'] = String(this.requests);
    if (this.responses > 0) json['responseMessageCount'] = String(this.responses);
    return json;
  }
}
