package log

import (
	"strings"

	host "scorebox.dev/sdk/internal/bindings/scorebox_plugin_log"
	"scorebox.dev/sdk/internal/output"
)

// Log writes a message of any level. Bytes that are no UTF-8 become replacement characters: a message changes no
// result, so it must not fail a row.
func Log(level Level, message string) {
	output.Flush()
	host.Log(uint8(level), strings.ToValidUTF8(message, "\uFFFD"))
}
