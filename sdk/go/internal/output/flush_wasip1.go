package output

// Flush logs what was printed to the standard output and the standard error since it was called last. The system
// interface that the component is built with (adapter/preview1.wat) gathers it: Go prints a panic in many small pieces.
//
//go:wasmimport wasi_snapshot_preview1 scorebox_flush_output
func Flush()
