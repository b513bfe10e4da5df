#include <stdarg.h>
#include <stdio.h>

#include <scorebox/text.h>

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

sb_text sb_trim(sb_text text) {
  while (text.length > 0 && is_space(text.data[0])) {
    text.data++;
    text.length--;
  }
  while (text.length > 0 && is_space(text.data[text.length - 1])) {
    text.length--;
  }
  return text;
}

sb_text sb_join_texts(const sb_text *texts, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    length += texts[i].length;
  }
  char *joined = sb_alloc(length);
  char *end = joined;
  for (size_t i = 0; i < count; i++) {
    if (texts[i].length > 0) {
      memcpy(end, texts[i].data, texts[i].length);
      end += texts[i].length;
    }
  }
  return (sb_text){joined, length};
}

sb_text sb_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) {
    return SB_TEXT("");
  }
  char *text = sb_alloc((size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return (sb_text){text, (size_t)length};
}

const char *sb_c_string(sb_text text) {
  return sb_join(text, ((sb_text){"", 1})).data;
}

// How many bytes the character at `at` has, or 0 where it is none: too long for its value, a surrogate, beyond
// U+10FFFF, or cut off.
static size_t character(const unsigned char *at, size_t left) {
  unsigned char first = at[0];
  size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || length > left) {
    return 0;
  }
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  bool is_too_long = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
  bool is_no_character = (first == 0xed && at[1] > 0x9f) || (first == 0xf4 && at[1] > 0x8f);
  return is_too_long || is_no_character ? 0 : length;
}

bool sb_is_utf8(sb_text text) {
  const unsigned char *bytes = (const unsigned char *)text.data;
  size_t at = 0;
  while (at < text.length) {
    uint64_t eight;
    if (text.length - at >= sizeof eight) {
      memcpy(&eight, bytes + at, sizeof eight);
      if ((eight & UINT64_C(0x8080808080808080)) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    size_t length = character(bytes + at, text.length - at);
    if (length == 0) {
      return false;
    }
    at += length;
  }
  return true;
}
