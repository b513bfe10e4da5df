#include "call.h"

static sb_result missing(const sb_example *example, sb_text path, const char *name, sb_fields field) {
  if ((example->call->sent & (unsigned)field) != 0) {
    return sb_missing_field(example->call, path);
  }
  return sb_failed(example->call, sb_join(SB_TEXT("the scorer did not ask for `"), sb_text_of(name),
                                          SB_TEXT("`: add it to .requires or .uses")));
}

static sb_result whole(const sb_example *example, sb_text text, const char *name, sb_fields field, sb_json *json) {
  if (!sb_is_there(text)) {
    return missing(example, sb_text_of(name), name, field);
  }
  *json = (sb_json){example->call, text, sb_text_of(name), SB_NO_TEXT, false};
  return SB_OK;
}

sb_result sb_inputs(const sb_example *example, sb_json *inputs) {
  return whole(example, example->inputs, "inputs", SB_INPUTS, inputs);
}

sb_result sb_outputs(const sb_example *example, sb_json *outputs) {
  return whole(example, example->outputs, "outputs", SB_OUTPUTS, outputs);
}

sb_result sb_expectations(const sb_example *example, sb_json *expectations) {
  return whole(example, example->expectations, "expectations", SB_EXPECTATIONS, expectations);
}

sb_result sb_trace(const sb_example *example, sb_json *trace) {
  return whole(example, example->trace, "trace", SB_TRACE, trace);
}

sb_result sb_outputs_text(const sb_example *example, sb_text *text) {
  sb_json outputs;
  SB_TRY(sb_outputs(example, &outputs));
  return sb_json_text(outputs, text);
}

sb_result sb_input_text_of(const sb_example *example, sb_text key, sb_text *text) {
  if (!sb_is_there(example->inputs)) {
    return missing(example, sb_join(SB_TEXT("inputs."), key), "inputs", SB_INPUTS);
  }
  sb_json inputs, input;
  SB_TRY(sb_inputs(example, &inputs));
  SB_TRY(sb_json_get_text(inputs, key, &input));
  return sb_json_text(input, text);
}

sb_result sb_expectation_text_of(const sb_example *example, sb_text key, sb_text *text) {
  if (!sb_is_there(example->expectations)) {
    return missing(example, sb_join(SB_TEXT("expectations."), key), "expectations", SB_EXPECTATIONS);
  }
  sb_json expectations, expectation;
  SB_TRY(sb_expectations(example, &expectations));
  SB_TRY(sb_json_get_text(expectations, key, &expectation));
  return sb_json_text(expectation, text);
}

sb_text sb_tag_value_of(const sb_example *example, sb_text key) {
  for (size_t i = 0; i < example->tag_count; i++) {
    if (sb_text_equal(example->tags[i].key, key)) {
      return example->tags[i].value;
    }
  }
  return SB_NO_TEXT;
}
