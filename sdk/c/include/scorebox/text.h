// Texts with a length, so that U+0000 is a character like any other, and memory that lives as long as the call.

#ifndef SCOREBOX_TEXT_H
#define SCOREBOX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A text in UTF-8. It does not end with a zero; `data` is NULL where there is no text, which is not the empty text.
typedef struct sb_text {
  const char *data;
  size_t length;
} sb_text;

// A string literal as a text.
#define SB_TEXT(literal) ((sb_text){"" literal, sizeof(literal) - 1})

// No text.
#define SB_NO_TEXT ((sb_text){NULL, 0})

// A C string as a text; NULL is no text.
static inline sb_text sb_text_of(const char *string) {
  return (sb_text){string, string == NULL ? 0 : strlen(string)};
}

static inline sb_text sb_text_itself(sb_text text) { return text; }

// What the macros of this SDK take as a text: a `sb_text`, or a C string.
#define SB_AS_TEXT(text) \
  (_Generic((text), sb_text: sb_text_itself, char *: sb_text_of, const char *: sb_text_of)(text))

// Whether there is a text, be it empty.
static inline bool sb_is_there(sb_text text) { return text.data != NULL; }

static inline bool sb_text_equal(sb_text left, sb_text right) {
  return left.length == right.length && (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

// The text without ASCII white space at both ends.
sb_text sb_trim(sb_text text);

// Texts one after another: `sb_join(SB_TEXT("expected `"), expected, SB_TEXT("`"))`.
#define sb_join(...) \
  sb_join_texts((const sb_text[]){__VA_ARGS__}, sizeof((const sb_text[]){__VA_ARGS__}) / sizeof(sb_text))
sb_text sb_join_texts(const sb_text *texts, size_t count);

// A text as `printf` makes it. Unlike `sb_join`, `%s` ends at the first zero.
__attribute__((format(printf, 1, 2))) sb_text sb_format(const char *format, ...);

// The text with a zero behind it.
const char *sb_c_string(sb_text text);

// Whether the text is UTF-8. The SDK checks whatever it hands to the host; this is for bytes from elsewhere.
bool sb_is_utf8(sb_text text);

// Memory until the call returns, aligned for any type, not zeroed. Never NULL: too much of it ends the call.
__attribute__((malloc, returns_nonnull)) void *sb_alloc(size_t bytes);

#endif
