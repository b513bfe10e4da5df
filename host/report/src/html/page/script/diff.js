// How two texts differ, word by word.

/** Beyond this many pairs of words the table of common subsequences takes too long and too much memory. */
const MAX_PAIRS = 12e6;

/** Words, each with the space behind it, as Unicode divides text. */
function wordsOf(text) {
  const words = [];
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  for (const { segment } of segmenter.segment(text)) {
    if (/^\s+$/.test(segment) && words.length > 0) words[words.length - 1] += segment;
    else words.push(segment);
  }
  return words;
}

/**
 * Parts of both texts in order: [kind, text], where kind is '=' for common words, '-' for words that only `before` has and
 * '+' for words that only `after` has. Null where the texts are too long and too different.
 */
function differences(before, after) {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const numbers = new Map();
  const numbered = (word) => {
    const key = word.trimEnd();
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key);
  };
  const [numbersA, numbersB] = [Int32Array.from(a, numbered), Int32Array.from(b, numbered)];
  const same = (i, j) => numbersA[i] === numbersB[j];
  let start = 0;
  while (start < a.length && start < b.length && same(start, start)) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && same(endA - 1, endB - 1)) [endA, endB] = [endA - 1, endB - 1];
  const [rows, columns] = [endA - start, endB - start];
  if (rows * columns > MAX_PAIRS) return null;

  const parts = [];
  const push = (kind, word) => {
    if (parts.length > 0 && parts[parts.length - 1][0] === kind) parts[parts.length - 1][1] += word;
    else parts.push([kind, word]);
  };
  b.slice(0, start).forEach((word) => push('=', word));
  const common = commonLengths(rows, columns, (i, j) => same(start + i, start + j));
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    if (i < rows && j < columns && same(start + i, start + j)) {
      push('=', b[start + j]);
      [i, j] = [i + 1, j + 1];
    } else if (j >= columns || (i < rows && common(i + 1, j) >= common(i, j + 1))) {
      push('-', a[start + i]);
      i += 1;
    } else {
      push('+', b[start + j]);
      j += 1;
    }
  }
  b.slice(endB).forEach((word) => push('=', word));
  return parts;
}

/** The length of the longest common subsequence of what is left from any place on. */
function commonLengths(rows, columns, same) {
  const width = columns + 1;
  const lengths = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      lengths[at] = same(i, j) ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  return (i, j) => lengths[i * width + j];
}
