// Finds places of the bundle in the sources. The map is decoded when the first error asks for it.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A function from a line and a column of the bundle, both from one, to `{file, line, column}` in the sources. */
export function locator({ sources, mappings }) {
  let lines;
  return (line, column) => {
    lines ??= decode(mappings);
    const segments = lines[line - 1] ?? [];
    let found;
    for (const segment of segments) {
      if (segment.generated >= column && found !== undefined) break;
      found = segment;
    }
    return found && { file: sources[found.source], line: found.line + 1, column: found.column + 1 };
  };
}

/** The segments of each line of the bundle, as the source map format (ECMA-426) packs them. */
function decode(mappings) {
  let source = 0;
  let line = 0;
  let column = 0;
  return mappings.split(";").map((packed) => {
    let generated = 0;
    const segments = [];
    for (const text of packed === "" ? [] : packed.split(",")) {
      const fields = numbers(text);
      generated += fields[0];
      if (fields.length < 4) continue;
      source += fields[1];
      line += fields[2];
      column += fields[3];
      segments.push({ generated, source, line, column });
    }
    return segments;
  });
}

/** Base 64 digits of five bits each, the least significant first; the lowest bit of all is the sign. */
function numbers(text) {
  const values = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    if (bits & 32) {
      shift += 5;
    } else {
      values.push(value & 1 ? -(value >> 1) : value >> 1);
      value = 0;
      shift = 0;
    }
  }
  return values;
}
