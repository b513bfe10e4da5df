// Tests of how JSON text and UTF-8 are read, compiled for the machine that they run on.

#undef NDEBUG
#include <assert.h>
#include <stdlib.h>

#include "../src/scan.h"

void *sb_alloc(size_t bytes) {
  void *memory = malloc(bytes == 0 ? 1 : bytes);
  assert(memory != NULL);
  return memory;
}

// A copy in memory of its own, so that a sanitiser sees what reads beyond it.
static sb_text alone(sb_text text) {
  char *copy = sb_alloc(text.length);
  memcpy(copy, text.data, text.length);
  return (sb_text){copy, text.length};
}

static void reads(sb_text escaped, sb_text expected) {
  sb_text inner = alone(escaped), text;
  assert(sb_scan_unescape(inner, sb_alloc(inner.length), &text));
  assert(sb_text_equal(text, expected));
}

static void refuses(sb_text escaped) {
  sb_text inner = alone(escaped), text;
  assert(!sb_scan_unescape(inner, sb_alloc(inner.length), &text));
}

static void escapes_become_what_they_stand_for(void) {
  reads(SB_TEXT("plain"), SB_TEXT("plain"));
  reads(SB_TEXT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), SB_TEXT("\"\\/\b\f\n\r\t"));
  reads(SB_TEXT("\\u0041\\u00e9\\u07FF\\u0800\\uffff"), SB_TEXT("A\xc3\xa9\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
  reads(SB_TEXT("a\\u0000b"), SB_TEXT("a\0b"));
  reads(SB_TEXT("\\ud83d\\ude00\\udbff\\udfff"), SB_TEXT("\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"));
}

static void what_is_no_escape_is_refused(void) {
  const sb_text wrong[] = {
      SB_TEXT("\\"),       SB_TEXT("\\x"),     SB_TEXT("\\u"),           SB_TEXT("\\u12"),
      SB_TEXT("\\u00`0"),  SB_TEXT("\\u00G0"), SB_TEXT("\\ud800"),       SB_TEXT("\\udc00"),
      SB_TEXT("\\ud800x"), SB_TEXT("\\\0"),    SB_TEXT("\\ud800\\u0041"), SB_TEXT("\\ud800\\u"),
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    refuses(wrong[i]);
  }
}

static void members_and_elements_are_read_in_order(void) {
  sb_text rest = alone(SB_TEXT(" \"a\" : {\"}\":[1,\"]\\\"\"]} , \"b\":-1.5e3,\"c\":\"\" }")), key, value;
  assert(sb_scan_next(&rest, &key, &value));
  assert(sb_text_equal(key, SB_TEXT("\"a\"")) && sb_text_equal(value, SB_TEXT("{\"}\":[1,\"]\\\"\"]}")));
  assert(sb_scan_next(&rest, &key, &value));
  assert(sb_text_equal(key, SB_TEXT("\"b\"")) && sb_text_equal(value, SB_TEXT("-1.5e3")));
  assert(sb_scan_next(&rest, &key, &value));
  assert(sb_text_equal(key, SB_TEXT("\"c\"")) && sb_text_equal(value, SB_TEXT("\"\"")));
  assert(!sb_scan_next(&rest, &key, &value) && rest.data[0] == '}');
  rest = alone(SB_TEXT("null , [ ] ]"));
  assert(sb_scan_next(&rest, NULL, &value) && sb_text_equal(value, SB_TEXT("null")));
  assert(sb_scan_next(&rest, NULL, &value) && sb_text_equal(value, SB_TEXT("[ ]")));
  assert(!sb_scan_next(&rest, NULL, &value));
}

// The host checks all JSON, so what is none has to end, and to stay within its memory.
static void noise_ends_within_its_memory(void) {
  const char signs[] = "{}[]\",:\\u0d8a1 ";
  enum { ROUNDS = 100000, MOST = 24 };
  srand(1);
  for (int round = 0; round < ROUNDS; round++) {
    char noise[MOST];
    size_t length = (size_t)rand() % MOST;
    for (size_t i = 0; i < length; i++) {
      noise[i] = signs[(size_t)rand() % (sizeof signs - 1)];
    }
    sb_text text = alone((sb_text){noise, length}), rest = text, key, value;
    for (size_t found = 0; sb_scan_next(&rest, rand() % 2 == 0 ? &key : NULL, &value); found++) {
      assert(found < MOST);
    }
    char *memory = sb_alloc(length);
    (void)sb_scan_unescape(text, memory, &value);
    free(memory);
    free((char *)text.data);
  }
}

static void utf8_is_told_from_other_bytes(void) {
  assert(sb_is_utf8(SB_TEXT("")) && sb_is_utf8(SB_TEXT("h\xc3\xa4llo w\xf0\x9f\x98\x80rld, quite a long one \0 end")));
  const char *const wrong[] = {
      "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xff", "abcdefg\xc3", "\xf0\x80\x80\x80", "\x80",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert(!sb_is_utf8(alone(sb_text_of(wrong[i]))));
  }
}

static void white_space_is_trimmed_at_the_ends(void) {
  assert(sb_text_equal(sb_trim(SB_TEXT(" \t\r\n\fa b\f ")), SB_TEXT("a b")));
  assert(sb_text_equal(sb_trim(SB_TEXT(" \n ")), SB_TEXT("")));
  assert(sb_text_equal(sb_scan_trim(SB_TEXT("\n 1 \t")), SB_TEXT("1")));
}

int main(void) {
  escapes_become_what_they_stand_for();
  what_is_no_escape_is_refused();
  members_and_elements_are_read_in_order();
  noise_ends_within_its_memory();
  utf8_is_told_from_other_bytes();
  white_space_is_trimmed_at_the_ends();
  return 0;
}
