// Verdicts and answers.

#ifndef SCOREBOX_VALUE_H
#define SCOREBOX_VALUE_H

#include "json.h"

// One value, as a scorer gives it and a predict function answers it.
typedef struct sb_value {
  enum {
    SB_VALUE_NONE,
    SB_VALUE_BOOL,
    SB_VALUE_INTEGER,
    SB_VALUE_NUMBER,
    SB_VALUE_TEXT,
    SB_VALUE_RAW,
    SB_VALUE_TREE,
    SB_VALUE_READ,
  } kind;
  // Writes what yyjson built or read. It goes with the value so that a plugin without such values is linked without
  // yyjson.
  sb_result (*write)(sb_call *call, const struct sb_value *value, const char *what, sb_text *json);
  union {
    bool boolean;
    int64_t integer;
    double number;
    sb_text text;
    yyjson_mut_val *tree;
    yyjson_val *read;
  } as;
} sb_value;

sb_result sb_write_tree(sb_call *call, const sb_value *value, const char *what, sb_text *json);
sb_result sb_write_read(sb_call *call, const sb_value *value, const char *what, sb_text *json);

// Passed or failed; summarised as a rate.
static inline sb_value sb_bool(bool value) { return (sb_value){.kind = SB_VALUE_BOOL, .as.boolean = value}; }

// A whole number.
static inline sb_value sb_integer(int64_t value) { return (sb_value){.kind = SB_VALUE_INTEGER, .as.integer = value}; }

// A number. The host refuses NaN and the infinities: a score that cannot be computed is an error.
static inline sb_value sb_number(double value) { return (sb_value){.kind = SB_VALUE_NUMBER, .as.number = value}; }

// One label, such as `resolved`; summarised as counts.
#define sb_string(text) sb_string_of(SB_AS_TEXT(text))
static inline sb_value sb_string_of(sb_text text) { return (sb_value){.kind = SB_VALUE_TEXT, .as.text = text}; }

// What was built with yyjson: a boolean, number or string is given as such, anything else as JSON.
static inline sb_value sb_tree(yyjson_mut_val *tree) {
  return (sb_value){.kind = SB_VALUE_TREE, .write = sb_write_tree, .as.tree = tree};
}

// What was read with yyjson, likewise.
static inline sb_value sb_read(yyjson_val *read) {
  return (sb_value){.kind = SB_VALUE_READ, .write = sb_write_read, .as.read = read};
}

// JSON text as it is; the host refuses a text that is no JSON.
#define sb_raw_json(text) sb_raw_json_of(SB_AS_TEXT(text))
static inline sb_value sb_raw_json_of(sb_text text) { return (sb_value){.kind = SB_VALUE_RAW, .as.text = text}; }

// One thing that a scorer has to say about an example. What is not set is not there.
typedef struct sb_feedback {
  // The verdict.
  sb_value value;
  // Why, for a person to read.
  sb_text rationale;
  // Details for programs to read, an object: `sb_tree(object)` or `sb_raw_json("{…}")`.
  sb_value metadata;
  // Tells several feedbacks of one scorer apart; not set, it is the scorer's own name.
  sb_text name;
  // The span of the example's trace that this is about; not set, it is the whole example.
  sb_text span_id;
} sb_feedback;

// A verdict goes through here, so that what is none, such as a plain `true`, does not compile.
static inline sb_value sb_verdict(sb_value value) { return value; }

// Gives a verdict: `return sb_give(call, sb_bool(true));`, with more where there is more to say:
// `return sb_give(call, sb_number(0.5), .rationale = SB_TEXT("one of two"));`. A scorer may give several.
#define sb_give(call, value_, ...) \
  sb_give_feedback((call), &(const sb_feedback){.value = sb_verdict(value_) __VA_OPT__(, ) __VA_ARGS__})
sb_result sb_give_feedback(sb_call *call, const sb_feedback *feedback);

// Answers for a predict function; the last answer counts.
sb_result sb_answer(sb_call *call, sb_value outputs);

#endif
