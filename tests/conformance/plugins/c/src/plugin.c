// The tables of the plugin.

#include "functions.h"

#define OBJECT(members) "{\"type\":\"object\"," members "}"
#define STRICT(properties) OBJECT("\"properties\":{" properties "},\"additionalProperties\":false")
#define NEEDING(keys, properties) \
  OBJECT("\"properties\":{" properties "},\"required\":[" keys "],\"additionalProperties\":false")
#define STRING "{\"type\":\"string\"}"
#define STRINGS "{\"type\":\"array\",\"items\":" STRING "}"
#define ANYTHING "{\"type\":\"object\"}"
#define HOW NEEDING("\"how\"", "\"how\":" STRING ",\"message\":" STRING)

static const sb_scorer scorers[] = {
    {
        .name = "exact_match",
        .summary = "Whether the output is exactly the expected response.",
        .config_schema = STRICT("\"trim\":{\"type\":\"boolean\",\"default\":false,"
                                "\"description\":\"Whether white space around the texts is ignored.\"}"),
        .requires = SB_OUTPUTS | SB_EXPECTATIONS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = exact_match,
    },
    {
        .name = "echo",
        .summary = "What the scorer was sent.",
        .config_schema = ANYTHING,
        .uses = SB_INPUTS | SB_OUTPUTS | SB_EXPECTATIONS | SB_TRACE | SB_TAGS,
        .returns = SB_RETURNS_JSON,
        .score = echo,
    },
    {
        .name = "kinds",
        .summary = "A value of each kind.",
        .config_schema = NEEDING("\"value\"", "\"value\":{}"),
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_VARIES,
        .score = kinds,
    },
    {
        .name = "several",
        .summary = "Several feedbacks at once.",
        .config_schema = NEEDING("\"count\"", "\"count\":{\"type\":\"integer\",\"minimum\":0}"),
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_INTEGER,
        .aggregations = SB_MEAN | SB_MAX,
        .score = several,
    },
    {
        .name = "fails",
        .summary = "Fails as told.",
        .config_schema = HOW,
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = fails,
    },
    {
        .name = "texts",
        .summary = "Reads texts of the example.",
        .config_schema = STRICT("\"input\":" STRING ",\"expectation\":" STRING),
        .uses = SB_INPUTS | SB_OUTPUTS | SB_EXPECTATIONS,
        .returns = SB_RETURNS_JSON,
        .score = texts,
    },
    {
        .name = "judge",
        .summary = "Asks a model once.",
        .config_schema = NEEDING("\"model\"", "\"model\":" STRING),
        .requires = SB_OUTPUTS,
        .returns = SB_RETURNS_TEXT,
        .score = judge,
    },
    {
        .name = "judges",
        .summary = "Asks a model several times at once.",
        .config_schema = NEEDING("\"model\",\"questions\"", "\"model\":" STRING ",\"questions\":" STRINGS),
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_JSON,
        .score = judges,
    },
    {
        .name = "embeds",
        .summary = "Embeds texts.",
        .config_schema = NEEDING("\"model\",\"texts\"", "\"model\":" STRING ",\"texts\":" STRINGS),
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_JSON,
        .score = embeds,
    },
    {
        .name = "fetches",
        .summary = "Sends an HTTP request.",
        .config_schema = NEEDING("\"url\"", "\"url\":" STRING
                                            ",\"method\":{\"type\":\"string\",\"default\":\"GET\"},\"body\":" STRING),
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_JSON,
        .score = fetches,
    },
    {
        .name = "spans",
        .summary = "Records spans.",
        .config_schema = ANYTHING,
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = spans,
    },
    {
        .name = "logs",
        .summary = "Writes log messages.",
        .config_schema = ANYTHING,
        .requires = SB_NO_FIELDS,
        .returns = SB_RETURNS_BOOLEAN,
        .score = logs,
    },
    {
        .name = "turns",
        .summary = "Counts the turns of a conversation.",
        .config_schema = ANYTHING,
        .requires = SB_INPUTS,
        .uses = SB_OUTPUTS,
        .returns = SB_RETURNS_INTEGER,
        .score_session = turns,
    },
};

static const sb_predictor predictors[] = {
    {
        .name = "echo",
        .summary = "The inputs as they came.",
        .config_schema = ANYTHING,
        .predict = predict_echo,
    },
    {
        .name = "fails",
        .summary = "Fails as told.",
        .config_schema = HOW,
        .predict = predict_fails,
    },
    {
        .name = "spans",
        .summary = "Records spans.",
        .config_schema = ANYTHING,
        .predict = predict_spans,
    },
};

SB_SCORERS(scorers)
SB_PREDICTORS(predictors)
