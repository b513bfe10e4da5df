package scorebox

// Fields is a set of an example's fields, beside its id.
type Fields uint8

// The fields of an example. Combine them with |.
const (
	Inputs Fields = 1 << iota
	Outputs
	Expectations
	Trace
	Tags
)

// AllFields is every field.
const AllFields = Inputs | Outputs | Expectations | Trace | Tags

// Contain says whether all fields of another set are in this one.
func (fields Fields) Contain(others Fields) bool { return fields&others == others }

// ValueKind is the kind of value that a scorer's feedback has.
type ValueKind uint8

const (
	// Varies is a kind that depends on the config or on the feedback's name. It is what a scorer returns unless it says
	// more.
	Varies ValueKind = iota
	// Boolean is passed or failed.
	Boolean
	// Integer is a whole number.
	Integer
	// Number is a finite number.
	Number
	// Text is one label.
	Text
	// AnyJSON is anything else.
	AnyJSON
)

// Aggregation is how a scorer's values are summed up over a run.
type Aggregation uint8

const (
	// Mean is the arithmetic mean.
	Mean Aggregation = iota
	// Min is the least value.
	Min
	// Max is the greatest value.
	Max
	// Median is the 50th percentile.
	Median
	// P90 is the 90th percentile.
	P90
	// Variance is the sample variance.
	Variance
)
