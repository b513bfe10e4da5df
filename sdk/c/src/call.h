// What a call is made of, for the SDK's own sources.

#ifndef SCOREBOX_SRC_CALL_H
#define SCOREBOX_SRC_CALL_H

#include <guest.h>
#include <scorebox.h>

// A text is laid out as a string of the bindings, and lists of either go as the other.
_Static_assert(sizeof(sb_text) == sizeof(guest_string_t), "as in the bindings");
_Static_assert(offsetof(sb_text, length) == offsetof(guest_string_t, len), "as in the bindings");

// The schema of a config without settings.
#define SB_NO_SETTINGS "{\"type\":\"object\",\"additionalProperties\":false}"

struct sb_call {
  // Of the scorer or predict function; NULL where it has no settings.
  const char *config_schema;
  // As the user gave it.
  sb_text config;
  // With the schema's defaults, once somebody asked for it.
  sb_text whole_config;
  // The fields that the host sends: tells one that the row lacks from one that was never sent.
  unsigned sent;
  scorebox_plugin_types_feedback_t *feedback;
  size_t feedback_count;
  size_t feedback_capacity;
  sb_text answer;
  // The last error, and how much feedback was there before it. The error stays where a function goes on after it.
  sb_error error;
  size_t feedback_before_error;
};

// Starts a call: frees what the last one left. Each export of the component begins with this.
void sb_begin(void);

// Ends a call: what it made stays until the host has taken it, then the next call begins.
void sb_finish(void);

// The error of a call whose function answered SB_ERROR.
scorebox_plugin_types_plugin_error_t sb_plugin_error(const sb_call *call, const char *name);

// Likewise where there is no call yet.
scorebox_plugin_types_plugin_error_t sb_new_plugin_error(sb_error_kind kind, sb_text message);

// The JSON text of a value. `what` begins the message when it has none.
sb_result sb_value_json(sb_call *call, sb_value value, const char *what, sb_text *json);

// An error unless the text is UTF-8, which the host insists on. `what` is what the text is.
sb_result sb_check_text(sb_call *call, const char *what, sb_text text);

// The value of a key, be it `null`; without text only where the key is missing.
sb_result sb_json_member(sb_json json, sb_text key, sb_json *member);

// The errors of a value that is not of the kind that was expected, and of one that is not there.
sb_result sb_json_unexpected(sb_json json, const char *expected);
sb_result sb_json_missing(sb_json json);

// A text of the host.
static inline sb_text sb_received(guest_string_t text) {
  return (sb_text){text.len == 0 ? "" : (const char *)text.ptr, text.len};
}

// A text for the host, which reads it only.
static inline guest_string_t sb_sent(sb_text text) { return (guest_string_t){(uint8_t *)text.data, text.length}; }

// What a plugin's table says, for the host, with a word for what the table leaves out.
static inline guest_string_t sb_sent_constant(const char *text, const char *otherwise) {
  return sb_sent(sb_text_of(text == NULL ? otherwise : text));
}

#endif
