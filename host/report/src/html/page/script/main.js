// Puts the page together: the address bar, the keyboard, the theme.

const panel = document.getElementById('detail');
const scroller = document.getElementById('scroller');
const count = document.getElementById('filter-count');
const isWide = matchMedia('(min-width: 70rem)');

let openedRow = null;
const rowTable = new RowTable(scroller, (row) => open(row));
const filters = new Filters((query) => {
  rowTable.show(rowsFor(query), rowTable.sort);
  sayCount();
  remember();
});

function sayCount() {
  const shown = rowTable.rows.length;
  count.textContent = shown === table.rows ? counted(table.rows, 'row') : `${thousands(shown)} of ${counted(table.rows, 'row')}`;
  sayPlace();
}

function sayPlace() {
  if (openedRow === null) return;
  const place = rowTable.rows.indexOf(openedRow);
  panel.querySelector('.place').textContent = place < 0 ? 'not among the rows shown' : `${thousands(place + 1)} of ${thousands(rowTable.rows.length)}`;
}

/** Opens a row. */
function open(row) {
  openedRow = row;
  const title = document.getElementById('detail-title');
  title.replaceChildren(badge(STATUS[table.status[row]]), ' ', inLine(nameOf(row)));
  panel.querySelector('.contents').replaceChildren(...rowDetail(row));
  panel.hidden = false;
  panel.querySelector('.contents').scrollTop = 0;
  document.body.classList.add('has-detail');
  rowTable.setCompact(isWide.matches);
  rowTable.select(row);
  sayPlace();
  remember();
  if (!isWide.matches) title.focus();
}

function close() {
  if (openedRow === null) return;
  openedRow = null;
  panel.hidden = true;
  document.body.classList.remove('has-detail');
  rowTable.setCompact(false);
  scroller.focus({ preventScroll: true });
  remember();
}

function move(step) {
  const row = rowTable.neighbour(step);
  if (row === undefined) return;
  if (openedRow === null) rowTable.select(row);
  else open(row);
}

/** The state of the page as it stands behind `#`; empty where it is as at first. */
function stateText() {
  const state = new URLSearchParams();
  if (openedRow !== null) state.set('row', String(position(openedRow)));
  if (filters.query !== '') state.set('q', filters.query);
  if (rowTable.sort) state.set('sort', `${rowTable.sort.direction === 'descending' ? '-' : ''}${rowTable.sort.name}`);
  return state.toString();
}

/** Puts the state into the address bar, so that it can be sent to someone. */
function remember() {
  try {
    history.replaceState(null, '', `#${stateText()}`);
  } catch { /* Some viewers refuse; the page works without. */ }
}

/** Takes the state from the address bar. A row is named by its position, or by its id. */
function restore() {
  const hash = location.hash.slice(1);
  if (!hash.includes('=')) return;
  const state = new URLSearchParams(hash);
  const sort = state.get('sort');
  const isDescending = sort?.startsWith('-');
  rowTable.sort = sort ? { name: isDescending ? sort.slice(1) : sort, direction: isDescending ? 'descending' : 'ascending' } : null;
  filters.set(state.get('q') ?? '');
  const row = state.has('id') ? rowsByName.get(state.get('id')) : rowsByPosition.get(Number(state.get('row') ?? NaN));
  if (row !== undefined) {
    if (!rowTable.rows.includes(row)) filters.set('');
    open(row);
  }
}

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  PageDown: () => move(10),
  PageUp: () => move(-10),
  Enter: () => { if (rowTable.current !== null) open(rowTable.current); },
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches('input, select, textarea');
  if (event.key === 'Escape') {
    if (event.target === filters.text && filters.query !== '') filters.set('');
    else close();
    return;
  }
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    filters.text.focus();
    filters.text.select();
    return;
  }
  // Elsewhere these keys scroll the page, or press a button.
  const isAtTable = scroller.contains(event.target) || event.target === document.body;
  const isButton = event.target.matches('button, summary') || (event.target.matches('a') && !scroller.contains(event.target));
  if (event.target === filters.text && (event.key === 'ArrowDown' || event.key === 'Enter')) {
    event.preventDefault();
    scroller.focus();
    move(rowTable.current === null ? 0 : event.key === 'Enter' ? 0 : 1);
  } else if (KEYS[event.key] && isAtTable && !isButton && (scroller.contains(event.target) || openedRow !== null)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// Numbers in the summary are links to the rows that they count, and causes of errors to rows.
document.addEventListener('click', (event) => {
  const filter = event.target.closest('[data-filter]');
  const row = event.target.closest('[data-row-name]');
  if (filter) {
    event.preventDefault();
    filters.set(filter.dataset.filter);
    document.getElementById('rows').scrollIntoView();
  } else if (row && rowsByName.has(row.dataset.rowName)) {
    event.preventDefault();
    if (!rowTable.rows.includes(rowsByName.get(row.dataset.rowName))) filters.set('');
    open(rowsByName.get(row.dataset.rowName));
  }
});

// Backtraces of causes are taken from the first row when they are looked at.
for (const cause of document.querySelectorAll('details[data-cause-row]')) {
  cause.addEventListener('toggle', () => {
    const row = rowsByName.get(cause.dataset.causeRow);
    const detail = row === undefined ? undefined : detailOf(row);
    const scorer = cause.dataset.causeScorer;
    const error = (scorer === undefined ? detail?.predict : detail?.scores[table.scorers.indexOf(scorer)])?.error;
    cause.append(error ? failureBlock(error) : element('p', { class: 'note' }, 'The row is not in this report.'));
  }, { once: true });
}

panel.querySelector('.previous').addEventListener('click', () => move(-1));
panel.querySelector('.next').addEventListener('click', () => move(1));
panel.querySelector('.close').addEventListener('click', close);
scroller.addEventListener('sorted', remember);
addEventListener('hashchange', restore);

document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  try {
    localStorage.setItem('scorebox-theme', root.dataset.theme);
  } catch { /* Then the choice lasts as long as the page. */ }
});

document.documentElement.classList.add('has-script');
rowTable.show(rowsFor(''), null);
sayCount();
restore();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
