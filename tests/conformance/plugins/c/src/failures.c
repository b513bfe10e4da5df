// Ways to fail.

#include <math.h>

#include "functions.h"

static bool is(sb_text text, const char *word) { return sb_text_equal(text, sb_text_of(word)); }

// Fails with a typed error, where `how` names one; otherwise SB_OK.
static sb_result fail_typed(sb_call *call, sb_text how) {
  sb_json setting;
  sb_text message = SB_TEXT("");
  SB_TRY(sb_config_find(call, "message", &setting));
  if (sb_is_there(setting.text)) {
    SB_TRY(sb_json_text(setting, &message));
  }
  if (is(how, "invalid_config")) {
    return sb_invalid_config(call, message);
  }
  if (is(how, "missing_field")) {
    return sb_missing_field(call, message);
  }
  if (is(how, "unsupported")) {
    return sb_unsupported(call, message);
  }
  if (is(how, "failed")) {
    return sb_failed(call, message);
  }
  return SB_OK;
}

static sb_result no_such_way(sb_call *call, sb_text how) {
  return sb_invalid_config(call, sb_join(SB_TEXT("how: `"), how, SB_TEXT("` is none of the ways to fail")));
}

static sb_text deep_json(void) {
  const size_t depth = 5000;
  char *text = sb_alloc(2 * depth);
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  return (sb_text){text, 2 * depth};
}

sb_result fails(sb_call *call, const sb_example *example) {
  (void)example;
  sb_text how;
  SB_TRY(sb_config_text(call, "how", &how));
  SB_TRY(fail_typed(call, how));
  if (is(how, "nan")) {
    return sb_give(call, sb_number(NAN));
  }
  if (is(how, "infinity")) {
    return sb_give(call, sb_number(INFINITY));
  }
  if (is(how, "bad_json")) {
    return sb_give(call, sb_raw_json("{\"a\":"));
  }
  if (is(how, "surrogate_json")) {
    return sb_give(call, sb_raw_json("\"\\ud800\""));
  }
  if (is(how, "deep_json")) {
    return sb_give(call, sb_raw_json(deep_json()));
  }
  if (is(how, "bad_name")) {
    return sb_give(call, sb_bool(true), .name = SB_TEXT("not a name!"));
  }
  if (is(how, "metadata_list")) {
    return sb_give(call, sb_bool(true), .metadata = sb_raw_json("[1]"));
  }
  return no_such_way(call, how);
}

sb_result predict_fails(sb_call *call, sb_json inputs) {
  (void)inputs;
  sb_text how;
  SB_TRY(sb_config_text(call, "how", &how));
  SB_TRY(fail_typed(call, how));
  return no_such_way(call, how);
}
