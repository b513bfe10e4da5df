package output

// Needed for go:linkname.
import _ "unsafe"

// tracebacks is how the runtime ends after a panic that nobody recovers from: in a library, which a plugin is for the
// linker, with an instruction that traps, and what it printed before would be lost with the instance.
//
//go:linkname tracebacks runtime.traceback_cache
var tracebacks uint32

// exitAfterPanic is GOTRACEBACK=single without the trap: the runtime prints the goroutine that failed, and exits, which
// is when the output is flushed.
const exitAfterPanic = 1 << 2

func init() { tracebacks = exitAfterPanic }
