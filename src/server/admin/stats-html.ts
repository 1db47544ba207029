import { summaryText } from '#server/admin/histogram-text.ts';
import { escapeHtml, htmlHead } from '#server/admin/html.ts';
import {
  selectedHistograms,
  selectedScalars,
  selectedTextReadouts,
} from '#server/admin/selected-stats.ts';
import type { StatsRequest } from '#server/admin/stats-request.ts';
import type { StatsView } from '#stats/stats-view.ts';

const FILTER_FORM = `<form class="filter" action="stats" method="get">
<input type="hidden" name="format" value="html">
<label>filter <input type="text" name="filter" placeholder="regular expression"></label>
<label><input type="checkbox" name="usedonly"> used only</label>
<label>type <select name="type"><option>All</option><option>Counters</option><option>Gauges</option><option>Histograms</option><option>TextReadouts</option></select></label>
<button>show</button>
</form>
`;

/** `/stats?format=html`: the same lists as the text page, as a table. */
export function* statsHtml(view: StatsView, request: StatsRequest): Generator<string, void, void> {
  yield `${htmlHead('Statistics')}${FILTER_FORM}<table class="stats">\n`;
  for (const { name, value } of selectedTextReadouts(view, request)) yield row(name, value);
  for (const { name, value } of selectedScalars(view, request)) yield row(name, String(value));
  for (const { name, record } of selectedHistograms(view, request)) {
    const cumulative = record?.cumulative();
    const summary =
      record === undefined || cumulative === undefined || cumulative.count === 0
        ? 'No recorded values'
        : summaryText(record.interval, cumulative);
    yield row(name, summary, 'histogram');
  }
  yield '</table>\n</body>\n</html>\n';
}

function row(name: string, value: string, className = 'scalar'): string {
  return `<tr class="${className}"><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>\n`;
}
