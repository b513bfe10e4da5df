#include <ctype.h>

#include <scorebox.h>

static bool begins(sb_text text, sb_text word, bool ignore_case) {
  for (size_t i = 0; i < word.length; i++) {
    unsigned char a = (unsigned char)text.data[i], b = (unsigned char)word.data[i];
    if (ignore_case ? tolower(a) != tolower(b) : a != b) {
      return false;
    }
  }
  return true;
}

static bool contains(sb_text text, sb_text word, bool ignore_case) {
  for (; text.length >= word.length; text.data++, text.length--) {
    if (begins(text, word, ignore_case)) {
      return true;
    }
    if (text.length == 0) {
      break;
    }
  }
  return false;
}

static sb_result mentions(sb_call *call, const sb_example *example) {
  bool ignore_case;
  sb_text output, expected;
  SB_TRY(sb_config_bool(call, "ignore_case", &ignore_case));
  SB_TRY(sb_outputs_text(example, &output));
  SB_TRY(sb_expectation_text(example, "expected_response", &expected));
  if (contains(output, expected, ignore_case)) {
    return sb_give(call, sb_bool(true));
  }
  sb_text rationale = sb_join(SB_TEXT("`"), expected, SB_TEXT("` is not mentioned"));
  return sb_give(call, sb_bool(false), .rationale = rationale);
}

static const sb_scorer scorers[] = {
    {
        .name = "mentions",
        .summary = "Whether the output mentions the expected response.",
        .config_schema = "{\"type\":\"object\",\"properties\":{\"ignore_case\":{\"type\":\"boolean\",\"default\":false,"
                         "\"description\":\"Whether `Paris` and `paris` are the same; beyond ASCII they never are.\"}},"
                         "\"additionalProperties\":false}",
        .requires = SB_OUTPUTS | SB_EXPECTATIONS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = mentions,
    },
};

SB_SCORERS(scorers)
