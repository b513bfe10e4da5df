//! Anthropic's messages: what a request may hold.

use serde_json::{Value, json};

use crate::provider::answer::Said;
use crate::provider::asked::{Read, Texts};
use crate::provider::check::{Checked, Node, Refusal};
use crate::provider::dialect::Dialect;
use crate::provider::schema_rules::anthropic_complaint;
use crate::provider::{StructureSupport, anthropic_messages};

const FIELDS: [&str; 18] = [
    "cache_control",
    "container",
    "inference_geo",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "output_config",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

/// Reads a request for a message.
pub(crate) fn read(body: &Value, support: StructureSupport) -> Checked<Read> {
    let root = Node::root(body, Dialect::Anthropic);
    root.only(&FIELDS)?;
    let model = root.require("model")?.text()?;
    if model.is_empty() {
        return Err(Refusal::bad_request("model: String should have at least 1 character"));
    }
    let max_tokens = root.require("max_tokens")?.integer(1..=1_000_000)?;
    let mut texts = Texts::default();
    check_system(&root, &mut texts)?;
    anthropic_messages::check(&root, &mut texts)?;
    check_tools(&root)?;
    let schema = read_output_config(&root, support)?;
    check_sampling(&root, max_tokens)?;
    Ok(Read {
        model: model.to_owned(),
        text: texts.last_of_user,
        prompt: texts.prompt,
        schema,
        max_tokens: u64::try_from(max_tokens).ok(),
        texts: Vec::new(),
    })
}

fn check_system(root: &Node<'_, '_>, texts: &mut Texts) -> Checked {
    let Some(system) = root.get("system") else { return Ok(()) };
    if let Some(text) = system.value.as_str() {
        texts.add(text);
        return Ok(());
    }
    for block in system.items()? {
        block.only(&["type", "text", "cache_control", "citations"])?;
        block.require("type")?.one_of(&["text"])?;
        let text = block.require("text")?.text()?;
        if text.is_empty() {
            return Err(block.refuse("system: text content blocks must be non-empty"));
        }
        texts.add(text);
    }
    Ok(())
}

fn check_tools(root: &Node<'_, '_>) -> Checked {
    let mut names = Vec::new();
    if let Some(tools) = root.get("tools") {
        for tool in tools.items()? {
            tool.only(&["type", "name", "description", "input_schema", "cache_control", "strict"])?;
            if let Some(kind) = tool.get("type") {
                kind.one_of(&["custom"])?;
            }
            let name = tool.require("name")?.identifier("_-", 128)?;
            tool.texts(&["description"])?;
            tool.booleans(&["strict"])?;
            let schema = tool.require("input_schema")?;
            schema.object()?;
            schema.require("type")?.one_of(&["object"])?;
            if names.contains(&name) {
                return Err(tools.refuse("tools: Tool names must be unique."));
            }
            names.push(name);
        }
    }
    let Some(choice) = root.get("tool_choice") else { return Ok(()) };
    if names.is_empty() {
        return Err(choice.refuse("tool_choice: May only be specified while providing tools."));
    }
    choice.booleans(&["disable_parallel_tool_use"])?;
    match choice.require("type")?.one_of(&["auto", "any", "tool", "none"])? {
        "tool" => {
            choice.only(&["type", "name", "disable_parallel_tool_use"])?;
            let name = choice.require("name")?.text()?;
            if !names.contains(&name) {
                return Err(choice.refuse(format!("Tool '{name}' not found in provided tools")));
            }
            Ok(())
        }
        "none" => choice.only(&["type"]),
        _ => choice.only(&["type", "disable_parallel_tool_use"]),
    }
}

fn read_output_config(root: &Node<'_, '_>, support: StructureSupport) -> Checked<Option<Value>> {
    let Some(config) = root.get("output_config") else { return Ok(None) };
    if support != StructureSupport::Schema {
        return Err(Refusal::bad_request("output_config: Extra inputs are not permitted"));
    }
    config.only(&["effort", "format"])?;
    if let Some(effort) = config.get("effort") {
        effort.one_of(&["low", "medium", "high", "xhigh", "max"])?;
    }
    let Some(format) = config.get("format") else { return Ok(None) };
    format.only(&["type", "schema"])?;
    format.require("type")?.one_of(&["json_schema"])?;
    let schema = format.require("schema")?;
    schema.object()?;
    if let Some(complaint) = anthropic_complaint(schema.value) {
        return Err(schema.refuse(format!("output_config.format.schema: {complaint}")));
    }
    let last_role = root.value["messages"].as_array().and_then(|messages| messages.last()?.get("role")?.as_str());
    if last_role == Some("assistant") {
        return Err(format.refuse("Prefilling assistant messages is not supported when using output_config.format."));
    }
    Ok(Some(schema.value.clone()))
}

fn check_sampling(root: &Node<'_, '_>, max_tokens: i64) -> Checked {
    root.numbers(&[("temperature", 0.0, 1.0), ("top_p", 0.0, 1.0)])?;
    if let Some(top_k) = root.get("top_k") {
        top_k.integer(0..=i64::MAX)?;
    }
    if let Some(stops) = root.get("stop_sequences") {
        for stop in stops.items()? {
            if stop.text()?.trim().is_empty() {
                return Err(stop.refuse("stop_sequences: each stop sequence must contain non-whitespace"));
            }
        }
    }
    if let Some(metadata) = root.get("metadata") {
        metadata.only(&["user_id"])?;
        metadata.texts(&["user_id"])?;
    }
    if let Some(tier) = root.get("service_tier") {
        tier.one_of(&["auto", "standard_only"])?;
    }
    check_thinking(root, max_tokens)?;
    root.booleans(&["stream"])?;
    if root.value.get("stream") == Some(&Value::Bool(true)) {
        return Err(Refusal::bad_request("stream: This fake does not stream."));
    }
    Ok(())
}

fn check_thinking(root: &Node<'_, '_>, max_tokens: i64) -> Checked {
    let Some(thinking) = root.get("thinking") else { return Ok(()) };
    let kind = thinking.require("type")?.one_of(&["enabled", "disabled", "adaptive"])?;
    if kind == "enabled" {
        let budget = thinking.require("budget_tokens")?.integer(1024..=i64::MAX)?;
        if budget >= max_tokens {
            return Err(thinking.refuse("`max_tokens` must be greater than `thinking.budget_tokens`."));
        }
    }
    if let Some(temperature) = root.get("temperature")
        && kind != "disabled"
        && temperature.value.as_f64() != Some(1.0)
    {
        return Err(temperature.refuse("`temperature` may only be set to 1 when thinking is enabled."));
    }
    Ok(())
}

/// What the API answers.
pub(crate) fn reply(said: &Said) -> Value {
    let mut content = Vec::new();
    if let Some(text) = said.text.as_ref().or(said.refusal.as_ref()).filter(|text| !text.is_empty()) {
        content.push(json!({"type": "text", "text": text}));
    }
    content.extend(
        said.calls
            .iter()
            .map(|call| json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments})),
    );
    let stop_reason = match said {
        _ if said.cut_off => "max_tokens",
        _ if said.refusal.is_some() => "refusal",
        _ if !said.calls.is_empty() => "tool_use",
        _ => "end_turn",
    };
    let usage = said.usage;
    json!({
        "id": format!("msg_{:08}", said.number),
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": {
            "input_tokens": usage.input.saturating_sub(usage.cached_input),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": usage.cached_input,
            "output_tokens": usage.output,
            "service_tier": "standard",
        },
    })
}
