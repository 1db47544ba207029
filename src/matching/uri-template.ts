/** A checked URI template of a route (`envoy.path.match.uri_template`). */
export interface UriTemplateConfig {
  readonly template: string;
}

/** A checked URI template of a rewrite (`envoy.path.rewrite.uri_template`). */
export interface UriTemplateRewriteConfig {
  readonly template: string;
}
