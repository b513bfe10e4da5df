// JSON. A value stays a text until a function asks for more, and then only what it needs is parsed; yyjson does the
// rest.

#ifndef SCOREBOX_JSON_H
#define SCOREBOX_JSON_H

#include <yyjson.h>

#include "call.h"

// A JSON value of an example, of a predict function's inputs or of a config: its text, and the path that errors name it
// by. Where `text` is SB_NO_TEXT there is no value.
typedef struct sb_json {
  sb_call *call;
  sb_text text;
  sb_text parent;
  // The last step of the path; SB_NO_TEXT for a whole field.
  sb_text key;
  bool is_config;
} sb_json;

// The value as a text: the content of a string; the JSON text of a number or a boolean. An object or an array is
// *unsupported*, `null` a *missing field*.
sb_result sb_json_text(sb_json json, sb_text *text);

// The value as a C type; any other kind of value is *unsupported*, in a config *invalid config*.
sb_result sb_json_bool(sb_json json, bool *value);
sb_result sb_json_integer(sb_json json, int64_t *value);
sb_result sb_json_number(sb_json json, double *value);

// The whole value as a tree that yyjson reads.
sb_result sb_json_parse(sb_json json, yyjson_val **value);

// The value of a key. What is no object has no keys; a key that is missing or `null` is a *missing field*.
#define sb_json_get(json, key, member) sb_json_get_text((json), SB_AS_TEXT(key), (member))
sb_result sb_json_get_text(sb_json json, sb_text key, sb_json *member);

// The value of a key; without text where it is missing or `null`.
#define sb_json_find(json, key, member) sb_json_find_text((json), SB_AS_TEXT(key), (member))
sb_result sb_json_find_text(sb_json json, sb_text key, sb_json *member);

// Where the value is, such as `expectations.expected_response`.
sb_text sb_json_path(sb_json json);

// A document in which to build values with yyjson's `yyjson_mut_…` functions; freed with the call.
yyjson_mut_doc *sb_doc(void);

// A text as a value of a document, not copied; `null` for SB_NO_TEXT.
static inline yyjson_mut_val *sb_mut_text(yyjson_mut_doc *doc, sb_text text) {
  return sb_is_there(text) ? yyjson_mut_strn(doc, text.data, text.length) : yyjson_mut_null(doc);
}

// Adds a member to an object. The key is a C string that outlives the call, such as a literal.
static inline void sb_add(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, yyjson_mut_val *value) {
  yyjson_mut_obj_add(object, yyjson_mut_str(doc, key), value);
}

// The allocator of the call, for yyjson's functions that take one.
const yyjson_alc *sb_allocator(void);

#endif
