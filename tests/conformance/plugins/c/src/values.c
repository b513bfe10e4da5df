// Values in and out.

#include "functions.h"

sb_result copied(yyjson_mut_doc *doc, sb_json json, yyjson_mut_val **copy) {
  yyjson_val *parsed;
  SB_TRY(sb_json_parse(json, &parsed));
  *copy = yyjson_val_mut_copy(doc, parsed);
  return SB_OK;
}

sb_result exact_match(sb_call *call, const sb_example *example) {
  bool trim;
  sb_text output, expected;
  SB_TRY(sb_config_bool(call, "trim", &trim));
  SB_TRY(sb_outputs_text(example, &output));
  SB_TRY(sb_expectation_text(example, "expected_response", &expected));
  if (sb_text_equal(trim ? sb_trim(output) : output, trim ? sb_trim(expected) : expected)) {
    return sb_give(call, sb_bool(true));
  }
  sb_text rationale = sb_join(SB_TEXT("expected `"), expected, SB_TEXT("`"));
  return sb_give(call, sb_bool(false), .rationale = rationale);
}

// Adds a field of the example under its name, if the example has it.
static sb_result add_field(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *name, sb_text field, sb_json json) {
  if (!sb_is_there(field)) {
    return SB_OK;
  }
  yyjson_mut_val *copy;
  json.text = field;
  SB_TRY(copied(doc, json, &copy));
  sb_add(doc, object, name, copy);
  return SB_OK;
}

sb_result echo(sb_call *call, const sb_example *example) {
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *object = yyjson_mut_obj(doc), *tags = yyjson_mut_obj(doc);
  sb_json config = sb_config(call);
  sb_add(doc, object, "id", sb_mut_text(doc, example->id));
  SB_TRY(add_field(doc, object, "inputs", example->inputs, config));
  SB_TRY(add_field(doc, object, "outputs", example->outputs, config));
  SB_TRY(add_field(doc, object, "expectations", example->expectations, config));
  SB_TRY(add_field(doc, object, "trace", example->trace, config));
  for (size_t i = 0; i < example->tag_count; i++) {
    const sb_tag *tag = &example->tags[i];
    yyjson_mut_obj_add(tags, sb_mut_text(doc, tag->key), sb_mut_text(doc, tag->value));
  }
  sb_add(doc, object, "tags", tags);
  SB_TRY(add_field(doc, object, "config", config.text, config));
  return sb_give(call, sb_tree(object));
}

sb_result kinds(sb_call *call, const sb_example *example) {
  (void)example;
  yyjson_val *config;
  SB_TRY(sb_json_parse(sb_config(call), &config));
  return sb_give(call, sb_read(yyjson_obj_get(config, "value")));
}

sb_result several(sb_call *call, const sb_example *example) {
  (void)example;
  int64_t count;
  SB_TRY(sb_config_integer(call, "count", &count));
  for (int64_t i = 0; i < count; i++) {
    yyjson_mut_doc *doc = sb_doc();
    yyjson_mut_val *metadata = yyjson_mut_obj(doc);
    sb_add(doc, metadata, "i", yyjson_mut_sint(doc, i));
    sb_add(doc, metadata, "count", yyjson_mut_sint(doc, count));
    SB_TRY(sb_give(call, sb_integer(i), .name = sb_format("part_%lld", i), .metadata = sb_tree(metadata),
                   .rationale = sb_format("%lld of %lld", i, count),
                   .span_id = i % 2 == 0 ? sb_format("span-%lld", i) : SB_NO_TEXT));
  }
  return SB_OK;
}

sb_result texts(sb_call *call, const sb_example *example) {
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *object = yyjson_mut_obj(doc);
  sb_text text, key;
  SB_TRY(sb_outputs_text(example, &text));
  sb_add(doc, object, "outputs", sb_mut_text(doc, text));
  sb_json setting;
  SB_TRY(sb_config_find(call, "input", &setting));
  if (sb_is_there(setting.text)) {
    SB_TRY(sb_json_text(setting, &key));
    SB_TRY(sb_input_text(example, key, &text));
    sb_add(doc, object, "input", sb_mut_text(doc, text));
  }
  SB_TRY(sb_config_find(call, "expectation", &setting));
  if (sb_is_there(setting.text)) {
    SB_TRY(sb_json_text(setting, &key));
    SB_TRY(sb_expectation_text(example, key, &text));
    sb_add(doc, object, "expectation", sb_mut_text(doc, text));
  }
  return sb_give(call, sb_tree(object));
}

sb_result turns(sb_call *call, const sb_example *turns, size_t count) {
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *metadata = yyjson_mut_obj(doc), *ids = yyjson_mut_arr(doc);
  for (size_t i = 0; i < count; i++) {
    yyjson_mut_arr_append(ids, sb_mut_text(doc, turns[i].id));
  }
  sb_add(doc, metadata, "ids", ids);
  return sb_give(call, sb_integer((int64_t)count), .metadata = sb_tree(metadata));
}

sb_result predict_echo(sb_call *call, sb_json inputs) {
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *object = yyjson_mut_obj(doc), *copy;
  SB_TRY(copied(doc, sb_config(call), &copy));
  sb_add(doc, object, "config", copy);
  SB_TRY(copied(doc, inputs, &copy));
  sb_add(doc, object, "inputs", copy);
  return sb_answer(call, sb_tree(object));
}
