// The table of rows. Only the rows in sight are in the document.

const ROW_HEIGHT = 34;
/** Rows beyond the edges, so that scrolling shows no gap. */
const MARGIN = 12;
/** Rows that are printed. */
const MAX_PRINTED = 500;

const MARKS = {
  t: ['✓', 'passed', 'good'],
  f: ['✗', 'failed', 'bad'],
  e: ['!', 'error', 'error'],
  s: ['–', 'skipped: the prediction failed', 'none'],
  w: ['↓', 'on the last turn of the conversation', 'none'],
  '-': ['', 'nothing', 'none'],
  j: ['{…}', 'JSON', 'none'],
};
const STATUS = {
  e: ['!', 'error', 'error'],
  f: ['✗', 'failed', 'bad'],
  p: ['✓', 'passed', 'good'],
  '-': ['·', 'no verdict', 'none'],
};

const badge = ([sign, words, look]) =>
  element('span', { class: `mark ${look}`, title: words }, element('span', { 'aria-hidden': 'true' }, sign),
    element('span', { class: 'unseen' }, words));

const preview = (field, mainText) => (row) => {
  const id = detailOf(row)[field];
  return id === undefined ? '' : previewOf(textOf(id), mainText).slice(0, 300);
};

function feedbackCell(column, row) {
  const mark = column.marks[row];
  const count = column.counts.get(row);
  const more = count === undefined ? null : element('span', { class: 'more', title: `the worst of ${count}` }, ` ×${count}`);
  if (mark === 'n') {
    return [element('span', { class: 'number', title: String(column.numbers[row]) }, shortNumber(column.numbers[row])), more];
  }
  if (mark === 'l') return [element('span', { class: 'label', title: labelOf(column, row) }, inLine(labelOf(column, row))), more];
  return [badge(MARKS[mark]), more];
}

/** Errors and failures first, then numbers, then labels. */
function feedbackRank(column, row) {
  return 'efntljsw-'.indexOf(column.marks[row]);
}

const compareTexts = new Intl.Collator(undefined, { numeric: true }).compare;
const byNumber = (value) => (a, b) => value(a) - value(b);
const byText = (value) => {
  const texts = new Map();
  const of = (row) => {
    if (!texts.has(row)) texts.set(row, value(row));
    return texts.get(row);
  };
  return (a, b) => compareTexts(of(a), of(b));
};

function compareFeedback(column) {
  return (a, b) => {
    const [rankA, rankB] = [feedbackRank(column, a), feedbackRank(column, b)];
    if (rankA !== rankB) return rankA - rankB;
    if (column.marks[a] === 'n') return column.numbers[a] - column.numbers[b];
    return column.marks[a] === 'l' ? compareTexts(labelOf(column, a), labelOf(column, b)) : 0;
  };
}

/** What stands above a column of feedback, and its title. */
function feedbackTitle(column) {
  const scorer = table.scorers[column.scorer];
  if (column.name === scorer) return { title: column.name };
  const title = column.name.startsWith(`${scorer}/`) ? column.name.slice(scorer.length + 1) : column.name;
  return { title, over: scorer };
}

const widthFor = (title) => Math.max(84, Math.min(44 + 8 * title.length, 180));

