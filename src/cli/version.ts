import { buildVersion, formatBuildVersion } from '#server/build-version.ts';

/** The text of `--version`, in the shape of Envoy's: an empty line, the line, an empty line. */
export function versionText(): string {
  return `\nproa  version: ${formatBuildVersion(buildVersion())}\n\n`;
}
