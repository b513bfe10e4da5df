// Package llm asks models, through the host: it holds the keys, picks the provider, retries, and keeps the budget.
//
//	reply, err := llm.Request{
//		Model:       "judge",
//		Messages:    []llm.Message{llm.System("Answer with yes or no."), llm.User("Is this polite?\n\n" + answer)},
//		Temperature: new(0.0),
//	}.Complete()
//
// A plugin that uses this package says `imports = ["llm"]` in its plugin.toml. Natively there is no host to ask: every
// call answers a denial, unless a test sets [scorebox.dev/sdk/scoreboxtest.AnswerModels].
package llm

import (
	"strings"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/internal/jsons"
)

// ModelName is a model alias in a config, such as `judge`. Its schema tells the host before the first row which models
// a plugin will ask, so that a missing grant or key is found then. A string would work too, but only at the first call.
type ModelName string

// JSONSchema answers the schema by which the host knows an alias.
func (ModelName) JSONSchema() scorebox.Schema {
	return `{"type":"string","format":"scorebox-model","minLength":1}`
}

// Request is one request to a chat model.
type Request struct {
	// Model is a model alias, such as `judge`, that the operator maps to a provider and a model.
	Model string
	// Messages is the conversation so far.
	Messages []Message
	// Temperature is the sampling temperature; nil leaves it to the provider.
	Temperature *float64
	// MaxTokens is the most tokens that the reply may have; nil leaves it to the operator.
	MaxTokens *uint32
	// Seed asks the provider for repeatable sampling, where it can.
	Seed *uint64
	// ResponseSchema is a JSON Schema that the reply's text must satisfy, such as one of [scorebox.SchemaOf]; empty
	// asks for a free text.
	ResponseSchema scorebox.Schema
	// Tools are what the model may ask for.
	Tools []Tool
	// Parameters has further inference parameters, an object, passed on to the provider as they are; nil for none.
	Parameters map[string]any
}

// Role is who says a message.
type Role uint8

// The roles of a conversation.
const (
	RoleSystem Role = iota
	RoleUser
	RoleAssistant
	RoleTool
)

// Message is one message of a conversation with a model.
type Message struct {
	Role Role
	// Content is the text; may be empty when there are tool calls.
	Content string
	// ToolCalls are those of an assistant's message.
	ToolCalls []ToolCall
	// ToolCallID is, for a tool's message, the id of the call that it answers.
	ToolCallID string
}

// System is a message that sets the rules.
func System(content string) Message { return Message{Role: RoleSystem, Content: content} }

// User is a message of the one who asks.
func User(content string) Message { return Message{Role: RoleUser, Content: content} }

// Assistant is a message of the model.
func Assistant(content string) Message { return Message{Role: RoleAssistant, Content: content} }

// ToolResult is the result of a tool call.
func ToolResult(call ToolCall, content string) Message {
	return Message{Role: RoleTool, Content: content, ToolCallID: call.ID}
}

// Tool is a tool that the model may ask for.
type Tool struct {
	Name        string
	Description string
	// Parameters is a JSON Schema for the arguments.
	Parameters scorebox.Schema
}

// ToolCall is a tool that the model wants called.
type ToolCall struct {
	ID   string
	Name string
	// Arguments is a JSON object.
	Arguments scorebox.RawJSON
}

// Response is a model's reply.
type Response struct {
	// Text is JSON that satisfies the schema when the request had one.
	Text      string
	ToolCalls []ToolCall
	Usage     Usage
	// Model is the model that answered, as the provider names it.
	Model        string
	FinishReason FinishReason
}

// Decode reads the text as JSON into what a pointer points to.
func (response *Response) Decode(into any) error {
	if err := jsons.Unmarshal(response.Text, into); err != nil {
		return &Error{InvalidReply, err.Error()}
	}
	return nil
}

// Usage is what a request used up.
type Usage struct{ InputTokens, OutputTokens uint64 }

// FinishReason is why a reply ended.
type FinishReason uint8

// The reasons.
const (
	FinishStop FinishReason = iota
	FinishLength
	FinishToolCalls
	FinishContentFilter
	FinishOther
)

// String answers the reason's name, such as `tool-calls`.
func (reason FinishReason) String() string {
	return [...]string{"stop", "length", "tool-calls", "content-filter", "other"}[reason]
}

// Embeddings are vectors for a list of texts.
type Embeddings struct {
	// Vectors has one for each text, in order.
	Vectors [][]float32
	Usage   Usage
	// Model is the model that answered, as the provider names it.
	Model string
}

// Result is a reply, or why there is none.
type Result struct {
	Response *Response
	Err      error
}

// ErrorKind says what kind of [Error] it is.
type ErrorKind uint8

const (
	// Denied is what the operator did not grant; the text says which rule, and how to grant it.
	Denied ErrorKind = iota
	// OverBudget is a request that would exceed the budget of the call, the scorer or the run.
	OverBudget
	// InvalidRequest is a request that is wrong itself: an empty conversation, a schema that is none.
	InvalidRequest
	// Unavailable is a provider that could not be reached, or kept failing.
	Unavailable
	// InvalidReply is a reply that does not satisfy the schema, after one attempt at repair.
	InvalidReply
	// Timeout is a deadline that passed.
	Timeout
)

// Error is why there is no reply.
type Error struct {
	Kind ErrorKind
	Text string
}

// Error answers the text, with the kind before it.
func (err *Error) Error() string {
	kind := [...]string{"denied", "over budget", "invalid request", "unavailable", "invalid reply", "timeout"}[err.Kind]
	return "model: " + kind + ": " + err.Text
}

// Complete asks the model. The error is an [*Error].
func (request Request) Complete() (*Response, error) {
	if err := request.check(); err != nil {
		return nil, err
	}
	return complete(request)
}

// CompleteAll asks several times at once and answers in the order of the requests.
func CompleteAll(requests []Request) []Result {
	results := make([]Result, len(requests))
	var sent []Request
	var places []int
	for place, request := range requests {
		if err := request.check(); err != nil {
			results[place].Err = err
			continue
		}
		sent, places = append(sent, request), append(places, place)
	}
	if len(sent) > 0 {
		for index, result := range completeAll(sent) {
			results[places[index]] = result
		}
	}
	return results
}

// Embed embeds texts with the model behind an alias. The error is an [*Error].
func Embed(model string, texts []string) (*Embeddings, error) {
	for _, text := range append([]string{model}, texts...) {
		if err := checkText(text); err != nil {
			return nil, err
		}
	}
	return embed(model, texts)
}

// check sees to it that the host is sent text and JSON only; it would have to end the call otherwise.
func (request Request) check() error {
	texts := []string{request.Model, string(request.ResponseSchema)}
	for _, message := range request.Messages {
		texts = append(texts, message.Content, message.ToolCallID)
		for _, call := range message.ToolCalls {
			texts = append(texts, call.ID, call.Name, string(call.Arguments))
		}
	}
	for _, tool := range request.Tools {
		texts = append(texts, tool.Name, tool.Description, string(tool.Parameters))
	}
	for _, text := range texts {
		if err := checkText(text); err != nil {
			return err
		}
	}
	if _, err := jsons.Marshal(request.Parameters); err != nil {
		return &Error{InvalidRequest, "the parameters have no JSON form: " + err.Error()}
	}
	return nil
}

func checkText(text string) error {
	if strings.ToValidUTF8(text, "") != text {
		return &Error{InvalidRequest, "a text holds bytes that are no UTF-8"}
	}
	return nil
}
