package tracing

import (
	host "scorebox.dev/sdk/internal/bindings/scorebox_plugin_tracing"
	"scorebox.dev/sdk/internal/wit/types"
)

var kinds = [...]host.SpanKind{
	Unknown: host.SpanKindUnknown, LLM: host.SpanKindLlm, ChatModel: host.SpanKindChatModel, Chain: host.SpanKindChain,
	Agent: host.SpanKindAgent, Tool: host.SpanKindTool, Retriever: host.SpanKindRetriever,
	Embedding: host.SpanKindEmbedding, Parser: host.SpanKindParser, Reranker: host.SpanKindReranker,
	Memory: host.SpanKindMemory, Guardrail: host.SpanKindGuardrail, Evaluator: host.SpanKindEvaluator,
	Task: host.SpanKindTask,
}

func startSpan(name string, kind SpanKind, inputs *string) string {
	return host.StartSpan(name, kinds[kind], types.OptionOf(inputs))
}

func setAttribute(id, name, value string) {
	host.SetAttributes(id, []types.Tuple2[string, string]{{F0: name, F1: value}})
}

func endSpan(id string, failure, outputs *string) {
	status := host.MakeSpanStatusOk()
	if failure != nil {
		status = host.MakeSpanStatusError(*failure)
	}
	host.EndSpan(id, status, types.OptionOf(outputs))
}
