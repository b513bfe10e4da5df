// Numbers, times and texts as people read them; elements.

const thousands = (count) => count.toLocaleString('en-US');
const counted = (count, what) => `${thousands(count)} ${what}${count === 1 ? '' : 's'}`;

/** About four digits; whole numbers as they are. */
function shortNumber(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return thousands(value);
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e15) return value.toExponential(2);
  if (size < 10) return value.toFixed(3);
  return size < 1000 ? value.toFixed(1) : thousands(Math.round(value));
}

/** Three digits and a unit. */
function duration(nanoseconds) {
  const units = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
  const [size, unit] = units.find(([size]) => nanoseconds >= size) ?? units[3];
  const value = nanoseconds / size;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}

function dollars(amount) {
  const decimals = amount === 0 || amount >= 0.1 ? 2 : amount >= 0.001 ? 4 : 6;
  return `$${amount.toFixed(decimals)}`;
}

/** Control characters as the signs that stand for them, so that none is invisible. */
const visible = (text) =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, (character) =>
    character === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0)));

/** One line. */
const inLine = (text) => visible(text.replace(/\s+/g, ' '));

/** An element. Attributes that are null or false are left out; texts become text nodes, never markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const folded = (summary, attributes, ...children) =>
  element('details', attributes, element('summary', {}, summary), ...children);

/** Details whose contents are made when they are first opened. */
function foldedLazily(summary, attributes, contents) {
  const made = folded(summary, attributes);
  made.addEventListener('toggle', () => made.append(...[contents()].flat()), { once: true });
  return made;
}
