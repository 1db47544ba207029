import type { AdminEndpoint, AdminParameter } from '#server/admin/admin-endpoint.ts';

/** The list of all commands, as `/help` and every unknown path show it. */
export function helpText(endpoints: readonly AdminEndpoint[]): string {
  const lines = endpoints.flatMap(({ path, mutatesState, help, parameters }) => [
    `  ${path}${mutatesState ? ' (POST)' : ''}: ${help}\n`,
    ...parameters.map(parameterLine),
  ]);
  return `admin commands are:\n${lines.join('')}`;
}

function parameterLine(parameter: AdminParameter): string {
  const values = parameter.kind === 'enum' ? `; One of (${parameter.values.join(', ')})` : '';
  return `      ${parameter.name}: ${parameter.help}${values}\n`;
}
