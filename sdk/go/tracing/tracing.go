// Package tracing records what a plugin does as spans of the example's trace.
//
//	span := tracing.Start("search", tracing.Retriever)
//	defer span.End()
//	documents := lookUp(question)
//	span.SetAttribute("documents", len(documents))
//	span.EndWith(documents)
//
// Natively, in tests, nothing is recorded.
package tracing

import (
	"strings"

	"scorebox.dev/sdk/internal/jsons"
)

// SpanKind is what a span stands for, as MLflow names it.
type SpanKind uint8

// The kinds of spans.
const (
	Unknown SpanKind = iota
	LLM
	ChatModel
	Chain
	Agent
	Tool
	Retriever
	Embedding
	Parser
	Reranker
	Memory
	Guardrail
	Evaluator
	Task
)

var kindNames = [...]string{
	"UNKNOWN", "LLM", "CHAT_MODEL", "CHAIN", "AGENT", "TOOL", "RETRIEVER", "EMBEDDING", "PARSER", "RERANKER", "MEMORY",
	"GUARDRAIL", "EVALUATOR", "TASK",
}

// String answers the kind's name in a trace.
func (kind SpanKind) String() string { return kindNames[kind] }

// KindOf answers the kind of a name in a trace; Unknown for a name that is none.
func KindOf(name string) SpanKind {
	for kind, known := range kindNames {
		if known == name {
			return SpanKind(kind)
		}
	}
	return Unknown
}

// Span is an open span. One that is never ended is ended by the host when the call returns.
type Span struct {
	id    string
	ended bool
}

// Start starts a span inside the innermost one that is still open.
func Start(name string, kind SpanKind) *Span { return &Span{id: startSpan(text(name), kind, nil)} }

// StartWith starts a span that records what the step is given.
func StartWith(name string, kind SpanKind, inputs any) *Span {
	return &Span{id: startSpan(text(name), kind, json(inputs))}
}

// ID answers the span's id, for the SpanID of a feedback.
func (span *Span) ID() string { return span.id }

// SetAttribute adds an attribute. OpenTelemetry's GenAI names, such as `gen_ai.request.model`, are understood by the
// host's reports. A value without a JSON form is left out.
func (span *Span) SetAttribute(name string, value any) {
	if value := json(value); value != nil {
		setAttribute(span.id, text(name), *value)
	}
}

// End ends the span. A span that has ended already stays as it is, so End can be deferred.
func (span *Span) End() { span.end(nil, nil) }

// EndWith ends the span with what the step gave.
func (span *Span) EndWith(outputs any) { span.end(nil, json(outputs)) }

// Fail ends the span with an error.
func (span *Span) Fail(message string) {
	message = text(message)
	span.end(&message, nil)
}

func (span *Span) end(failure, outputs *string) {
	if !span.ended {
		span.ended = true
		endSpan(span.id, failure, outputs)
	}
}

// json is nil for a value that has no JSON form: what is recorded beside a result must not fail it.
func json(value any) *string {
	text, err := jsons.Marshal(value)
	if err != nil {
		return nil
	}
	return &text
}

func text(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
