// Everything about one row.

/** A text of a row, with a note where its end was left out. */
function textBlock(id, { isJson }) {
  const text = textOf(id);
  const shown = isJson ? jsonBlock(text) : element('div', { class: 'prose' }, visible(text));
  const length = fullLength(id);
  if (length === null) return shown;
  const note = `Cut: the first ${thousands(Array.from(text).length)} of ${counted(length, 'character')}.`;
  return element('div', {}, shown, element('p', { class: 'note cut' }, note));
}

/** JSON as a person reads it: texts as they are, chats as messages, objects field by field. */
function jsonBlock(json) {
  if (json.startsWith('"')) return element('div', { class: 'prose' }, visible(unescaped(json)));
  const value = parsed(json);
  if (Array.isArray(value) && chatOf(value)) return chatBlock(value);
  const fields = members(json);
  if (/^[-\dtfn]/.test(json)) return element('code', {}, visible(json));
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    return element('ul', { class: 'list' }, ...value.map((item) => element('li', {}, visible(item))));
  }
  if (fields === null || fields.length === 0) return element('pre', {}, visible(indented(json)));
  return element('dl', { class: 'fields' }, fields.flatMap(([key, raw]) => [
    element('dt', {}, visible(key)),
    element('dd', {}, raw.startsWith('{') ? element('pre', {}, visible(indented(raw))) : jsonBlock(raw)),
  ]));
}

const chatBlock = (messages) => element('dl', { class: 'fields chat' }, messages.flatMap((message) => [
  element('dt', {}, visible(message.role)),
  element('dd', {}, element('div', { class: 'prose' }, visible(message.content))),
]));

const section = (title, ...contents) =>
  element('section', {}, element('h3', {}, title), ...contents);

function answerSections(detail) {
  const sections = [];
  if (detail.inputs !== undefined) sections.push(section('Input', textBlock(detail.inputs, { isJson: true })));
  const pair = [];
  if (detail.outputs !== undefined) pair.push(section('Output', textBlock(detail.outputs, { isJson: true })));
  if (detail.expectations !== undefined) pair.push(section('Expected', textBlock(detail.expectations, { isJson: true })));
  if (pair.length > 0) sections.push(element('div', { class: 'pair' }, ...pair));
  if (pair.length === 2) sections.push(differenceSection(textOf(detail.expectations), textOf(detail.outputs)));
  return sections;
}

/** Where both are texts: what the output has that was not expected, and the other way round. */
function differenceSection(expectations, outputs) {
  const [expected, answer] = [expectedText(expectations), answerText(outputs)];
  if (expected === null || answer === null) return null;
  if (expected === answer) {
    return section('Difference', element('p', { class: 'same' }, badge(['✓', 'equal', 'good']), ' The output is exactly what was expected.'));
  }
  const parts = differences(expected, answer);
  if (parts === null) {
    return section('Difference', element('p', { class: 'note' }, 'The texts are too long and too different to be compared word by word.'));
  }
  if (parts.every(([kind]) => kind === '=')) {
    return section('Difference', element('p', { class: 'note' }, 'The output differs from what was expected in white space only.'));
  }
  const shown = parts.flatMap(([kind, text]) => {
    if (kind === '=') return [visible(text)];
    // The space behind a word is not marked.
    const words = text.trimEnd();
    return [element(kind === '-' ? 'del' : 'ins', {}, visible(words)), text.slice(words.length)];
  });
  const legend = element('p', { class: 'note' }, element('del', {}, 'expected, not in the output'), ' ', element('ins', {}, 'in the output, not expected'));
  return section('Difference', element('div', { class: 'prose difference' }, ...shown), legend);
}

function failureBlock(error) {
  const block = [element('p', { class: 'failure' }, badge(['!', 'error', 'error']), ' ', element('code', {}, error.kind)),
    textBlock(error.message, { isJson: false })];
  if (error.backtrace !== undefined) block.push(folded('Backtrace', {}, element('pre', {}, visible(textOf(error.backtrace)))));
  if (error.output !== undefined) block.push(folded('Output of the plugin', {}, element('pre', {}, visible(textOf(error.output)))));
  return element('div', {}, ...block);
}

function valueOf(feedback) {
  if (feedback.label !== undefined) return element('span', { class: 'label' }, visible(textOf(feedback.label)));
  if (feedback.json !== undefined) return jsonBlock(textOf(feedback.json));
  if (typeof feedback.value === 'boolean') {
    const mark = MARKS[feedback.value ? 't' : 'f'];
    return element('span', { class: `verdict ${mark[2]}` }, `${mark[0]} ${mark[1]}`);
  }
  return element('span', { class: 'number', title: String(feedback.value) }, shortNumber(feedback.value));
}

