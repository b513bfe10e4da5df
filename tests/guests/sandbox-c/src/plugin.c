// What scorers do that the templates and the conformance suite have no use for.

#include <scorebox.h>

static sb_result fail_at(sb_call *call, size_t step) { return sb_failed(call, sb_format("step %zu", step)); }

// What a row's output tells, letter by letter: `f` fails, `c` catches, `g` gives feedback, `b` gives some that is bad.
static sb_result follow(sb_call *call, const sb_example *example) {
  sb_text steps;
  SB_TRY(sb_outputs_text(example, &steps));
  for (size_t i = 0; i < steps.length; i++) {
    sb_result result = SB_OK;
    switch (steps.data[i]) {
      case 'f':
        result = fail_at(call, i);
        break;
      case 'c':
        sb_catch(call);
        break;
      case 'g':
        SB_TRY(sb_give(call, sb_integer((int64_t)i)));
        break;
      default:
        result = sb_give(call, sb_string("\xff"));
    }
    (void)result;
  }
  return SB_OK;
}

static void follow_all(sb_call *const *calls, const sb_example *examples, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sb_result result = follow(calls[i], &examples[i]);
    (void)result;
  }
}

static const sb_scorer scorers[] = {
    {
        .name = "together",
        .summary = "Follows the outputs of several rows.",
        .returns = SB_RETURNS_INTEGER,
        .score_batch = follow_all,
    },
    {
        .name = "alone",
        .summary = "Follows the outputs of one row.",
        .returns = SB_RETURNS_INTEGER,
        .score = follow,
    },
};

SB_SCORERS(scorers)
