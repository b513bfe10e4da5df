// The settings that a user gave, which satisfy the schema. A key that the user left out has the `default` of its
// schema.

#ifndef SCOREBOX_CONFIG_H
#define SCOREBOX_CONFIG_H

#include "json.h"

// All settings, an object, with the defaults filled in.
sb_json sb_config(sb_call *call);

// One setting; without text where the user left it out and the schema has no default.
#define sb_config_find(call, key, setting) sb_config_find_text((call), SB_AS_TEXT(key), (setting))
sb_result sb_config_find_text(sb_call *call, sb_text key, sb_json *setting);

// One setting, as a C type; one that is not there is *invalid config*.
#define sb_config_bool(call, key, value) sb_config_bool_of((call), SB_AS_TEXT(key), (value))
sb_result sb_config_bool_of(sb_call *call, sb_text key, bool *value);

#define sb_config_integer(call, key, value) sb_config_integer_of((call), SB_AS_TEXT(key), (value))
sb_result sb_config_integer_of(sb_call *call, sb_text key, int64_t *value);

#define sb_config_number(call, key, value) sb_config_number_of((call), SB_AS_TEXT(key), (value))
sb_result sb_config_number_of(sb_call *call, sb_text key, double *value);

#define sb_config_text(call, key, value) sb_config_text_of((call), SB_AS_TEXT(key), (value))
sb_result sb_config_text_of(sb_call *call, sb_text key, sb_text *value);

#endif
