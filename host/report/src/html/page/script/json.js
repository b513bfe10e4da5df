// JSON as text: it is read without being evaluated as far as possible, so that numbers keep all their digits, and what was
// cut off can still be shown.

const parsed = (json) => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** Where the string ends whose opening quote is at `at`. */
function endOfString(text, at) {
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === '"') return end + 1;
  }
  return text.length;
}

/** What a JSON string stands for. One whose end was cut off may lose the escape that it ends with. */
function unescaped(string) {
  const tries = [string, ...Array.from({ length: 7 }, (_, cut) => `${string.slice(0, string.length - cut)}"`)];
  for (const candidate of tries) {
    const value = parsed(candidate);
    if (typeof value === 'string') return value;
  }
  return string;
}

/** The keys and the texts of the values of an object; null for anything else, and where the end is missing. */
function members(text) {
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  const found = [];
  let depth = 0;
  let key = null;
  let begin = 1;
  const close = (end) => {
    if (key !== null) found.push([key, text.slice(begin, end).trim()]);
    key = null;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && key === null) key = unescaped(text.slice(at, end));
      at = end - 1;
    } else if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) close(at);
    } else if (depth === 1 && character === ':') {
      begin = at + 1;
    } else if (depth === 1 && character === ',') {
      close(at);
    }
  }
  return depth === 0 ? found : null;
}

/** The same JSON, indented; characters that were escaped without need stand as they are. */
function indented(text) {
  let shown = '';
  let depth = 0;
  const newLine = () => `\n${'  '.repeat(Math.min(depth, 40))}`;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      shown += readable(text.slice(at, end));
      at = end - 1;
    } else if (character === '{' || character === '[') {
      const rest = text.slice(at + 1, at + 40).trimStart();
      if (rest[0] === '}' || rest[0] === ']') {
        shown += character + rest[0];
        at = text.indexOf(rest[0], at);
      } else {
        depth += 1;
        shown += character + newLine();
      }
    } else if (character === '}' || character === ']') {
      depth = Math.max(depth - 1, 0);
      shown += newLine() + character;
    } else if (character === ',') {
      shown += character + newLine();
    } else if (character === ':') {
      shown += ': ';
    } else if (!/\s/.test(character)) {
      shown += character;
    }
  }
  return shown;
}

/** A string with its quotes, in which letters stand for themselves. */
const readable = (string) =>
  string.includes('\\u')
    ? string.replace(/\\u([0-9a-fA-F]{4})/g, (escape, digits) => {
        const code = parseInt(digits, 16);
        return code < 0xa0 || code === 0x2028 || code === 0x2029 ? escape : String.fromCharCode(code);
      })
    : string;

/** The text that JSON is searched by. */
const searchable = (json) => readable(json).replace(/\\[nrt]/g, ' ').replace(/\\(["\\/])/g, '$1');

/** The messages of a chat; null for anything else. */
function chatOf(value) {
  const messages = Array.isArray(value) ? value : value?.messages;
  const isMessage = (message) => typeof message?.role === 'string' && typeof message.content === 'string';
  return Array.isArray(messages) && messages.length > 0 && messages.every(isMessage) ? messages : null;
}

/** Where applications keep the text of their answer, and datasets the text of the expected one. */
const ANSWER_KEYS = ['response', 'output', 'answer', 'text', 'content', 'result', 'completion', 'message'];
const EXPECTED_KEYS = ['expected_response', 'expected_output', 'expected_answer', 'expected', 'answer', 'reference', 'target',
  'ground_truth', 'response', 'output'];

function textAmong(json, keys) {
  const value = parsed(json);
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const chat = value.choices?.[0]?.message?.content;
  if (typeof chat === 'string') return chat;
  const key = keys.find((key) => typeof value[key] === 'string');
  return key === undefined ? null : value[key];
}

const QUESTION_KEYS = ['question', 'query', 'prompt', 'input', 'message', 'text', 'request', 'task'];

const questionText = (json) => textAmong(json, QUESTION_KEYS);
const answerText = (json) => textAmong(json, ANSWER_KEYS);
const expectedText = (json) => textAmong(json, EXPECTED_KEYS);

/** A text as it is, other JSON as JSON. */
const plain = (raw) => (raw.startsWith('"') ? unescaped(raw) : readable(raw));

/** JSON in one line: the main text of it, the last message of a chat, or the fields. */
function previewOf(json, mainText) {
  const value = parsed(json);
  const chat = chatOf(value);
  if (chat) return inLine(chat[chat.length - 1].content);
  const main = mainText(json);
  if (main !== null) return inLine(main);
  const fields = members(json);
  if (fields === null) return inLine(readable(json));
  if (fields.length === 1) return inLine(plain(fields[0][1]));
  return inLine(fields.map(([key, raw]) => `${key}: ${plain(raw)}`).join(' · '));
}