/** The columns: a name for the address bar, a title, a width in pixels (none shares what is left), a cell, an order. */
function tableColumns() {
  const has = (field) => {
    for (let row = 0; row < Math.min(table.rows, 50); row += 1) if (detailOf(row)[field] !== undefined) return true;
    return false;
  };
  const text = (name, title, cell) => ({ name, title, cell: (row) => [cell(row)], look: 'text', compare: () => byText(cell) });
  const columns = [
    { name: 'status', title: '', label: 'Status', width: 44, look: 'center', cell: (row) => [badge(STATUS[table.status[row]])],
      compare: () => byNumber((row) => 'efp-'.indexOf(table.status[row])) },
    { name: 'id', title: 'Id', width: 150, look: 'id', cell: (row) => [element('a', { href: `#row=${position(row)}`, tabindex: '-1' }, inLine(nameOf(row)))],
      compare: () => byText(nameOf) },
  ];
  if (has('inputs')) columns.push(text('inputs', 'Input', preview('inputs', questionText)));
  columns.push({ ...text('outputs', 'Output', preview('outputs', answerText)), isSide: true });
  if (has('expectations')) columns.push({ ...text('expectations', 'Expected', preview('expectations', expectedText)), isSide: true });
  for (const column of table.columns) {
    const titles = feedbackTitle(column);
    columns.push({ ...titles, name: column.key, width: widthFor(titles.title), look: 'feedback',
      cell: (row) => feedbackCell(column, row), compare: () => compareFeedback(column), isEmpty: (row) => 'sw-'.includes(column.marks[row]) });
  }
  if (table.predict_ns) {
    columns.push({ name: 'time', title: 'Time', width: 84, isSide: true, look: 'right', compare: () => byNumber((row) => table.predict_ns[row]), isEmpty: (row) => table.predict_ns[row] === null,
      cell: (row) => [table.predict_ns[row] === null ? '' : duration(table.predict_ns[row])] });
  }
  if (table.cost_usd) {
    columns.push({ name: 'cost', title: 'Cost', width: 92, isSide: true, look: 'right', compare: () => byNumber((row) => table.cost_usd[row]),
      cell: (row) => [dollars(table.cost_usd[row])] });
  }
  return columns;
}

/** Shows rows in an element that scrolls. `open` is called with a row that was chosen. */
class RowTable {
  constructor(scroller, open) {
    this.scroller = scroller;
    this.open = open;
    this.allColumns = tableColumns();
    this.columns = this.allColumns;
    this.rows = [];
    this.sort = null;
    this.current = null;
    this.isPrinting = false;
    this.body = element('tbody', { click: (event) => this.clicked(event) });
    this.head = element('tr', { 'aria-rowindex': '1' });
    this.table = element('table', { class: 'rows', 'aria-labelledby': 'rows-title' }, element('colgroup'),
      element('thead', {}, this.head), this.body);
    this.layOut();
    scroller.replaceChildren(this.table);
    scroller.addEventListener('scroll', () => requestAnimationFrame(() => this.draw()), { passive: true });
    new ResizeObserver(() => this.draw(true)).observe(scroller);
    addEventListener('beforeprint', () => this.print(true));
    addEventListener('afterprint', () => this.print(false));
  }

  /** Leaves out what an opened row shows anyway, or brings it back. */
  setCompact(isCompact) {
    const columns = isCompact ? this.allColumns.filter((column) => !column.isSide) : this.allColumns;
    if (columns.length === this.columns.length) return;
    this.columns = columns;
    this.layOut();
    this.draw(true);
  }

  /** Makes the heading for the columns. */
  layOut() {
    const fixed = this.columns.reduce((sum, column) => sum + (column.width ?? 0), 0);
    const flexible = this.columns.filter((column) => column.width === undefined).length;
    const columns = this.columns.map((column) => {
      const col = element('col');
      if (column.width !== undefined) col.style.width = `${column.width}px`;
      return col;
    });
    this.table.firstChild.replaceChildren(...columns);
    this.table.style.minWidth = `${fixed + flexible * 170}px`;
    this.head.replaceChildren(...this.columns.map((column) => this.heading(column)));
    this.markSort();
  }

  markSort() {
    for (const heading of this.head.children) {
      heading.setAttribute('aria-sort', heading.dataset.column === this.sort?.name ? this.sort.direction : 'none');
    }
  }

  heading(column) {
    const label = column.label ?? (column.over ? `${column.over}, ${column.title}` : column.title);
    const button = element('button', { type: 'button', title: `Sort by ${label}`, click: () => this.toggleSort(column.name) },
      column.over ? element('small', {}, column.over) : null,
      element('span', { class: 'title' }, column.title, column.title ? null : element('span', { class: 'unseen' }, label)),
      element('span', { class: 'arrow', 'aria-hidden': 'true' }));
    return element('th', { scope: 'col', class: column.look, 'aria-sort': 'none', 'data-column': column.name }, button);
  }

  toggleSort(name) {
    const next = { none: 'ascending', ascending: 'descending', descending: null };
    const direction = next[this.sort?.name === name ? this.sort.direction : 'none'];
    this.show(this.unsorted, direction && { name, direction });
    this.scroller.dispatchEvent(new CustomEvent('sorted', { bubbles: true }));
  }

