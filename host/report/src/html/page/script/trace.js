// The spans of a trace: a tree with a bar for each, on a common axis of time.

function traceTree(trace) {
  if (trace.raw !== undefined) return [textBlock(trace.raw, { isJson: true })];
  const spans = trace.spans.map(([depth, name, kind, start, length, contents]) => ({ depth, name, kind, start, length, ...contents }));
  const end = spans.reduce((end, span) => Math.max(end, span.start + (span.length ?? 0)), 0);
  const share = (time) => (end > 0 ? (100 * time) / end : 0);
  const items = spans.map((span) => spanItem(span, share));
  const note = trace.all === undefined ? null : element('p', { class: 'note' }, `The first ${thousands(trace.spans.length)} of ${thousands(trace.all)} spans.`);
  const axis = element('p', { class: 'axis', 'aria-hidden': 'true' }, element('span', {}, '0'), element('span', {}, duration(end)));
  return [element('div', { class: 'trace' }, axis, ...items), note];
}

function spanItem(span, share) {
  const bar = element('i', { class: span.failed ? 'failed' : null });
  bar.style.left = `${share(span.start).toFixed(2)}%`;
  bar.style.width = `max(2px, ${share(span.length ?? 0).toFixed(2)}%)`;
  const name = element('span', { class: 'name' }, span.failed ? [badge(MARKS.e), ' '] : null, inLine(textOf(span.name)),
    element('small', {}, span.kind === 'UNKNOWN' ? '' : span.kind.toLowerCase().replaceAll('_', ' ')));
  name.style.paddingLeft = `${Math.min(span.depth, 12) * 14}px`;
  const length = element('span', { class: 'length' }, span.length === null ? 'not ended' : duration(span.length));
  const line = [name, length, element('span', { class: 'track' }, bar)];
  return foldedLazily(line, { class: 'span', 'data-depth': String(span.depth) }, () => spanContents(span));
}

const spanContents = (span) => [
  ['Message', span.message, false],
  ['Inputs', span.inputs, true],
  ['Outputs', span.outputs, true],
  ['Attributes', span.attributes, true],
].filter(([, id]) => id !== undefined).map(([title, id, isJson]) => field(title, textBlock(id, { isJson })))
  .concat((span.events ?? []).map((event) =>
    field(`Event at ${duration(event.at)}: ${inLine(textOf(event.name))}`,
      event.attributes === undefined ? null : textBlock(event.attributes, { isJson: true }))))
  .concat(span.message === undefined && span.inputs === undefined && span.outputs === undefined
    && span.attributes === undefined && span.events === undefined ? [element('p', { class: 'note' }, 'Nothing was recorded.')] : []);

const field = (title, ...contents) => element('div', { class: 'field' }, element('h4', {}, title), ...contents);
