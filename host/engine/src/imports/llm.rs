use scorebox_core::{Digest, FailureKind, Json, Usage};

use crate::bindings::llm as wit;
use crate::outgoing::{
    ChatMessage, ChatRequest, ChatResponse, ChatRole, ChatTool, ChatToolCall, Embeddings, FinishReason, LlmError,
};
use crate::state::HostState;

type Reply<T> = Result<T, wit::LlmError>;

impl wit::Host for HostState {
    async fn complete(&mut self, request: wit::ChatRequest) -> wasmtime::Result<Reply<wit::ChatResponse>> {
        self.count_host_call()?;
        self.count_outgoing(1)?;
        let request = match self.admit(request, 0) {
            Ok(request) => request,
            Err(error) => return Ok(Err(self.refuse(error))),
        };
        let outgoing = self.settings.outgoing.clone();
        let reply = outgoing.complete(&self.caller, request).await;
        Ok(self.account(reply))
    }

    async fn complete_all(
        &mut self,
        requests: Vec<wit::ChatRequest>,
    ) -> wasmtime::Result<Vec<Reply<wit::ChatResponse>>> {
        self.count_host_call()?;
        self.count_outgoing(requests.len() as u64)?;
        // None of them has a reply before the last one is sent, so each counts with what it sends.
        let mut on_the_way = 0_u64;
        let mut admitted = Vec::with_capacity(requests.len());
        for request in requests {
            let tokens = likely_input_tokens(&request);
            admitted.push(self.admit(request, on_the_way));
            on_the_way = on_the_way.saturating_add(tokens);
        }
        let sent: Vec<_> = admitted.iter().filter_map(|request| request.clone().ok()).collect();
        let outgoing = self.settings.outgoing.clone();
        let mut replies = outgoing.complete_all(&self.caller, sent).await.into_iter();
        let missing = || Err(LlmError::Unavailable("the host gave fewer replies than there were requests".into()));
        Ok(admitted
            .into_iter()
            .map(|request| match request {
                Ok(_) => self.account(replies.next().unwrap_or_else(missing)),
                Err(error) => Err(self.refuse(error)),
            })
            .collect())
    }

    async fn embed(&mut self, model: String, texts: Vec<String>) -> wasmtime::Result<Reply<wit::Embeddings>> {
        self.count_host_call()?;
        self.count_outgoing(1)?;
        if let Err(reason) = self.check_call_budget(0) {
            return Ok(Err(self.refuse(LlmError::OverBudget(reason))));
        }
        let outgoing = self.settings.outgoing.clone();
        let reply = outgoing.embed(&self.caller, model, texts).await;
        if let Ok(embeddings) = &reply {
            self.usage.add(embeddings.usage);
        }
        Ok(reply.map(Into::into).map_err(|error| self.refuse(error)))
    }
}

impl HostState {
    /// Checks a guest's request, so that what goes out is well-formed.
    fn admit(&mut self, request: wit::ChatRequest, tokens_on_the_way: u64) -> Result<ChatRequest, LlmError> {
        self.check_call_budget(tokens_on_the_way).map_err(LlmError::OverBudget)?;
        if request.messages.is_empty() {
            return Err(LlmError::InvalidRequest("there are no messages".into()));
        }
        let depth = self.settings.limits.output_json_depth;
        let json = |what: &str, text: String| {
            let json = Json::parse_bounded(text, depth);
            let json = json.map_err(|error| LlmError::InvalidRequest(format!("{what}: {error}")))?;
            json.canonical().map_err(|error| LlmError::InvalidRequest(format!("{what}: {error}")))
        };
        let mut request = ChatRequest {
            model: request.model,
            messages: request
                .messages
                .into_iter()
                .map(|message| {
                    Ok(ChatMessage {
                        role: message.role.into(),
                        content: message.content,
                        tool_calls: message
                            .tool_calls
                            .into_iter()
                            .map(|call| {
                                let arguments = json("the arguments of a tool call", call.arguments)?;
                                Ok(ChatToolCall { id: call.id, name: call.name, arguments })
                            })
                            .collect::<Result<_, LlmError>>()?,
                        tool_call_id: message.tool_call_id,
                    })
                })
                .collect::<Result<_, LlmError>>()?,
            temperature: request.temperature,
            max_tokens: request.max_tokens,
            seed: request.seed,
            response_schema: request.response_schema.map(|text| json("response-schema", text)).transpose()?,
            tools: request
                .tools
                .into_iter()
                .map(|tool| {
                    let parameters = json("the parameters of a tool", tool.parameters)?;
                    Ok(ChatTool { name: tool.name, description: tool.description, parameters })
                })
                .collect::<Result<_, LlmError>>()?,
            parameters: request.parameters.map(|text| json("parameters", text)).transpose()?,
            repeat: 0,
        };
        request.repeat = self.count_repeats(&request);
        Ok(request)
    }

