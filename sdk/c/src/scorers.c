// Answers the host's calls from the plugin's table of scorers.

#ifdef SCOREBOX_SCORERS

#include "call.h"

typedef exports_scorebox_plugin_scorers_list_feedback_t feedback_list;
typedef exports_scorebox_plugin_scorers_list_example_t example_list;
typedef exports_scorebox_plugin_scorers_result_list_feedback_plugin_error_t scored;

// A scorer's fields are sent as they are.
_Static_assert(SB_INPUTS == EXPORTS_SCOREBOX_PLUGIN_SCORERS_FIELDS_INPUTS, "as in the contract");
_Static_assert(SB_OUTPUTS == EXPORTS_SCOREBOX_PLUGIN_SCORERS_FIELDS_OUTPUTS, "as in the contract");
_Static_assert(SB_EXPECTATIONS == EXPORTS_SCOREBOX_PLUGIN_SCORERS_FIELDS_EXPECTATIONS, "as in the contract");
_Static_assert(SB_TRACE == EXPORTS_SCOREBOX_PLUGIN_SCORERS_FIELDS_TRACE, "as in the contract");
_Static_assert(SB_TAGS == EXPORTS_SCOREBOX_PLUGIN_SCORERS_FIELDS_TAGS, "as in the contract");

static unsigned required(const sb_scorer *scorer) {
  bool names_none = scorer->requires == 0 && scorer->uses == 0;
  return names_none ? SB_OUTPUTS : scorer->requires & ~(unsigned)SB_NO_FIELDS;
}

static unsigned used(const sb_scorer *scorer) {
  bool names_none = scorer->requires == 0 && scorer->uses == 0;
  return names_none ? SB_INPUTS | SB_EXPECTATIONS : scorer->uses & ~(unsigned)SB_NO_FIELDS;
}

static uint8_t value_kind(sb_returns returns) {
  switch (returns) {
    case SB_RETURNS_BOOLEAN:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_BOOLEAN;
    case SB_RETURNS_INTEGER:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_INTEGER;
    case SB_RETURNS_NUMBER:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_NUMBER;
    case SB_RETURNS_TEXT:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_TEXT;
    case SB_RETURNS_JSON:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_JSON;
    default:
      return EXPORTS_SCOREBOX_PLUGIN_SCORERS_VALUE_KIND_VARIES;
  }
}

static exports_scorebox_plugin_scorers_list_aggregation_t aggregations(unsigned wanted) {
  static const struct {
    unsigned ours;
    uint8_t theirs;
  } known[] = {
      {SB_MEAN, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_MEAN},
      {SB_MIN, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_MIN},
      {SB_MAX, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_MAX},
      {SB_MEDIAN, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_MEDIAN},
      {SB_P90, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_P90},
      {SB_VARIANCE, EXPORTS_SCOREBOX_PLUGIN_SCORERS_AGGREGATION_VARIANCE},
  };
  exports_scorebox_plugin_scorers_list_aggregation_t list = {sb_alloc(sizeof known / sizeof *known), 0};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if ((wanted & known[i].ours) != 0) {
      list.ptr[list.len++] = known[i].theirs;
    }
  }
  return list;
}

void exports_scorebox_plugin_scorers_describe(exports_scorebox_plugin_scorers_list_scorer_info_t *answer) {
  sb_begin();
  answer->len = sb_plugin_scorer_count;
  answer->ptr = sb_alloc(sb_plugin_scorer_count * sizeof *answer->ptr);
  for (size_t i = 0; i < sb_plugin_scorer_count; i++) {
    const sb_scorer *scorer = &sb_plugin_scorers[i];
    answer->ptr[i] = (exports_scorebox_plugin_scorers_scorer_info_t){
        .name = sb_sent_constant(scorer->name, ""),
        .summary = sb_sent_constant(scorer->summary, ""),
        .config_schema = sb_sent_constant(scorer->config_schema, SB_NO_SETTINGS),
        .scope = scorer->score_session != NULL ? EXPORTS_SCOREBOX_PLUGIN_SCORERS_SCOPE_SESSION
                                               : EXPORTS_SCOREBOX_PLUGIN_SCORERS_SCOPE_EXAMPLE,
        .requires_ = (uint8_t)required(scorer),
        .uses = (uint8_t)used(scorer),
        .returns = value_kind(scorer->returns),
        .aggregations = aggregations(scorer->aggregations),
    };
  }
  sb_finish();
}

static const sb_scorer *find(sb_text name) {
  for (size_t i = 0; i < sb_plugin_scorer_count; i++) {
    if (sb_text_equal(sb_text_of(sb_plugin_scorers[i].name), name)) {
      return &sb_plugin_scorers[i];
    }
  }
  return NULL;
}

static sb_text optional(scorebox_plugin_types_option_json_t field) {
  return field.is_some ? sb_received(field.val) : SB_NO_TEXT;
}

static sb_example received(sb_call *call, const scorebox_plugin_types_example_t *example) {
  return (sb_example){
      .call = call,
      .id = sb_received(example->id),
      .inputs = optional(example->inputs),
      .outputs = optional(example->outputs),
      .expectations = optional(example->expectations),
      .trace = optional(example->trace),
      // A tag is two texts, and a text is laid out like one of the bindings.
      .tags = (const sb_tag *)(const void *)example->tags.ptr,
      .tag_count = example->tags.len,
  };
}

static sb_call new_call(const sb_scorer *scorer, sb_text config) {
  return (sb_call){
      .config_schema = scorer->config_schema,
      .config = config,
      .sent = required(scorer) | used(scorer),
      .error = {SB_FAILED, SB_NO_TEXT},
  };
}

