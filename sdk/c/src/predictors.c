// Answers the host's calls from the plugin's table of predict functions.

#ifdef SCOREBOX_PREDICTORS

#include "call.h"

void exports_scorebox_plugin_predictors_describe(exports_scorebox_plugin_predictors_list_predictor_info_t *answer) {
  sb_begin();
  answer->len = sb_plugin_predictor_count;
  answer->ptr = sb_alloc(sb_plugin_predictor_count * sizeof *answer->ptr);
  for (size_t i = 0; i < sb_plugin_predictor_count; i++) {
    const sb_predictor *predictor = &sb_plugin_predictors[i];
    answer->ptr[i] = (exports_scorebox_plugin_predictors_predictor_info_t){
        .name = sb_sent_constant(predictor->name, ""),
        .summary = sb_sent_constant(predictor->summary, ""),
        .config_schema = sb_sent_constant(predictor->config_schema, SB_NO_SETTINGS),
    };
  }
  sb_finish();
}

static const sb_predictor *find(sb_text name) {
  for (size_t i = 0; i < sb_plugin_predictor_count; i++) {
    if (sb_text_equal(sb_text_of(sb_plugin_predictors[i].name), name)) {
      return &sb_plugin_predictors[i];
    }
  }
  return NULL;
}

static bool predict(sb_text name, sb_text config, sb_text inputs, guest_string_t *outputs,
                    scorebox_plugin_types_plugin_error_t *error) {
  const sb_predictor *predictor = find(name);
  if (predictor == NULL) {
    sb_text message = sb_join(SB_TEXT("no predict function is called `"), name, SB_TEXT("`"));
    *error = sb_new_plugin_error(SB_INVALID_CONFIG, message);
    return false;
  }
  sb_call call = {.config_schema = predictor->config_schema, .config = config, .error = {SB_FAILED, SB_NO_TEXT}};
  sb_json whole = {&call, inputs, SB_TEXT("inputs"), SB_NO_TEXT, false};
  if (predictor->predict(&call, whole) != SB_OK) {
    *error = sb_plugin_error(&call, predictor->name);
    return false;
  }
  if (!sb_is_there(call.answer)) {
    sb_text message = sb_join(SB_TEXT("`"), name, SB_TEXT("` returned without an answer: call sb_answer"));
    *error = sb_new_plugin_error(SB_FAILED, message);
    return false;
  }
  *outputs = sb_sent(call.answer);
  return true;
}

bool exports_scorebox_plugin_predictors_predict(guest_string_t *name, guest_string_t *config, guest_string_t *inputs,
                                                guest_string_t *outputs, scorebox_plugin_types_plugin_error_t *error) {
  sb_begin();
  bool is_ok = predict(sb_received(*name), sb_received(*config), sb_received(*inputs), outputs, error);
  sb_finish();
  return is_ok;
}

#endif
