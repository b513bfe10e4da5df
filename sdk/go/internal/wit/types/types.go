// Package types has the types that generated bindings use for what WIT has and Go has not.
//
// Bindings are generated for every build from the contract and refer to this package and to package runtime beside it,
// so that a plugin needs nothing from the network.
package types

// Unit stands for the missing payload of a result.
type Unit struct{}

// The tags of an [Option], as the canonical ABI numbers them.
const (
	OptionNone = 0
	OptionSome = 1
)

// Option is a value that may be missing.
type Option[T any] struct {
	value T
	has   bool
}

// Some is a value that is there.
func Some[T any](value T) Option[T] { return Option[T]{value: value, has: true} }

// None is a value that is missing.
func None[T any]() Option[T] { return Option[T]{} }

// Tag says whether the value is there, as the canonical ABI numbers it.
func (option Option[T]) Tag() uint8 {
	if option.has {
		return OptionSome
	}
	return OptionNone
}

// Some answers the value, which must be there.
func (option Option[T]) Some() T {
	if !option.has {
		panic("the value of a missing option")
	}
	return option.value
}

// Get answers the value, and whether it is there.
func (option Option[T]) Get() (T, bool) { return option.value, option.has }

// OptionOf is the option that a pointer stands for: missing where it is nil.
func OptionOf[T any](pointer *T) Option[T] {
	if pointer == nil {
		return None[T]()
	}
	return Some(*pointer)
}

// Pointer is nil where the value is missing.
func (option Option[T]) Pointer() *T {
	if !option.has {
		return nil
	}
	return &option.value
}

// The tags of a [Result], as the canonical ABI numbers them.
const (
	ResultOk  = 0
	ResultErr = 1
)

// Result is a value, or why there is none.
type Result[T, E any] struct {
	value T
	err   E
	tag   uint8
}

// Ok is a value.
func Ok[T, E any](value T) Result[T, E] { return Result[T, E]{value: value, tag: ResultOk} }

// Err is why there is no value.
func Err[T, E any](err E) Result[T, E] { return Result[T, E]{err: err, tag: ResultErr} }

// Tag says which of the two it is, as the canonical ABI numbers it.
func (result Result[T, E]) Tag() uint8 { return result.tag }

// IsErr says whether there is no value.
func (result Result[T, E]) IsErr() bool { return result.tag == ResultErr }

// Ok answers the value, which must be there.
func (result Result[T, E]) Ok() T {
	if result.tag != ResultOk {
		panic("the value of a result that is an error")
	}
	return result.value
}

// Err answers why there is no value.
func (result Result[T, E]) Err() E {
	if result.tag != ResultErr {
		panic("the error of a result that is a value")
	}
	return result.err
}

// Tuple2 is a pair.
type Tuple2[A, B any] struct {
	F0 A
	F1 B
}