function feedbackBlock(feedback, isValueAbove) {
  const parts = [];
  if (feedback.rationale !== undefined) parts.push(textBlock(feedback.rationale, { isJson: false }));
  if (feedback.span !== undefined) parts.push(element('p', { class: 'note' }, `About span ${textOf(feedback.span)}.`));
  if (feedback.metadata !== undefined) parts.push(folded('Metadata', {}, textBlock(feedback.metadata, { isJson: true })));
  const name = feedback.name === undefined ? null : element('code', {}, textOf(feedback.name));
  return element('div', { class: 'feedback' },
    isValueAbove ? null : element('div', { class: 'value' }, name, name && ' ', valueOf(feedback)), ...parts);
}

const SKIPPED = {
  prediction_failed: 'Not called: the prediction failed.',
  earlier_turn: 'The result of the conversation is on its last turn.',
};

function scoreBlock(score, name) {
  const contents = [];
  if (score.skipped !== undefined) contents.push(element('p', { class: 'note' }, SKIPPED[score.skipped]));
  if (score.error !== undefined) contents.push(failureBlock(score.error));
  if (score.feedback?.length === 0) contents.push(element('p', { class: 'note' }, 'It gave no feedback.'));
  // A single value stands beside the scorer's name.
  const [first, ...others] = score.feedback ?? [];
  const isSingle = first !== undefined && others.length === 0 && first.name === undefined && first.json === undefined;
  contents.push(...(score.feedback ?? []).map((feedback) => feedbackBlock(feedback, isSingle)));
  if (score.all !== undefined) contents.push(element('p', { class: 'note' }, `The first ${thousands(score.feedback.length)} of ${thousands(score.all)} feedbacks.`));
  const look = score.error !== undefined ? 'error' : (score.feedback ?? []).some((feedback) => feedback.value === false) ? 'bad' : '';
  return element('article', { class: `score ${look}` },
    element('header', {}, element('h4', {}, name), isSingle ? element('div', { class: 'value' }, valueOf(first)) : null, element('small', {}, score.ns === undefined ? '' : callFacts(score).join(' · '))),
    ...contents, logBlock(score.log));
}

function callFacts(call) {
  const facts = [call.reused ? `${duration(call.ns)} when it was called` : duration(call.ns)];
  if (call.usage !== undefined) {
    const [requests, read, written, cost] = call.usage;
    facts.push(dollars(cost), `${thousands(read)} + ${thousands(written)} tokens`, counted(requests, 'request'));
  }
  if (call.reused) facts.push('reused from an earlier call');
  return facts;
}

function logBlock(log) {
  if (log === undefined) return null;
  const lines = log.map(([level, id]) => element('li', { class: `level-${level}` }, element('code', {}, level), ' ', visible(textOf(id))));
  return folded(`Log (${counted(log.length, 'line')})`, { class: 'log' }, element('ol', {}, ...lines));
}

/** The elements that show a row. */
function rowDetail(row) {
  const detail = detailOf(row);
  const shown = [];
  const tags = tagsOf(row);
  if (tags.length > 0) {
    shown.push(element('ul', { class: 'tags', 'aria-label': 'Tags' }, ...tags.map(([key, value]) =>
      element('li', {}, element('button', { type: 'button', title: 'Show the rows with this tag', 'data-filter': `${quotedTag(key)}:${quoted(value)}` },
        element('b', {}, visible(key)), ` ${visible(value)}`)))));
  }
  if (detail.predict?.error !== undefined) shown.push(section('The prediction failed', failureBlock(detail.predict.error)));
  shown.push(...answerSections(detail));
  if (detail.scores.length > 0) {
    shown.push(section('Scores', ...detail.scores.map((score, scorer) => scoreBlock(score, table.scorers[scorer]))));
  }
  if (detail.trace !== undefined) shown.push(section('Trace', ...traceTree(detail.trace)));
  if (detail.predict !== undefined) {
    shown.push(section('Prediction', element('p', {}, callFacts(detail.predict).join(' · ')), logBlock(detail.predict.log)));
  }
  return shown.filter((part) => part !== null);
}

const quotedTag = (key) => (quoted(key) === key ? `tag.${key}` : `tag.${quoted(key)}`);
