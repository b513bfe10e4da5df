//go:build !scorebox_http

package http

// A plugin whose plugin.toml does not list "http" in imports cannot send requests. The name that does not exist makes
// the compiler say so.
var send = plugin_toml_must_list_http_in_imports
