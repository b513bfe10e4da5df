// The functions of the plugin, by what they try.

#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <scorebox.h>

sb_result exact_match(sb_call *call, const sb_example *example);
sb_result echo(sb_call *call, const sb_example *example);
sb_result kinds(sb_call *call, const sb_example *example);
sb_result several(sb_call *call, const sb_example *example);
sb_result fails(sb_call *call, const sb_example *example);
sb_result texts(sb_call *call, const sb_example *example);
sb_result turns(sb_call *call, const sb_example *turns, size_t count);

sb_result judge(sb_call *call, const sb_example *example);
sb_result judges(sb_call *call, const sb_example *example);
sb_result embeds(sb_call *call, const sb_example *example);

sb_result fetches(sb_call *call, const sb_example *example);
sb_result spans(sb_call *call, const sb_example *example);
sb_result logs(sb_call *call, const sb_example *example);

sb_result predict_echo(sb_call *call, sb_json inputs);
sb_result predict_fails(sb_call *call, sb_json inputs);
sb_result predict_spans(sb_call *call, sb_json inputs);

// A value parsed, as one that can be written again.
sb_result copied(yyjson_mut_doc *doc, sb_json json, yyjson_mut_val **copy);

#endif
