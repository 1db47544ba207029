import type { AdminResponse } from '#server/admin/admin-response.ts';
import type { AdminServices } from '#server/admin/admin-services.ts';
import type { QueryParameters } from '#server/admin/query-parameters.ts';

/** What a page is told of the request for it. */
export interface AdminRequest {
  /** Of the request's target and, where a form was posted, of its body. */
  readonly query: QueryParameters;
  readonly accept: string;
}

/** A query parameter, for the help and the home page. */
export type AdminParameter =
  | { readonly kind: 'boolean' | 'string'; readonly name: string; readonly help: string }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly help: string;
      /** The first one is what the home page offers first. */
      readonly values: readonly string[];
    };

/** One page or action of the admin server. */
export interface AdminEndpoint {
  readonly path: string;
  readonly help: string;
  /** Whether only POST may be used. */
  readonly mutatesState: boolean;
  readonly parameters: readonly AdminParameter[];
  handle(request: AdminRequest, services: AdminServices): AdminResponse | Promise<AdminResponse>;
}
