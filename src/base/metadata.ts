/** Filter metadata of a piece of configuration, by namespace. */
export type MetadataByNamespace = Readonly<Record<string, unknown>>;