  /** Shows these rows, given in order of position. */
  show(rows, sort) {
    this.unsorted = rows;
    const column = sort && this.allColumns.find((column) => column.name === sort.name);
    this.sort = column ? sort : null;
    this.rows = rows;
    if (column) {
      const compare = column.compare();
      const inDirection = sort.direction === 'descending' ? (a, b) => compare(b, a) : compare;
      // In either direction what is not there comes last.
      const isEmpty = column.isEmpty ?? (() => false);
      this.rows = rows.slice().sort((a, b) => isEmpty(a) - isEmpty(b) || inDirection(a, b));
    }
    this.markSort();
    this.table.setAttribute('aria-rowcount', String(this.rows.length + 1));
    this.scroller.scrollTop = 0;
    this.draw(true);
  }

  /** Puts the rows in sight into the document. */
  draw(isForced = false) {
    if (this.isPrinting) return;
    const inSight = Math.ceil(this.scroller.clientHeight / ROW_HEIGHT);
    const first = Math.max(0, Math.min(Math.floor(this.scroller.scrollTop / ROW_HEIGHT), this.rows.length - inSight) - MARGIN);
    const last = Math.min(this.rows.length, first + inSight + 2 * MARGIN);
    if (!isForced && Math.abs(first - this.first) < MARGIN / 2 && last === Math.min(this.rows.length, this.first + inSight + 2 * MARGIN)) return;
    if (!isForced && first === this.first && last === this.last) return;
    [this.first, this.last] = [first, last];
    this.fill(first, last);
  }

  fill(first, last) {
    const space = (rows) => {
      const row = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td', { colspan: String(this.columns.length) }));
      row.firstChild.style.height = `${rows * ROW_HEIGHT}px`;
      return row;
    };
    const shown = [];
    for (let place = first; place < last; place += 1) shown.push(this.tableRow(place));
    const nothing = this.rows.length === 0
      ? [element('tr', { class: 'nothing' }, element('td', { colspan: String(this.columns.length) },
          table.rows === 0 ? 'The run has no rows.' : 'No row matches the filter.'))]
      : [];
    this.body.replaceChildren(...(first > 0 ? [space(first)] : []), ...shown, ...nothing,
      ...(last < this.rows.length ? [space(this.rows.length - last)] : []));
  }

  tableRow(place) {
    const row = this.rows[place];
    const made = element('tr', { 'aria-rowindex': String(place + 2), 'data-row': String(row), 'aria-current': row === this.current && 'true' });
    for (const column of this.columns) {
      const error = column.name === 'outputs' ? detailOf(row).predict?.error : undefined;
      const cell = element('td', { class: column.look }, ...column.cell(row));
      if (error !== undefined) cell.append(element('span', { class: 'mark error' }, `! ${error.kind}`), ` ${inLine(textOf(error.message)).slice(0, 200)}`);
      made.append(cell);
    }
    return made;
  }

  clicked(event) {
    const row = event.target.closest('tr')?.dataset.row;
    if (row === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.open(Number(row));
  }

  /** Makes a row the current one and brings it into sight. */
  select(row) {
    this.current = row;
    const place = this.rows.indexOf(row);
    if (place >= 0) {
      const top = place * ROW_HEIGHT;
      const height = this.scroller.clientHeight - this.head.offsetHeight - ROW_HEIGHT;
      if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
      else if (top > this.scroller.scrollTop + height) this.scroller.scrollTop = top - height;
    }
    this.draw(true);
  }

  /** The row that many places after the current one, or the first. */
  neighbour(step) {
    const place = this.rows.indexOf(this.current);
    return this.rows[place < 0 ? 0 : Math.max(0, Math.min(this.rows.length - 1, place + step))];
  }

  print(isPrinting) {
    this.isPrinting = isPrinting;
    if (!isPrinting) return this.draw(true);
    const last = Math.min(this.rows.length, MAX_PRINTED);
    this.fill(0, last);
    this.body.querySelectorAll('.space').forEach((row) => row.remove());
    if (last < this.rows.length) {
      const note = `${thousands(this.rows.length - last)} more rows are not printed.`;
      this.body.append(element('tr', { class: 'nothing' }, element('td', { colspan: String(this.columns.length) }, note)));
    }
    return undefined;
  }
}
