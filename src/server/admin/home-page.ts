import type { AdminEndpoint, AdminParameter } from '#server/admin/admin-endpoint.ts';
import { escapeHtml, htmlHead } from '#server/admin/html.ts';

/** The table of all commands: links for what may be read, buttons for what changes something. */
export function homePage(endpoints: readonly AdminEndpoint[]): string {
  const rows = endpoints.map((endpoint, index) => commandRows(endpoint, `command-${index}`));
  return `${htmlHead('Proa Admin')}<table>\n${rows.join('')}</table>\n</body>\n</html>\n`;
}

function commandRows(endpoint: AdminEndpoint, formId: string): string {
  const { path, help, mutatesState, parameters } = endpoint;
  // Relative, so that the page works behind a prefix.
  const target = escapeHtml(path.slice(1));
  const needsForm = mutatesState || parameters.length > 0;
  const link = needsForm
    ? `<form id="${formId}" action="${target}" method="${mutatesState ? 'post' : 'get'}">` +
      `<button>${target}</button></form>`
    : `<a href="${target}">${target === '' ? '/' : target}</a>`;
  const row = `<tr class="command"><td>${link}</td><td>${escapeHtml(help)}</td></tr>\n`;
  return row + parameters.map((parameter) => parameterRow(parameter, formId)).join('');
}

function parameterRow(parameter: AdminParameter, formId: string): string {
  const help = escapeHtml(parameter.help);
  return `<tr class="parameter"><td><label>${inputOf(parameter, formId)} ${parameter.name}</label></td><td>${help}</td></tr>\n`;
}

function inputOf(parameter: AdminParameter, formId: string): string {
  const attributes = `name="${escapeHtml(parameter.name)}" form="${formId}"`;
  switch (parameter.kind) {
    case 'boolean':
      return `<input type="checkbox" ${attributes}>`;
    case 'string':
      return `<input type="text" ${attributes}>`;
    case 'enum': {
      const options = parameter.values.map((value) => `<option>${escapeHtml(value)}</option>`);
      return `<select ${attributes}>${options.join('')}</select>`;
    }
  }
}
