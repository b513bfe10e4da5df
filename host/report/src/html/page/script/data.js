// The rows, as host/report/docs/html.md describes them. Only the columns of the table are read at once.

const readElement = (id) => JSON.parse(document.getElementById(id).textContent);
const table = readElement('data-table');

const blocks = new Map();
function block(id) {
  if (!blocks.has(id)) blocks.set(id, readElement(id));
  return blocks.get(id);
}

const inBlock = (kind, number, size) => block(`data-${kind}-${Math.floor(number / size)}`)[number % size];
const detailOf = (row) => inBlock('details', row, table.details_per_block);
const storedText = (id) => inBlock('texts', id, table.texts_per_block);

/** A text, or as much of it as there is. */
function textOf(id) {
  const stored = storedText(id);
  return typeof stored === 'string' ? stored : stored[0];
}

/** The length of the whole text, where only its beginning is there. */
function fullLength(id) {
  const stored = storedText(id);
  return typeof stored === 'string' ? null : stored[1];
}

const position = (row) => table.index[row] * table.repeats + (table.repeats > 1 ? table.repeat[row] : 0);
const repeatOf = (row) => (table.repeats > 1 ? table.repeat[row] : 0);
const nameOf = (row) => (repeatOf(row) > 0 ? `${table.id[row]}#${repeatOf(row)}` : table.id[row]);

const rowsByPosition = new Map();
const rowsByName = new Map();
for (let row = 0; row < table.rows; row += 1) {
  rowsByPosition.set(position(row), row);
  rowsByName.set(nameOf(row), row);
}

// Marks: t true, f false, n number, l label, j JSON, e error, s no prediction, w earlier turn, - nothing.
for (const column of table.columns) {
  const numbers = new Float64Array(table.rows).fill(NaN);
  let next = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const mark = column.marks[row];
    if (mark === 'n' || mark === 'l') {
      numbers[row] = column.values[next];
      next += 1;
    }
  }
  column.numbers = numbers;
  column.labels ??= [];
  column.counts = new Map(column.counts ?? []);
}

const labelOf = (column, row) => column.labels[column.numbers[row]];

/** The tags of a row, as pairs of key and value. */
function tagsOf(row) {
  const { keys, values, rows } = table.tags;
  const pairs = [];
  for (let at = 0; at < rows[row].length; at += 2) pairs.push([keys[rows[row][at]], values[rows[row][at + 1]]]);
  return pairs;
}
