#include "scan.h"

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static sb_text behind(sb_text text, size_t count) { return (sb_text){text.data + count, text.length - count}; }

static sb_text behind_space(sb_text text) {
  size_t count = 0;
  while (count < text.length && is_space(text.data[count])) {
    count++;
  }
  return behind(text, count);
}

sb_text sb_scan_trim(sb_text text) {
  text = behind_space(text);
  while (text.length > 0 && is_space(text.data[text.length - 1])) {
    text.length--;
  }
  return text;
}

// The length of the string that `text` begins with, quotes included, or 0.
static size_t string_length(sb_text text) {
  for (size_t i = 1; i < text.length; i++) {
    if (text.data[i] == '\\') {
      i++;
    } else if (text.data[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

// The length of the object or array that `text` begins with, or 0.
static size_t container_length(sb_text text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.length; i++) {
    switch (text.data[i]) {
      case '{':
      case '[':
        depth++;
        break;
      case '}':
      case ']':
        if (--depth == 0) {
          return i + 1;
        }
        break;
      case '"': {
        size_t length = string_length(behind(text, i));
        if (length == 0) {
          return 0;
        }
        i += length - 1;
        break;
      }
      default:
        break;
    }
  }
  return 0;
}

static size_t word_length(sb_text text) {
  size_t length = 0;
  while (length < text.length) {
    char c = text.data[length];
    if (is_space(c) || c == ',' || c == '}' || c == ']' || c == ':') {
      break;
    }
    length++;
  }
  return length;
}

static size_t value_length(sb_text text) {
  switch (text.length == 0 ? '\0' : text.data[0]) {
    case '"':
      return string_length(text);
    case '{':
    case '[':
      return container_length(text);
    default:
      return word_length(text);
  }
}

bool sb_scan_next(sb_text *rest, sb_text *key, sb_text *value) {
  sb_text text = behind_space(*rest);
  if (key != NULL) {
    size_t length = text.length > 0 && text.data[0] == '"' ? string_length(text) : 0;
    if (length == 0) {
      return false;
    }
    *key = (sb_text){text.data, length};
    text = behind_space(behind(text, length));
    if (text.length == 0 || text.data[0] != ':') {
      return false;
    }
    text = behind_space(behind(text, 1));
  }
  size_t length = value_length(text);
  if (length == 0) {
    return false;
  }
  *value = (sb_text){text.data, length};
  text = behind_space(behind(text, length));
  *rest = text.length > 0 && text.data[0] == ',' ? behind(text, 1) : text;
  return true;
}

// Reads the four digits of `\u` escapes; beyond U+FFFF where there are none.
static uint32_t unit(sb_text digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; i++) {
    char c = i < digits.length ? digits.data[i] : '\0';
    char lower = (char)(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value << 4 | (uint32_t)(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value << 4 | (uint32_t)(lower - 'a' + 10);
    } else {
      return UINT32_MAX;
    }
  }
  return value;
}

static char *put(char *end, uint32_t character) {
  if (character < 0x80) {
    *end++ = (char)character;
    return end;
  }
  if (character >= 0x10000) {
    *end++ = (char)(0xf0 | character >> 18);
    *end++ = (char)(0x80 | (character >> 12 & 0x3f));
  } else if (character >= 0x800) {
    *end++ = (char)(0xe0 | character >> 12);
  }
  *end++ = (char)(character >= 0x800 ? 0x80 | (character >> 6 & 0x3f) : 0xc0 | character >> 6);
  *end++ = (char)(0x80 | (character & 0x3f));
  return end;
}

// Reads what stands behind `\u` and moves on. False for a surrogate without its other half, which is no character.
static bool unicode(sb_text *rest, char **end) {
  uint32_t character = unit(*rest);
  if (character > 0xffff) {
    return false;
  }
  *rest = behind(*rest, 4);
  if (character >= 0xd800 && character < 0xe000) {
    bool has_half = rest->length >= 6 && rest->data[0] == '\\' && rest->data[1] == 'u';
    uint32_t low = has_half ? unit(behind(*rest, 2)) : 0;
    if (character >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
      return false;
    }
    character = 0x10000 + ((character - 0xd800) << 10 | (low - 0xdc00));
    *rest = behind(*rest, 6);
  }
  *end = put(*end, character);
  return true;
}

bool sb_scan_unescape(sb_text inner, char *memory, sb_text *text) {
  static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  char *end = memory;
  while (inner.length > 0) {
    char c = inner.data[0];
    inner = behind(inner, 1);
    if (c != '\\') {
      *end++ = c;
      continue;
    }
    char escape = inner.length == 0 ? '\0' : inner.data[0];
    const char *found = escape == '\0' ? NULL : strchr(escapes, escape);
    if (escape != 'u' && found == NULL) {
      return false;
    }
    inner = behind(inner, 1);
    if (escape == 'u') {
      if (!unicode(&inner, &end)) {
        return false;
      }
    } else {
      *end++ = meanings[found - escapes];
    }
  }
  *text = (sb_text){memory, (size_t)(end - memory)};
  return true;
}
