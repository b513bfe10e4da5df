//go:build !scorebox_llm

package llm

// A plugin whose plugin.toml does not list "llm" in imports cannot ask models. The name that does not exist makes the
// compiler say so.
const missing = plugin_toml_must_list_llm_in_imports

var complete, completeAll, embed = missing, missing, missing