    /// How many times the current call has asked exactly this before.
    fn count_repeats(&mut self, request: &ChatRequest) -> u32 {
        // Everything in a request has a JSON form, so nothing is ever left out.
        let text = serde_json::to_vec(request).unwrap_or_default();
        let count = self.asked.entry(Digest::of(&text)).or_default();
        let repeat = self.caller.sample(*count);
        *count = count.saturating_add(1);
        repeat
    }

    fn account(&mut self, reply: Result<ChatResponse, LlmError>) -> Reply<wit::ChatResponse> {
        match &reply {
            Ok(response) => self.usage.add(response.usage),
            Err(LlmError::InvalidReply { usage, .. }) => self.usage.add(*usage),
            Err(_) => {}
        }
        reply.map(Into::into).map_err(|error| self.refuse(error))
    }

    /// Passes an error on to the guest, and remembers it: if the guest fails next, this is why.
    fn refuse(&mut self, error: LlmError) -> wit::LlmError {
        let kind = match error {
            LlmError::Denied(_) => FailureKind::Denied,
            LlmError::OverBudget(_) => FailureKind::OverBudget,
            _ => FailureKind::Gateway,
        };
        self.outgoing_failure = Some((kind, error.to_string()));
        error.into()
    }
}

/// About what a request makes a model read, at four bytes to a token.
fn likely_input_tokens(request: &wit::ChatRequest) -> u64 {
    let bytes: usize = request.messages.iter().map(|message| message.content.len()).sum();
    bytes as u64 / 4
}

impl From<wit::Role> for ChatRole {
    fn from(role: wit::Role) -> Self {
        match role {
            wit::Role::System => Self::System,
            wit::Role::User => Self::User,
            wit::Role::Assistant => Self::Assistant,
            wit::Role::Tool => Self::Tool,
        }
    }
}

impl From<ChatResponse> for wit::ChatResponse {
    fn from(response: ChatResponse) -> Self {
        Self {
            text: response.text,
            tool_calls: response.tool_calls.into_iter().map(Into::into).collect(),
            usage: response.usage.into(),
            model: response.model,
            finish_reason: match response.finish_reason {
                FinishReason::Stop => wit::FinishReason::Stop,
                FinishReason::Length => wit::FinishReason::Length,
                FinishReason::ToolCalls => wit::FinishReason::ToolCalls,
                FinishReason::ContentFilter => wit::FinishReason::ContentFilter,
                FinishReason::Other => wit::FinishReason::Other,
            },
        }
    }
}

impl From<ChatToolCall> for wit::ToolCall {
    fn from(call: ChatToolCall) -> Self {
        Self { id: call.id, name: call.name, arguments: call.arguments.as_str().to_owned() }
    }
}

impl From<Usage> for wit::Usage {
    fn from(usage: Usage) -> Self {
        Self { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
    }
}

impl From<Embeddings> for wit::Embeddings {
    fn from(embeddings: Embeddings) -> Self {
        Self { vectors: embeddings.vectors, usage: embeddings.usage.into(), model: embeddings.model }
    }
}

impl From<LlmError> for wit::LlmError {
    fn from(error: LlmError) -> Self {
        match error {
            LlmError::Denied(reason) => Self::Denied(reason),
            LlmError::OverBudget(reason) => Self::OverBudget(reason),
            LlmError::InvalidRequest(reason) => Self::InvalidRequest(reason),
            LlmError::Unavailable(reason) => Self::Unavailable(reason),
            LlmError::InvalidReply { reason, .. } => Self::InvalidReply(reason),
            LlmError::Timeout(reason) => Self::Timeout(reason),
        }
    }
}
