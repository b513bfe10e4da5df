//go:build !wasip1

package log

import (
	"fmt"
	"os"
)

// Log writes a message of any level.
func Log(level Level, message string) { fmt.Fprintf(os.Stderr, "[%s] %s\n", level, message) }
