package runtime

import "unsafe"

// cabiRealloc is how the host asks for memory: for the arguments of a call into the plugin, and for the results of a
// call out of it. The host never resizes, so there is never anything to copy.
//
//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if old != nil || oldSize != 0 {
		panic("the host resizes memory")
	}
	return Allocate(&lent, size, align)
}
