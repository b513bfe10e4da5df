// One row of a dataset, with the fields that the scorer asked for.

#ifndef SCOREBOX_EXAMPLE_H
#define SCOREBOX_EXAMPLE_H

#include "json.h"

typedef struct sb_tag {
  sb_text key;
  sb_text value;
} sb_tag;

// A field is SB_NO_TEXT where the row lacks it, or where the scorer did not ask for it.
typedef struct sb_example {
  sb_call *call;
  // The row's name within its dataset.
  sb_text id;
  // What the application was asked: an object whose keys are the predict function's parameters.
  sb_text inputs;
  // What the application answered: any JSON value.
  sb_text outputs;
  // What the answer should be: an object.
  sb_text expectations;
  // How the answer came about: `{trace_id, spans: […]}`.
  sb_text trace;
  // The row's labels, sorted by key.
  const sb_tag *tags;
  size_t tag_count;
} sb_example;

// A whole field; one that the row lacks is a *missing field*.
sb_result sb_inputs(const sb_example *example, sb_json *inputs);
sb_result sb_outputs(const sb_example *example, sb_json *outputs);
sb_result sb_expectations(const sb_example *example, sb_json *expectations);
sb_result sb_trace(const sb_example *example, sb_json *trace);

// The outputs as a text; see `sb_json_text`.
sb_result sb_outputs_text(const sb_example *example, sb_text *text);

// One input, such as `question`, as a text.
#define sb_input_text(example, key, text) sb_input_text_of((example), SB_AS_TEXT(key), (text))
sb_result sb_input_text_of(const sb_example *example, sb_text key, sb_text *text);

// One expectation, such as `expected_response`, as a text.
#define sb_expectation_text(example, key, text) sb_expectation_text_of((example), SB_AS_TEXT(key), (text))
sb_result sb_expectation_text_of(const sb_example *example, sb_text key, sb_text *text);

// The label with a key, or SB_NO_TEXT.
#define sb_tag_value(example, key) sb_tag_value_of((example), SB_AS_TEXT(key))
sb_text sb_tag_value_of(const sb_example *example, sb_text key);

#endif
