// Models.

#include "functions.h"

// The texts of an array in the config.
static sb_result list(sb_call *call, const char *key, sb_text **texts, size_t *count) {
  sb_json setting;
  yyjson_val *array, *element;
  SB_TRY(sb_config_find(call, key, &setting));
  SB_TRY(sb_json_parse(setting, &array));
  *count = yyjson_arr_size(array);
  *texts = sb_alloc(*count * sizeof **texts);
  size_t i, length;
  yyjson_arr_foreach(array, i, length, element) {
    (*texts)[i] = (sb_text){yyjson_get_str(element), yyjson_get_len(element)};
  }
  return SB_OK;
}

sb_result judge(sb_call *call, const sb_example *example) {
  sb_text model, output;
  SB_TRY(sb_config_text(call, "model", &model));
  SB_TRY(sb_outputs_text(example, &output));
  sb_chat chat = {
      .model = model,
      SB_MESSAGES(sb_say(SB_SYSTEM, "Answer with one word."), sb_say(SB_USER, output)),
      .temperature = SB_SET(0.0),
      .max_tokens = SB_SET(64),
      .seed = SB_SET(7),
      .response_schema = SB_TEXT("{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\"}},"
                                 "\"required\":[\"word\"]}"),
  };
  sb_reply reply;
  SB_TRY(sb_complete(call, &chat, &reply));
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *metadata = yyjson_mut_obj(doc);
  sb_add(doc, metadata, "model", sb_mut_text(doc, reply.model));
  sb_add(doc, metadata, "input_tokens", yyjson_mut_uint(doc, reply.input_tokens));
  sb_add(doc, metadata, "output_tokens", yyjson_mut_uint(doc, reply.output_tokens));
  return sb_give(call, sb_string(reply.text), .rationale = sb_finish_reason_name(reply.finish_reason),
                 .metadata = sb_tree(metadata));
}

sb_result judges(sb_call *call, const sb_example *example) {
  (void)example;
  sb_text model, *questions;
  size_t count;
  SB_TRY(sb_config_text(call, "model", &model));
  SB_TRY(list(call, "questions", &questions, &count));
  sb_chat *chats = sb_alloc(count * sizeof *chats);
  sb_message *messages = sb_alloc(count * sizeof *messages);
  for (size_t i = 0; i < count; i++) {
    messages[i] = (sb_message){.role = SB_USER, .content = questions[i]};
    chats[i] = (sb_chat){.model = model, .messages = &messages[i], .message_count = 1};
  }
  const sb_reply *replies = sb_complete_all(chats, count);
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *answers = yyjson_mut_arr(doc);
  for (size_t i = 0; i < count; i++) {
    if (replies[i].error == SB_MODEL_OK) {
      yyjson_mut_arr_append(answers, sb_mut_text(doc, replies[i].text));
    } else {
      yyjson_mut_val *error = yyjson_mut_obj(doc);
      sb_add(doc, error, "error", sb_mut_text(doc, replies[i].message));
      yyjson_mut_arr_append(answers, error);
    }
  }
  return sb_give(call, sb_tree(answers));
}

sb_result embeds(sb_call *call, const sb_example *example) {
  (void)example;
  sb_text model, *texts;
  size_t count;
  SB_TRY(sb_config_text(call, "model", &model));
  SB_TRY(list(call, "texts", &texts, &count));
  sb_embeddings embeddings;
  SB_TRY(sb_embed(call, model, texts, count, &embeddings));
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *object = yyjson_mut_obj(doc), *vectors = yyjson_mut_arr(doc);
  for (size_t i = 0; i < embeddings.vector_count; i++) {
    yyjson_mut_val *vector = yyjson_mut_arr(doc);
    for (size_t j = 0; j < embeddings.vectors[i].length; j++) {
      yyjson_mut_arr_append(vector, yyjson_mut_real(doc, (double)embeddings.vectors[i].values[j]));
    }
    yyjson_mut_arr_append(vectors, vector);
  }
  sb_add(doc, object, "vectors", vectors);
  sb_add(doc, object, "model", sb_mut_text(doc, embeddings.model));
  sb_add(doc, object, "input_tokens", yyjson_mut_uint(doc, embeddings.input_tokens));
  return sb_give(call, sb_tree(object));
}
