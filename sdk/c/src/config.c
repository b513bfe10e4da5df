#include "call.h"
#include "scan.h"

static sb_json given(sb_call *call) { return (sb_json){call, call->config, SB_TEXT("config"), SB_NO_TEXT, true}; }

static sb_result properties(sb_call *call, sb_json *properties) {
  sb_json schema = {call, sb_text_of(call->config_schema), SB_TEXT("config schema"), SB_NO_TEXT, false};
  return sb_json_find(schema, "properties", properties);
}

sb_result sb_config_find_text(sb_call *call, sb_text key, sb_json *setting) {
  SB_TRY(sb_json_member(given(call), key, setting));
  if (sb_is_there(setting->text) || call->config_schema == NULL) {
    return sb_json_find_text(given(call), key, setting);
  }
  sb_json schemas, schema, standard;
  SB_TRY(properties(call, &schemas));
  SB_TRY(sb_json_find_text(schemas, key, &schema));
  SB_TRY(sb_json_find(schema, "default", &standard));
  setting->text = standard.text;
  return SB_OK;
}

// A member as JSON text, behind what is there already.
static sb_text with_member(sb_text members, sb_text quoted_key, sb_text value) {
  sb_text comma = members.length == 0 ? SB_TEXT("") : SB_TEXT(",");
  return sb_join(members, comma, quoted_key, SB_TEXT(":"), value);
}

// The settings that the schema has a default for and the user left out, then those that the user gave.
static sb_result with_defaults(sb_call *call, sb_text *whole) {
  sb_text members = SB_TEXT("");
  sb_json schemas;
  SB_TRY(properties(call, &schemas));
  sb_text rest = schemas.text, quoted, value;
  if (sb_is_there(rest)) {
    rest = (sb_text){rest.data + 1, rest.length - 1};
    while (sb_scan_next(&rest, &quoted, &value)) {
      sb_json schema = {call, value, SB_TEXT("config schema"), SB_NO_TEXT, false};
      sb_json standard, setting;
      sb_text name = {quoted.data + 1, quoted.length - 2};
      SB_TRY(sb_json_member(schema, SB_TEXT("default"), &standard));
      SB_TRY(sb_json_member(given(call), name, &setting));
      if (sb_is_there(standard.text) && !sb_is_there(setting.text)) {
        members = with_member(members, quoted, standard.text);
      }
    }
  }
  rest = sb_scan_trim(call->config);
  rest = rest.length == 0 ? rest : (sb_text){rest.data + 1, rest.length - 1};
  while (members.length > 0 && sb_scan_next(&rest, &quoted, &value)) {
    members = with_member(members, quoted, value);
  }
  *whole = members.length == 0 ? call->config : sb_join(SB_TEXT("{"), members, SB_TEXT("}"));
  return SB_OK;
}

sb_json sb_config(sb_call *call) {
  if (!sb_is_there(call->whole_config)) {
    bool has_defaults = call->config_schema != NULL && strstr(call->config_schema, "\"default\"") != NULL;
    if (!has_defaults) {
      call->whole_config = call->config;
    } else if (with_defaults(call, &call->whole_config) != SB_OK) {
      sb_catch(call);
      call->whole_config = call->config;
    }
  }
  sb_json config = given(call);
  config.text = call->whole_config;
  return config;
}

static sb_result setting(sb_call *call, sb_text key, sb_json *setting) {
  SB_TRY(sb_config_find_text(call, key, setting));
  if (!sb_is_there(setting->text)) {
    return sb_invalid_config(call, sb_join(key, SB_TEXT(": is missing")));
  }
  return SB_OK;
}

sb_result sb_config_bool_of(sb_call *call, sb_text key, bool *value) {
  sb_json found;
  SB_TRY(setting(call, key, &found));
  return sb_json_bool(found, value);
}

sb_result sb_config_integer_of(sb_call *call, sb_text key, int64_t *value) {
  sb_json found;
  SB_TRY(setting(call, key, &found));
  return sb_json_integer(found, value);
}

sb_result sb_config_number_of(sb_call *call, sb_text key, double *value) {
  sb_json found;
  SB_TRY(setting(call, key, &found));
  return sb_json_number(found, value);
}

sb_result sb_config_text_of(sb_call *call, sb_text key, sb_text *value) {
  sb_json found;
  SB_TRY(setting(call, key, &found));
  return sb_json_text(found, value);
}
