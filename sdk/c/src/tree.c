// JSON as a tree, by yyjson. Apart from the rest, because only what a plugin uses is linked.

#include "call.h"

sb_result sb_json_parse(sb_json json, yyjson_val **value) {
  if (!sb_is_there(json.text)) {
    return sb_json_missing(json);
  }
  yyjson_read_err error;
  // yyjson reads a copy unless it is told otherwise, so the cast is safe.
  char *text = (char *)json.text.data;
  yyjson_doc *doc = yyjson_read_opts(text, json.text.length, YYJSON_READ_NOFLAG, sb_allocator(), &error);
  if (doc == NULL) {
    return sb_failed(json.call, sb_join(sb_json_path(json), SB_TEXT(": "), sb_text_of(error.msg)));
  }
  *value = yyjson_doc_get_root(doc);
  return SB_OK;
}

sb_result sb_json_integer(sb_json json, int64_t *value) {
  yyjson_val *read;
  SB_TRY(sb_json_parse(json, &read));
  if (!yyjson_is_int(read) || (yyjson_is_uint(read) && yyjson_get_uint(read) > INT64_MAX)) {
    return sb_json_unexpected(json, "a whole number of 64 bits");
  }
  *value = yyjson_get_sint(read);
  return SB_OK;
}

sb_result sb_json_number(sb_json json, double *value) {
  yyjson_val *read;
  SB_TRY(sb_json_parse(json, &read));
  if (!yyjson_is_num(read)) {
    return sb_json_unexpected(json, "a number");
  }
  *value = yyjson_get_num(read);
  return SB_OK;
}

yyjson_mut_doc *sb_doc(void) { return yyjson_mut_doc_new(sb_allocator()); }
