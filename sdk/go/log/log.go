// Package log writes messages for the person who runs the evaluation. They are kept with the row, up to a cap, and
// change no result. Natively, in tests, they go to the standard error.
//
// What a plugin prints with fmt or log of the standard library arrives there too: one message for a call's standard
// output, one for its standard error.
package log

import "fmt"

// Level is how much a message matters.
type Level uint8

// The levels, as every logger has them.
const (
	LevelTrace Level = iota
	LevelDebug
	LevelInfo
	LevelWarn
	LevelError
)

// String answers the level's name.
func (level Level) String() string {
	return [...]string{"trace", "debug", "info", "warn", "error"}[level]
}

// Trace writes a message about every step.
func Trace(message string) { Log(LevelTrace, message) }

// Debug writes a message that helps to find out what happened.
func Debug(message string) { Log(LevelDebug, message) }

// Info writes a message that is worth knowing.
func Info(message string) { Log(LevelInfo, message) }

// Warn writes a message about something that looks wrong.
func Warn(message string) { Log(LevelWarn, message) }

// Error writes a message about something that is wrong.
func Error(message string) { Log(LevelError, message) }

// Logf writes a formatted message of any level.
func Logf(level Level, format string, arguments ...any) {
	Log(level, fmt.Sprintf(format, arguments...))
}
