import t from 'tap';
import { format } from '../../bench/report/report.ts';
import { markdownTable, textTable } from '../../bench/report/table.ts';

const TABLE = [
  ['what', 'measured'],
  ['memory', '64.3 MB'],
  ['a longer name', '-'],
];

t.test('text columns are aligned: names to the left, numbers to the right', (t) => {
  t.equal(
    textTable(TABLE),
    [
      'what           measured',
      '-------------  --------',
      'memory          64.3 MB',
      'a longer name         -',
    ].join('\n'),
  );
  t.end();
});

t.test('Markdown has the same cells', (t) => {
  t.equal(
    markdownTable(TABLE),
    [
      '| what          | measured |',
      '| ------------- | -------: |',
      '| memory        |  64.3 MB |',
      '| a longer name |        - |',
    ].join('\n'),
  );
  t.end();
});

t.test('numbers keep three significant digits and never an exponent', (t) => {
  t.same([0.0712, 5.6666, 13.24, 28_401.7, undefined, Number.NaN].map(format), [
    '0.07',
    '5.67',
    '13.2',
    '28402',
    '-',
    '-',
  ]);
  t.end();
});
