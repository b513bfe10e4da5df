#include "call.h"
#include "scan.h"

static char first(sb_text text) { return text.length == 0 ? '\0' : text.data[0]; }

sb_text sb_json_path(sb_json json) {
  if (!sb_is_there(json.key)) {
    return json.parent;
  }
  return json.parent.length == 0 ? json.key : sb_join(json.parent, SB_TEXT("."), json.key);
}

static const char *kind(sb_text text) {
  switch (first(text)) {
    case '"':
      return "a text";
    case '[':
      return "an array";
    case '{':
      return "an object";
    case 'n':
      return "null";
    case 't':
    case 'f':
      return "a boolean";
    default:
      return "a number";
  }
}

sb_result sb_json_unexpected(sb_json json, const char *expected) {
  sb_text found = sb_text_of(kind(sb_scan_trim(json.text)));
  sb_text message =
      sb_join(sb_json_path(json), SB_TEXT(": expected "), sb_text_of(expected), SB_TEXT(", found "), found);
  return sb_fail(json.call, json.is_config ? SB_INVALID_CONFIG : SB_UNSUPPORTED, message);
}

sb_result sb_json_missing(sb_json json) {
  if (json.is_config) {
    return sb_invalid_config(json.call, sb_join(sb_json_path(json), SB_TEXT(": is missing")));
  }
  return sb_missing_field(json.call, sb_json_path(json));
}

static sb_result invalid(sb_json json) {
  return sb_failed(json.call, sb_join(sb_json_path(json), SB_TEXT(": invalid JSON")));
}

// The content of a string, given with its quotes.
static sb_result unquoted(sb_json json, sb_text quoted, sb_text *text) {
  sb_text inner = {quoted.data + 1, quoted.length < 2 ? 0 : quoted.length - 2};
  if (inner.length == 0 || memchr(inner.data, '\\', inner.length) == NULL) {
    *text = inner;
    return SB_OK;
  }
  if (!sb_scan_unescape(inner, sb_alloc(inner.length), text)) {
    return invalid(json);
  }
  return SB_OK;
}

sb_result sb_json_text(sb_json json, sb_text *text) {
  sb_text trimmed = sb_scan_trim(json.text);
  switch (first(trimmed)) {
    case '"':
      return unquoted(json, trimmed, text);
    case '[':
    case '{':
      return sb_json_unexpected(json, "a text");
    case 'n':
    case '\0':
      return sb_json_missing(json);
    default:
      *text = trimmed;
      return SB_OK;
  }
}

sb_result sb_json_bool(sb_json json, bool *value) {
  switch (first(sb_scan_trim(json.text))) {
    case 't':
      *value = true;
      return SB_OK;
    case 'f':
      *value = false;
      return SB_OK;
    case '\0':
      return sb_json_missing(json);
    default:
      return sb_json_unexpected(json, "a boolean");
  }
}

static sb_json member(sb_json object, sb_text key, sb_text text) {
  bool is_whole_config = object.is_config && !sb_is_there(object.key);
  sb_text parent = is_whole_config ? SB_TEXT("") : sb_is_there(object.key) ? sb_json_path(object) : object.parent;
  return (sb_json){object.call, text, parent, key, object.is_config};
}

sb_result sb_json_member(sb_json json, sb_text key, sb_json *found) {
  *found = member(json, key, SB_NO_TEXT);
  sb_text rest = sb_scan_trim(json.text);
  if (first(rest) != '{') {
    return SB_OK;
  }
  rest = (sb_text){rest.data + 1, rest.length - 1};
  sb_text quoted, value, name;
  // A key that is there several times has its last value, as in a tree.
  while (sb_scan_next(&rest, &quoted, &value)) {
    SB_TRY(unquoted(json, quoted, &name));
    if (sb_text_equal(name, key)) {
      found->text = value;
    }
  }
  if (first(rest) != '}') {
    return invalid(json);
  }
  return SB_OK;
}

sb_result sb_json_find_text(sb_json json, sb_text key, sb_json *found) {
  SB_TRY(sb_json_member(json, key, found));
  if (first(found->text) == 'n') {
    found->text = SB_NO_TEXT;
  }
  return SB_OK;
}

sb_result sb_json_get_text(sb_json json, sb_text key, sb_json *found) {
  SB_TRY(sb_json_find_text(json, key, found));
  return sb_is_there(found->text) ? SB_OK : sb_json_missing(*found);
}
