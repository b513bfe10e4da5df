// Package trace reads the trace of an example: how its answer came about, span by span.
package trace

import (
	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/tracing"
)

// Trace is the spans of one request, in the order of their start.
type Trace struct {
	TraceID string `json:"trace_id"`
	Spans   []Span `json:"spans"`
}

// Span is one step of a trace. Times are nanoseconds since the Unix epoch.
type Span struct {
	SpanID            string         `json:"span_id"`
	ParentSpanID      string         `json:"parent_span_id"` // empty for the root
	Name              string         `json:"name"`
	KindName          string         `json:"kind"`
	StartTimeUnixNano uint64         `json:"start_time_unix_nano"`
	EndTimeUnixNano   *uint64        `json:"end_time_unix_nano"` // nil where nobody said
	Status            Status         `json:"status"`
	Attributes        map[string]any `json:"attributes"`
	Inputs            any            `json:"inputs"`
	Outputs           any            `json:"outputs"`
	Events            []Event        `json:"events"`
}

// Status is how a span ended: OK, ERROR, or UNSET where nobody said.
type Status struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Event is something that happened at one moment of a span.
type Event struct {
	Name         string         `json:"name"`
	TimeUnixNano uint64         `json:"time_unix_nano"`
	Attributes   map[string]any `json:"attributes"`
}

// Of reads the trace of an example; the scorer must ask for [scorebox.Trace].
func Of(example *scorebox.Example) (*Trace, error) {
	value, err := example.Trace()
	if err != nil {
		return nil, err
	}
	trace := new(Trace)
	if err := value.Decode(trace); err != nil {
		return nil, err
	}
	return trace, nil
}

// OfKind answers the spans of one kind, in the order of their start.
func (trace *Trace) OfKind(kind tracing.SpanKind) []Span {
	var found []Span
	for _, span := range trace.Spans {
		if span.Kind() == kind {
			found = append(found, span)
		}
	}
	return found
}

// Root answers the first span that is part of no other, or nil.
func (trace *Trace) Root() *Span {
	return trace.first(func(span *Span) bool { return span.ParentSpanID == "" })
}

// Span answers the span with an id, or nil.
func (trace *Trace) Span(id string) *Span {
	return trace.first(func(span *Span) bool { return span.SpanID == id })
}

func (trace *Trace) first(fits func(*Span) bool) *Span {
	for index := range trace.Spans {
		if fits(&trace.Spans[index]) {
			return &trace.Spans[index]
		}
	}
	return nil
}

// DurationMs answers the time from the first start to the last end, in milliseconds, and whether any span has ended.
func (trace *Trace) DurationMs() (milliseconds float64, known bool) {
	var first, last uint64
	for index, span := range trace.Spans {
		if index == 0 || span.StartTimeUnixNano < first {
			first = span.StartTimeUnixNano
		}
		if span.EndTimeUnixNano != nil {
			last, known = max(last, *span.EndTimeUnixNano), true
		}
	}
	return millisecondsBetween(first, last), known
}

// Kind answers what the step stands for.
func (span *Span) Kind() tracing.SpanKind { return tracing.KindOf(span.KindName) }

// Failed says whether the step failed.
func (span *Span) Failed() bool { return span.Status.Code == "ERROR" }

// DurationMs answers how long the step took, in milliseconds, and whether it has ended.
func (span *Span) DurationMs() (milliseconds float64, known bool) {
	if span.EndTimeUnixNano == nil {
		return 0, false
	}
	return millisecondsBetween(span.StartTimeUnixNano, *span.EndTimeUnixNano), true
}

func millisecondsBetween(start, end uint64) float64 {
	if end < start {
		return 0
	}
	return float64(end-start) / 1e6
}
