// The controls above the table. The text field holds the whole filter; the lists put words into it and take them out.

class Filters {
  /** `changed` is called with the query whenever it changes. */
  constructor(changed) {
    this.changed = changed;
    this.text = document.getElementById('filter');
    this.status = document.getElementById('filter-status');
    this.column = document.getElementById('filter-column');
    this.condition = document.getElementById('filter-condition');
    this.range = document.getElementById('filter-range');
    this.tag = document.getElementById('filter-tag');
    this.text.addEventListener('input', () => this.later());
    document.getElementById('filters').addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('filter-clear').addEventListener('click', () => this.set(''));
    this.status.addEventListener('change', () => this.replace('is', this.status.value && `is:${this.status.value}`));
    this.column.addEventListener('change', () => this.showConditions());
    this.condition.addEventListener('change', () => this.replace(this.column.value, this.condition.value));
    for (const bound of this.range.querySelectorAll('input')) bound.addEventListener('change', () => this.setRange());
    this.tag.addEventListener('change', () => this.setTag());
    this.fill();
  }

  get query() {
    return this.text.value.trim();
  }

  set(query) {
    this.text.value = query;
    this.reflect();
    this.changed(query);
  }

  /** After a pause, as typing goes on. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reflect();
      this.changed(this.query);
    }, 120);
  }

  replace(subject, word) {
    this.set(withWord(withoutSubject(this.query, subject), word));
  }

  fill() {
    for (const column of table.columns) this.column.append(element('option', { value: column.key }, column.key));
    this.column.hidden = table.columns.length === 0;
    const tags = new Map();
    for (let row = 0; row < table.rows; row += 1) {
      for (const [key, value] of tagsOf(row)) {
        if (!tags.has(key)) tags.set(key, new Set());
        if (tags.get(key).size <= 60) tags.get(key).add(value);
      }
    }
    // Tags that name single rows, such as ids, are for the text field.
    const listed = [...tags].filter(([, values]) => values.size <= 60).slice(0, 30);
    for (const [key, values] of listed) {
      this.tag.append(element('optgroup', { label: inLine(key) }, ...[...values].sort(compareTexts).map((value) =>
        element('option', { value: `${quotedTag(key)}:${quoted(value)}` }, inLine(value)))));
    }
    this.tag.hidden = listed.length === 0;
    this.showConditions();
  }

  showConditions() {
    const column = columnsByKey.get(this.column.value);
    const marks = column ? new Set(column.marks) : new Set();
    const options = [];
    const offer = (words, value) => options.push(element('option', { value: `${column.key}:${quoted(value)}` }, words));
    if (marks.has('t') || marks.has('f')) ['passed', 'failed'].forEach((word) => offer(word, word));
    if (marks.has('e')) offer('error', 'error');
    if (marks.has('s') || marks.has('w')) offer('skipped', 'skipped');
    if (marks.has('-')) offer('no feedback', 'none');
    if (column && column.labels.length <= 60) column.labels.forEach((label) => offer(inLine(label), label));
    this.condition.replaceChildren(element('option', { value: '' }, 'any result'), ...options);
    this.condition.hidden = options.length === 0;
    this.range.hidden = !marks.has('n');
    this.range.querySelectorAll('input').forEach((bound) => { bound.value = ''; });
    this.reflect();
  }

  setRange() {
    const [low, high] = [...this.range.querySelectorAll('input')].map((bound) => bound.value.trim());
    const key = this.column.value;
    const words = [low && `${key}>=${low}`, high && `${key}<=${high}`].filter(Boolean);
    this.set(withWord(withoutSubject(this.query, key), words.join(' ')));
  }

  setTag() {
    let query = this.query;
    for (const subject of tagSubjects) query = withoutSubject(query, subject);
    this.set(withWord(query, this.tag.value));
  }

  /** Sets the lists to what the text says. */
  reflect() {
    const words = wordsOfQuery(this.query);
    const choose = (list) => {
      const isChosen = (option) => option.value !== '' && words.some((word) => word.source === option.value);
      list.value = [...list.options].find(isChosen)?.value ?? '';
    };
    const status = words.map((word) => (word.isNot ? null : condition(word))).find((found) => found?.subject === 'is');
    this.status.value = status && STATUS_WORDS[status.value] ? status.value : '';
    choose(this.condition);
    choose(this.tag);
    document.getElementById('filter-clear').hidden = this.query === '';
  }
}
