package runtime

// Handle is a resource of the host, or what is left of one that was handed over or dropped.
type Handle struct{ value int32 }

// MakeHandle wraps the host's number of a resource.
func MakeHandle(value int32) *Handle {
	if value == 0 {
		panic("a handle that is none")
	}
	return &Handle{value}
}

// Use answers the number, for a call that borrows the resource.
func (handle *Handle) Use() int32 {
	if handle.value == 0 {
		panic("a resource is used after it was dropped or handed over")
	}
	return handle.value
}

// Take answers the number, for a call that the resource is handed over to.
func (handle *Handle) Take() int32 {
	value := handle.Use()
	handle.value = 0
	return value
}

// TakeOrNil answers the number, or 0 where the resource is gone.
func (handle *Handle) TakeOrNil() int32 {
	value := handle.value
	handle.value = 0
	return value
}

// Set gives the handle a resource again.
func (handle *Handle) Set(value int32) {
	if value == 0 || handle.value != 0 {
		panic("a handle that has a resource is given another")
	}
	handle.value = value
}
