// Package runtime is what generated bindings need beside their types: memory that the host may write to and read from,
// and handles of the host's resources.
package runtime

import (
	"runtime"
	"unsafe"
)

// Allocate answers zeroed memory that stays where it is for as long as the pinner pins it. The garbage collector does
// not look for pointers in it.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	pointer := allocate(size, align)
	pinner.Pin(pointer)
	return pointer
}

func allocate(size, align uintptr) unsafe.Pointer {
	if align <= 1 {
		return unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	}
	// The canonical ABI aligns to 8 bytes at most.
	return unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+7)/8)))
}

// lent holds what the host was given to write to, until the call that it belongs to has read it.
var lent runtime.Pinner

// Unpin gives back to the garbage collector what the host was lent. Bindings call it when they have turned all of it
// into Go values, which keep alive what they need.
func Unpin() { lent.Unpin() }
