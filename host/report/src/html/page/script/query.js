// What the filter's text means. The grammar is in host/report/docs/html.md.

const OPERATORS = ['>=', '<=', '>', '<', ':', '='];
const STATUS_WORDS = { error: 'e', failed: 'f', passed: 'p' };
const MARK_WORDS = { passed: 't', failed: 'f', error: 'e', skipped: 'sw', none: '-' };
const byLength = (a, b) => b.length - a.length;
const columnsByKey = new Map(table.columns.map((column) => [column.key, column]));
const subjects = [
  ['is', () => null],
  ['id', () => null],
  ...table.columns.map((column) => [column.key, () => column]),
].map(([name]) => name);
const tagSubjects = table.tags.keys.map((key) => `tag.${key}`);
const allSubjects = [...subjects, ...tagSubjects].sort(byLength);

/** The words of a query; a word may be quoted in part, and says whether it began with a quote. */
function wordsOfQuery(query) {
  const words = [];
  let word = null;
  let isQuoted = false;
  for (let at = 0; at < query.length; at += 1) {
    const character = query[at];
    if (!isQuoted && /\s/.test(character)) {
      if (word) words.push(word);
      word = null;
      continue;
    }
    word ??= { text: '', isPhrase: character === '"', isNot: false, source: '' };
    word.source += character;
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\\' && isQuoted && at + 1 < query.length) {
      at += 1;
      word.source += query[at];
      word.text += query[at];
    } else if (character === '-' && word.source === '-' && at + 1 < query.length && !/\s/.test(query[at + 1])) {
      word.isNot = true;
      word.isPhrase = query[at + 1] === '"';
    } else word.text += character;
  }
  if (word) words.push(word);
  return words;
}

/** The field, the operator and the value of a word such as `tone>=4`; null where it is only text. */
function condition(word) {
  if (word.isPhrase) return null;
  for (const subject of allSubjects) {
    if (!word.text.startsWith(subject)) continue;
    const rest = word.text.slice(subject.length);
    const operator = OPERATORS.find((operator) => rest.startsWith(operator));
    if (operator !== undefined && rest.length > operator.length) {
      return { subject, operator, value: rest.slice(operator.length) };
    }
  }
  return null;
}

/** Whether a row satisfies a word. */
function test(word) {
  const found = condition(word);
  const holds = (found && testOf(found)) ?? textTest(word.text.toLowerCase());
  return word.isNot ? (row) => !holds(row) : holds;
}

function testOf({ subject, operator, value }) {
  if (subject === 'is') return statusTest(value);
  if (subject === 'id') return (row) => table.id[row] === value || nameOf(row) === value;
  const column = columnsByKey.get(subject);
  if (column) return columnTest(column, operator, value);
  const key = subject.slice('tag.'.length);
  return (row) => tagsOf(row).some(([name, tag]) => name === key && tag === value);
}

function statusTest(word) {
  const status = STATUS_WORDS[word];
  return status === undefined ? null : (row) => table.status[row] === status;
}

function columnTest(column, operator, value) {
  const number = Number(value);
  const isNumber = (row) => column.marks[row] === 'n';
  switch (operator) {
    case '>=': return (row) => isNumber(row) && column.numbers[row] >= number;
    case '<=': return (row) => isNumber(row) && column.numbers[row] <= number;
    case '>': return (row) => isNumber(row) && column.numbers[row] > number;
    case '<': return (row) => isNumber(row) && column.numbers[row] < number;
    default: {
      const marks = operator === ':' ? MARK_WORDS[value] : undefined;
      if (marks !== undefined) return (row) => marks.includes(column.marks[row]);
      const wanted = value.toLowerCase();
      return (row) =>
        column.marks[row] === 'l' ? labelOf(column, row).toLowerCase() === wanted : isNumber(row) && column.numbers[row] === number;
    }
  }
}

const haystacks = new Array(table.rows);

/** Everything of a row that can be searched, in small letters. */
function haystackOf(row) {
  if (haystacks[row] === undefined) {
    const detail = detailOf(row);
    const json = [detail.inputs, detail.outputs, detail.expectations].filter((id) => id !== undefined);
    const texts = detail.scores.flatMap((score) => [
      ...(score.feedback ?? []).flatMap((feedback) => [feedback.rationale, feedback.label]),
      score.error?.message,
    ]);
    texts.push(detail.predict?.error?.message);
    haystacks[row] = [
      nameOf(row),
      ...json.map((id) => searchable(textOf(id))),
      ...texts.filter((id) => id !== undefined).map(textOf),
      ...tagsOf(row).map(([key, value]) => `${key}:${value}`),
    ].join('\n').toLowerCase();
  }
  return haystacks[row];
}

const textTest = (text) => (row) => haystackOf(row).includes(text);

/** The rows that satisfy every word of a query, in order of position. */
function rowsFor(query) {
  const tests = wordsOfQuery(query).map(test);
  const found = [];
  for (let row = 0; row < table.rows; row += 1) {
    if (tests.every((holds) => holds(row))) found.push(row);
  }
  return found;
}

const quoted = (text) => (/[\s"\\]/.test(text) || text === '' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text);

/** A query without the words about a subject. */
function withoutSubject(query, subject) {
  const words = wordsOfQuery(query).filter((word) => condition(word)?.subject !== subject);
  return words.map((word) => word.source).join(' ');
}

const withWord = (query, word) => `${query} ${word}`.trim();
