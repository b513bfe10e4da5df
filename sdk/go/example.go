package scorebox

// Example is one row of a dataset, with the fields that the scorer asked for in [Scorer.Requires] and [Scorer.Uses].
type Example struct {
	id           string
	inputs       *string
	outputs      *string
	expectations *string
	trace        *string
	tags         []Tag
	// What the scorer asked for: tells a field that the row lacks from one that was never sent.
	sent Fields
}

// Tag is a label of a row.
type Tag struct{ Key, Value string }

// ID answers the row's name within its dataset.
func (example *Example) ID() string { return example.id }

// Has says whether the row has all of these fields.
func (example *Example) Has(fields Fields) bool {
	return fields&^example.present() == 0
}

// Inputs answers what the application was asked: an object whose keys are the predict function's parameters.
func (example *Example) Inputs() (JSON, error) {
	return example.field(example.inputs, "inputs", Inputs)
}

// Outputs answers what the application answered: any JSON value.
func (example *Example) Outputs() (JSON, error) {
	return example.field(example.outputs, "outputs", Outputs)
}

// Expectations answers what the answer should be: an object.
func (example *Example) Expectations() (JSON, error) {
	return example.field(example.expectations, "expectations", Expectations)
}

// Trace answers how the answer came about: `{trace_id, spans: […]}`. Package trace reads it.
func (example *Example) Trace() (JSON, error) { return example.field(example.trace, "trace", Trace) }

// Input answers one input, such as `question`.
func (example *Example) Input(key string) (JSON, error) {
	return example.member(example.inputs, "inputs", key, Inputs)
}

// Expectation answers one expectation, such as `expected_response`.
func (example *Example) Expectation(key string) (JSON, error) {
	return example.member(example.expectations, "expectations", key, Expectations)
}

// OutputsText answers the outputs as a text; see [JSON.Text].
func (example *Example) OutputsText() (string, error) { return textOf(example.Outputs()) }

// InputText answers one input as a text; see [JSON.Text].
func (example *Example) InputText(key string) (string, error) { return textOf(example.Input(key)) }

// ExpectationText answers one expectation as a text; see [JSON.Text].
func (example *Example) ExpectationText(key string) (string, error) {
	return textOf(example.Expectation(key))
}

// Tags answers the row's labels, sorted by key.
func (example *Example) Tags() []Tag { return example.tags }

// Tag answers the label with a key, and whether there is one.
func (example *Example) Tag(key string) (value string, has bool) {
	for _, tag := range example.tags {
		if tag.Key == key {
			return tag.Value, true
		}
	}
	return "", false
}

func (example *Example) field(text *string, name string, field Fields) (JSON, error) {
	if text == nil {
		return JSON{}, example.missing(name, name, field)
	}
	return JSON{*text, name}, nil
}

func (example *Example) member(text *string, name, key string, field Fields) (JSON, error) {
	if text == nil {
		return JSON{}, example.missing(name+"."+key, name, field)
	}
	return JSON{*text, name}.Get(key)
}

func (example *Example) missing(path, name string, field Fields) error {
	if example.sent.Contain(field) {
		return MissingField(path)
	}
	return Failed("the scorer did not ask for `" + name + "`: add it to its Requires or Uses")
}

func (example *Example) present() Fields {
	present := Tags
	for _, field := range []struct {
		text  *string
		field Fields
	}{
		{example.inputs, Inputs},
		{example.outputs, Outputs},
		{example.expectations, Expectations},
		{example.trace, Trace},
	} {
		if field.text != nil {
			present |= field.field
		}
	}
	return present
}

func textOf(value JSON, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return value.Text()
}

// asSent is the example with what the host would send: a field that the scorer did not ask for is not there.
func (example Example) asSent(asked Fields) *Example {
	example.sent = asked
	for _, field := range []struct {
		text  **string
		field Fields
	}{
		{&example.inputs, Inputs},
		{&example.outputs, Outputs},
		{&example.expectations, Expectations},
		{&example.trace, Trace},
	} {
		if !asked.Contain(field.field) {
			*field.text = nil
		}
	}
	if !asked.Contain(Tags) {
		example.tags = nil
	}
	return &example
}
