#include <scorebox.h>

static sb_result exact_match(sb_call *call, const sb_example *example) {
  sb_text output, expected;
  SB_TRY(sb_outputs_text(example, &output));
  SB_TRY(sb_expectation_text(example, "expected_response", &expected));
  return sb_give(call, sb_bool(sb_text_equal(output, expected)));
}

static const sb_scorer scorers[] = {
    {
        .name = "exact_match",
        .summary = "Whether the output is exactly the expected response.",
        .requires = SB_OUTPUTS | SB_EXPECTATIONS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = exact_match,
    },
};

SB_SCORERS(scorers)