static void succeed(const sb_call *call, scored *answer) {
  answer->is_err = false;
  answer->val.ok = (feedback_list){call->feedback, call->feedback_count};
}

static void fail(const sb_call *call, const sb_scorer *scorer, scored *answer) {
  answer->is_err = true;
  answer->val.err = sb_plugin_error(call, scorer->name);
}

static sb_text wrong_scope(const sb_scorer *scorer, const char *what) {
  return sb_join(SB_TEXT("`"), sb_text_of(scorer->name), SB_TEXT("` scores "), sb_text_of(what));
}

// Whether a function for many, which answers nothing, left an example with an error: one that it passed over has
// feedback after it.
static bool ended_in_error(const sb_call *call) {
  return sb_is_there(call->error.message) && call->feedback_count == call->feedback_before_error;
}

// With a function for many, an example without an error and without feedback has none.
static void score_together(const sb_scorer *scorer, sb_text config, example_list examples, scored *answers) {
  sb_call *calls = sb_alloc(examples.len * sizeof *calls);
  sb_call **call_list = sb_alloc(examples.len * sizeof *call_list);
  sb_example *list = sb_alloc(examples.len * sizeof *list);
  for (size_t i = 0; i < examples.len; i++) {
    calls[i] = new_call(scorer, config);
    call_list[i] = &calls[i];
    list[i] = received(&calls[i], &examples.ptr[i]);
  }
  scorer->score_batch(call_list, list, examples.len);
  for (size_t i = 0; i < examples.len; i++) {
    if (ended_in_error(&calls[i])) {
      fail(&calls[i], scorer, &answers[i]);
    } else {
      succeed(&calls[i], &answers[i]);
    }
  }
}

static void score_one(const sb_scorer *scorer, sb_text config, const scorebox_plugin_types_example_t *sent,
                      scored *answer) {
  sb_call call = new_call(scorer, config);
  sb_example example = received(&call, sent);
  if (scorer->score(&call, &example) == SB_OK) {
    succeed(&call, answer);
  } else {
    fail(&call, scorer, answer);
  }
}

static void fail_all(sb_error_kind kind, sb_text message, size_t count, scored *answers) {
  for (size_t i = 0; i < count; i++) {
    answers[i].is_err = true;
    answers[i].val.err = sb_new_plugin_error(kind, message);
  }
}

static void score_all(sb_text name, sb_text config, example_list examples, scored *answers) {
  const sb_scorer *scorer = find(name);
  if (scorer == NULL) {
    sb_text message = sb_join(SB_TEXT("no scorer is called `"), name, SB_TEXT("`"));
    fail_all(SB_INVALID_CONFIG, message, examples.len, answers);
  } else if (scorer->score_batch != NULL) {
    score_together(scorer, config, examples, answers);
  } else if (scorer->score != NULL) {
    for (size_t i = 0; i < examples.len; i++) {
      score_one(scorer, config, &examples.ptr[i], &answers[i]);
    }
  } else {
    fail_all(SB_UNSUPPORTED, wrong_scope(scorer, "conversations, not single examples"), examples.len, answers);
  }
}

static bool answered(const scored *answer, feedback_list *feedback, scorebox_plugin_types_plugin_error_t *error) {
  sb_finish();
  if (answer->is_err) {
    *error = answer->val.err;
  } else {
    *feedback = answer->val.ok;
  }
  return !answer->is_err;
}

bool exports_scorebox_plugin_scorers_score(guest_string_t *name, guest_string_t *config,
                                           scorebox_plugin_types_example_t *example, feedback_list *feedback,
                                           scorebox_plugin_types_plugin_error_t *error) {
  sb_begin();
  scored answer;
  score_all(sb_received(*name), sb_received(*config), (example_list){example, 1}, &answer);
  return answered(&answer, feedback, error);
}

void exports_scorebox_plugin_scorers_score_batch(
    guest_string_t *name, guest_string_t *config, example_list *examples,
    exports_scorebox_plugin_scorers_list_result_list_feedback_plugin_error_t *answers) {
  sb_begin();
  answers->len = examples->len;
  answers->ptr = sb_alloc(examples->len * sizeof *answers->ptr);
  score_all(sb_received(*name), sb_received(*config), *examples, answers->ptr);
  sb_finish();
}

static void score_turns(sb_text name, sb_text config, const example_list *turns, scored *answer) {
  const sb_scorer *scorer = find(name);
  if (scorer == NULL || scorer->score_session == NULL) {
    sb_text unknown = sb_join(SB_TEXT("no scorer is called `"), name, SB_TEXT("`"));
    sb_error_kind kind = scorer == NULL ? SB_INVALID_CONFIG : SB_UNSUPPORTED;
    fail_all(kind, scorer == NULL ? unknown : wrong_scope(scorer, "single examples, not conversations"), 1, answer);
    return;
  }
  sb_call call = new_call(scorer, config);
  sb_example *list = sb_alloc(turns->len * sizeof *list);
  for (size_t i = 0; i < turns->len; i++) {
    list[i] = received(&call, &turns->ptr[i]);
  }
  if (scorer->score_session(&call, list, turns->len) == SB_OK) {
    succeed(&call, answer);
  } else {
    fail(&call, scorer, answer);
  }
}

bool exports_scorebox_plugin_scorers_score_session(guest_string_t *name, guest_string_t *config, example_list *turns,
                                                   feedback_list *feedback,
                                                   scorebox_plugin_types_plugin_error_t *error) {
  sb_begin();
  scored answer;
  score_turns(sb_received(*name), sb_received(*config), turns, &answer);
  return answered(&answer, feedback, error);
}

#endif
