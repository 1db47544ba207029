/** Text for use between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --muted: #888; --accent: light-dark(#0b6bcb, #6cb6ff); }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 1rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; }
tr.command { border-top: 1px solid var(--line); }
tr.parameter td { padding-top: 0; color: var(--muted); font-size: .9rem; }
tr.parameter td:first-child { padding-left: 1.2rem; white-space: nowrap; }
table.stats { font: 13px/1.5 ui-monospace, monospace; }
table.stats tr { border-top: 1px solid var(--line); }
table.stats td:last-child { text-align: right; padding-right: 0; white-space: nowrap; }
table.stats tr.histogram td:last-child { text-align: left; white-space: normal; }
form.filter { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; margin-bottom: 1rem; }
button { font: inherit; padding: .1rem .6rem; cursor: pointer; }
input[type=text] { font: inherit; min-width: 16rem; }
`;

/** The beginning of a page; `</body></html>` ends it. */
export function htmlHead(title: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
`;
}
