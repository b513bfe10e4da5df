//go:build scorebox_llm

package llm

import (
	scorebox "scorebox.dev/sdk"
	host "scorebox.dev/sdk/internal/bindings/scorebox_plugin_llm"
	"scorebox.dev/sdk/internal/jsons"
	"scorebox.dev/sdk/internal/wit/types"
)

func complete(request Request) (*Response, error) { return received(host.Complete(sent(request))) }

func completeAll(requests []Request) []Result {
	all := make([]host.ChatRequest, 0, len(requests))
	for _, request := range requests {
		all = append(all, sent(request))
	}
	results := make([]Result, 0, len(requests))
	for _, reply := range host.CompleteAll(all) {
		response, err := received(reply)
		results = append(results, Result{response, err})
	}
	return results
}

func embed(model string, texts []string) (*Embeddings, error) {
	reply := host.Embed(model, texts)
	if reply.IsErr() {
		return nil, failure(reply.Err())
	}
	embeddings := reply.Ok()
	return &Embeddings{embeddings.Vectors, usage(embeddings.Usage), embeddings.Model}, nil
}

func sent(request Request) host.ChatRequest {
	messages := make([]host.Message, 0, len(request.Messages))
	for _, message := range request.Messages {
		messages = append(messages, sentMessage(message))
	}
	tools := make([]host.Tool, 0, len(request.Tools))
	for _, tool := range request.Tools {
		tools = append(tools, host.Tool{
			Name: tool.Name, Description: tool.Description, Parameters: string(tool.Parameters),
		})
	}
	sent := host.ChatRequest{
		Model:          request.Model,
		Messages:       messages,
		Temperature:    types.OptionOf(request.Temperature),
		MaxTokens:      types.OptionOf(request.MaxTokens),
		Seed:           types.OptionOf(request.Seed),
		ResponseSchema: unlessEmpty(string(request.ResponseSchema)),
		Tools:          tools,
	}
	if request.Parameters != nil {
		// That they have a JSON form was checked before.
		parameters, _ := jsons.Marshal(request.Parameters)
		sent.Parameters = types.Some(parameters)
	}
	return sent
}

// roles of the contract, by the SDK's.
var roles = [...]host.Role{
	RoleSystem: host.RoleSystem, RoleUser: host.RoleUser, RoleAssistant: host.RoleAssistant, RoleTool: host.RoleTool,
}

func sentMessage(message Message) host.Message {
	calls := make([]host.ToolCall, 0, len(message.ToolCalls))
	for _, call := range message.ToolCalls {
		calls = append(calls, host.ToolCall{Id: call.ID, Name: call.Name, Arguments: string(call.Arguments)})
	}
	return host.Message{
		Role:       roles[message.Role],
		Content:    message.Content,
		ToolCalls:  calls,
		ToolCallId: unlessEmpty(message.ToolCallID),
	}
}

func unlessEmpty(text string) types.Option[string] {
	if text == "" {
		return types.None[string]()
	}
	return types.Some(text)
}

func received(reply types.Result[host.ChatResponse, host.LlmError]) (*Response, error) {
	if reply.IsErr() {
		return nil, failure(reply.Err())
	}
	response := reply.Ok()
	calls := make([]ToolCall, 0, len(response.ToolCalls))
	for _, call := range response.ToolCalls {
		calls = append(calls, ToolCall{call.Id, call.Name, scorebox.RawJSON(call.Arguments)})
	}
	return &Response{
		Text:         response.Text,
		ToolCalls:    calls,
		Usage:        usage(response.Usage),
		Model:        response.Model,
		FinishReason: finishReasons[response.FinishReason],
	}, nil
}

// finishReasons of the SDK, by the contract's.
var finishReasons = [...]FinishReason{
	host.FinishReasonStop:          FinishStop,
	host.FinishReasonLength:        FinishLength,
	host.FinishReasonToolCalls:     FinishToolCalls,
	host.FinishReasonContentFilter: FinishContentFilter,
	host.FinishReasonOther:         FinishOther,
}

func usage(usage host.Usage) Usage { return Usage{usage.InputTokens, usage.OutputTokens} }

func failure(err host.LlmError) error {
	switch err.Tag() {
	case host.LlmErrorDenied:
		return &Error{Denied, err.Denied()}
	case host.LlmErrorOverBudget:
		return &Error{OverBudget, err.OverBudget()}
	case host.LlmErrorInvalidRequest:
		return &Error{InvalidRequest, err.InvalidRequest()}
	case host.LlmErrorUnavailable:
		return &Error{Unavailable, err.Unavailable()}
	case host.LlmErrorInvalidReply:
		return &Error{InvalidReply, err.InvalidReply()}
	default:
		return &Error{Timeout, err.Timeout()}
	}
}
