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

// Metadata of each kind of value.
static sb_result describe(sb_call *call, const sb_example *example) {
  sb_text kind;
  SB_TRY(sb_outputs_text(example, &kind));
  sb_value metadata = sb_raw_json("{\"lines\":1}");
  if (sb_text_equal(kind, SB_TEXT("a number"))) {
    metadata = sb_number(0.5);
  } else if (sb_text_equal(kind, SB_TEXT("a string"))) {
    metadata = sb_string("{}");
  } else if (sb_text_equal(kind, SB_TEXT("a tree"))) {
    yyjson_mut_doc *doc = sb_doc();
    yyjson_mut_val *object = yyjson_mut_obj(doc);
    yyjson_mut_obj_add_int(doc, object, "lines", 2);
    metadata = sb_tree(object);
  }
  return sb_give(call, sb_bool(true), .metadata = metadata);
}

// A request to a model, one text of which is no UTF-8.
static sb_result ask(sb_call *call, const sb_example *example) {
  sb_text place;
  SB_TRY(sb_outputs_text(example, &place));
  sb_text object = SB_TEXT("{}");
  sb_tool tool = {.name = SB_TEXT("look_up"), .description = SB_TEXT("Looks up."), .parameters = object};
  sb_tool_call made = {.id = SB_TEXT("1"), .name = SB_TEXT("look_up"), .arguments = object};
  const struct {
    sb_text name;
    sb_text *text;
  } places[] = {
      {SB_TEXT("the name of a tool"), &tool.name},
      {SB_TEXT("the description of a tool"), &tool.description},
      {SB_TEXT("the parameters of a tool"), &tool.parameters},
      {SB_TEXT("the id of a tool call"), &made.id},
      {SB_TEXT("the name of a tool call"), &made.name},
      {SB_TEXT("the arguments of a tool call"), &made.arguments},
  };
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (sb_text_equal(places[i].name, place)) {
      *places[i].text = SB_TEXT("\xff");
    }
  }
  sb_message answer = sb_say(SB_ASSISTANT, "");
  answer.tool_calls = &made;
  answer.tool_call_count = 1;
  sb_chat chat = {.model = SB_TEXT("judge"), SB_MESSAGES(answer), .tools = &tool, .tool_count = 1};
  sb_reply reply;
  SB_TRY(sb_complete(call, &chat, &reply));
  return sb_give(call, sb_string(reply.text));
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
    {
        .name = "describe",
        .summary = "Gives metadata of the kind that the outputs name.",
        .returns = SB_RETURNS_BOOLEAN,
        .score = describe,
    },
    {
        .name = "ask",
        .summary = "Asks a model with a text that is none.",
        .returns = SB_RETURNS_TEXT,
        .score = ask,
    },
};

SB_SCORERS(scorers)
