// What a plugin holds: tables of scorers and of predict functions.

#ifndef SCOREBOX_PLUGIN_H
#define SCOREBOX_PLUGIN_H

#include "example.h"

// The fields of an example beside its id, to be combined with `|`.
typedef enum sb_fields {
  SB_INPUTS = 1 << 0,
  SB_OUTPUTS = 1 << 1,
  SB_EXPECTATIONS = 1 << 2,
  SB_TRACE = 1 << 3,
  SB_TAGS = 1 << 4,
  // No field, where none is wanted: a scorer that names no fields at all has the usual ones.
  SB_NO_FIELDS = 1 << 7,
} sb_fields;

// The kind of value that a scorer gives.
typedef enum sb_returns {
  // The kind depends on the config or on the feedback's name.
  SB_RETURNS_VARIES,
  SB_RETURNS_BOOLEAN,
  SB_RETURNS_INTEGER,
  SB_RETURNS_NUMBER,
  SB_RETURNS_TEXT,
  SB_RETURNS_JSON,
} sb_returns;

// How a scorer's values are summed up over a run, to be combined with `|`.
typedef enum sb_aggregations {
  SB_MEAN = 1 << 0,
  SB_MIN = 1 << 1,
  SB_MAX = 1 << 2,
  SB_MEDIAN = 1 << 3,
  SB_P90 = 1 << 4,
  SB_VARIANCE = 1 << 5,
} sb_aggregations;

typedef struct sb_scorer {
  // A lower-case letter, then lower-case letters, digits and `_`; at most 64 characters.
  const char *name;
  // One line for a person who chooses a scorer.
  const char *summary;
  // A JSON Schema (2020-12), an object's; not set, the scorer has no settings.
  const char *config_schema;
  // Fields (SB_OUTPUTS | …) without which the scorer cannot work: a row that lacks one fails without a call.
  unsigned requires;
  // Further fields that are sent when the row has them. With neither set, the scorer requires the outputs and is sent
  // inputs and expectations too.
  unsigned uses;
  sb_returns returns;
  // SB_MEAN | …; not set, the host chooses.
  unsigned aggregations;
  // One of these three. Scores one example;
  sb_result (*score)(sb_call *call, const sb_example *example);
  // several in one call, worth it only to ask a model about all of them at once: example `i` is scored with `calls[i]`.
  // As it answers nothing, a row fails whose last error came after its last feedback. Where an error is no reason to
  // fail and no feedback follows, take it with `sb_catch`;
  void (*score_batch)(sb_call *const *calls, const sb_example *examples, size_t count);
  // one conversation, given its turns in order.
  sb_result (*score_session)(sb_call *call, const sb_example *turns, size_t count);
} sb_scorer;

typedef struct sb_predictor {
  // As a scorer's.
  const char *name;
  const char *summary;
  const char *config_schema;
  // Answers one example's inputs, an object, with `sb_answer`.
  sb_result (*predict)(sb_call *call, sb_json inputs);
} sb_predictor;

// The plugin's scorers, once in a plugin: `SB_SCORERS(scorers)` for an array `static const sb_scorer scorers[]`.
#define SB_SCORERS(array)                               \
  const sb_scorer *const sb_plugin_scorers = (array);   \
  const size_t sb_plugin_scorer_count = sizeof(array) / sizeof(*(array));
extern const sb_scorer *const sb_plugin_scorers;
extern const size_t sb_plugin_scorer_count;

// The plugin's predict functions, likewise.
#define SB_PREDICTORS(array)                                  \
  const sb_predictor *const sb_plugin_predictors = (array);   \
  const size_t sb_plugin_predictor_count = sizeof(array) / sizeof(*(array));
extern const sb_predictor *const sb_plugin_predictors;
extern const size_t sb_plugin_predictor_count;

#endif
