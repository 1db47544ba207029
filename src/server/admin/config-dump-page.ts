import { ok } from '#base/result.ts';
import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { type AdminResponse, JSON_TYPE } from '#server/admin/admin-response.ts';
import { endpointsConfigDump } from '#server/admin/endpoints-dump.ts';
import {
  applyMask,
  elementTypeName,
  findField,
  maskResource,
  typeNameOf,
} from '#server/admin/field-mask.ts';
import { type JsonObject, jsonPieces } from '#server/admin/json-value.ts';
import { type NameFilter, parseFullNameFilter } from '#server/admin/name-filter.ts';
import type { QueryParameters } from '#server/admin/query-parameters.ts';
import { filterSection, nameOfResource } from '#server/admin/resource-name.ts';
import { inSlices } from '#server/admin/slices.ts';

export const configDumpPage: AdminEndpoint = {
  path: '/config_dump',
  help: 'dump current Envoy configs',
  mutatesState: false,
  parameters: [
    { kind: 'string', name: 'resource', help: 'The resource to dump' },
    {
      kind: 'string',
      name: 'mask',
      help: 'The mask to apply. When both resource and mask are specified, the mask is applied to every element in the desired repeated field so that only a subset of fields are returned. The mask is parsed as a Protobuf::FieldMask',
    },
    {
      kind: 'string',
      name: 'name_regex',
      help: 'Dump only the currently loaded configurations whose names match the specified regex. Can be used with both resource and mask query parameters.',
    },
    {
      kind: 'boolean',
      name: 'include_eds',
      help: 'Dump currently loaded configuration including EDS. See the response definition for more information',
    },
  ],
  handle: ({ query }, services) => {
    const nameRegex = query.get('name_regex');
    const matches = nameRegex === undefined ? ok(undefined) : parseFullNameFilter(nameRegex);
    if (!matches.ok) {
      const reason = `Error while parsing name_regex from ${nameRegex}: ${matches.error}`;
      return failure(400, `INVALID_ARGUMENT: ${reason}`);
    }
    const endpoints = query.has('include_eds')
      ? endpointsConfigDump(services.clusters())
      : undefined;
    return dump(withEndpoints(services.configDump(), endpoints), query, matches.value);
  },
};

/** Endpoints have their place behind the clusters. */
function withEndpoints(
  sections: readonly JsonObject[],
  endpoints: JsonObject | undefined,
): readonly JsonObject[] {
  if (endpoints === undefined) return sections;
  const clusters = sections.findIndex((one) => typeNameOf(one).endsWith('.ClustersConfigDump'));
  return sections.toSpliced(clusters + 1, 0, endpoints);
}

function dump(
  sections: readonly JsonObject[],
  query: QueryParameters,
  matches: NameFilter | undefined,
): AdminResponse {
  const resource = query.get('resource');
  const mask = query.get('mask');
  if (resource !== undefined) return dumpResource(sections, resource, mask, matches);
  const selected =
    matches === undefined ? sections : sections.map((one) => filterSection(one, matches));
  if (mask === undefined) return success(selected);
  const masked = selected
    .map((section) => applyMask(mask.split(','), section))
    .filter((section) => section !== undefined);
  if (masked.length > 0) return success(masked);
  return failure(400, `FieldMask ${mask} could not be successfully applied to any configs.`);
}

/** The elements of one repeated field, from the first section that has the field. */
function dumpResource(
  sections: readonly JsonObject[],
  resource: string,
  mask: string | undefined,
  matches: NameFilter | undefined,
): AdminResponse {
  const section = sections.find((one) => findField(typeNameOf(one), resource) !== undefined);
  const typeName = section === undefined ? undefined : elementTypeName(section, resource);
  if (section === undefined) return failure(404, `${resource} not found in config dump`);
  if (typeName === undefined) {
    const hint = `Use ?mask=${resource} to get only this field`;
    return failure(400, `${resource} is not a repeated field. ${hint}`);
  }
  const elements = (section[resource] ?? []) as readonly JsonObject[];
  const configs: JsonObject[] = [];
  for (const element of elements) {
    if (matches !== undefined && !matches(nameOfResource(element))) continue;
    const typed = { '@type': `type.googleapis.com/${typeName}`, ...element };
    const shown = mask === undefined ? typed : maskResource(mask.split(','), typed);
    if (shown === undefined)
      return failure(400, `FieldMask ${mask} could not be successfully used.`);
    configs.push(shown);
  }
  return success(configs);
}

function success(configs: readonly JsonObject[]): AdminResponse {
  const dumped: JsonObject = configs.length === 0 ? {} : { configs };
  return { status: 200, contentType: JSON_TYPE, body: inSlices(jsonPieces(dumped)) };
}

function failure(status: number, text: string): AdminResponse {
  return { status, contentType: 'text/plain', body: text };
}
