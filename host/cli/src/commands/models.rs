use std::process::ExitCode;
use std::time::Instant;

use scorebox_core::Digest;
use scorebox_engine::{Caller, ChatMessage, ChatRequest, ChatRole, LlmError, Outgoing as _};
use scorebox_gateway::{Gateway, GatewayConfig, ModelReference, Permissions};

use super::print;
use crate::arguments::ModelsTestArguments;
use crate::config::{Overrides, Project, RepliesFrom};
use crate::exit::Stop;
use crate::report::duration;
use crate::terminal::{BAD, GOOD, NAME, render, table};

/// Asks each model of a project for one word.
pub(crate) async fn test(arguments: &ModelsTestArguments) -> Result<ExitCode, Stop> {
    let project = Project::load(&arguments.path).map_err(Stop::input)?;
    let models = arguments.models.models.clone();
    let overrides = Overrides { models, replies: RepliesFrom::Providers, ..Overrides::default() };
    // Somebody waits for the answer, and a second failure says as much as an eighth.
    let config = GatewayConfig { retries: Some(1), ..project.gateway(&overrides).map_err(Stop::input)? };
    let gateway = Gateway::new(config).map_err(Stop::input)?;
    let aliases: Vec<_> = gateway.aliases().map(|(alias, model)| (alias.to_owned(), model.clone())).collect();
    if aliases.is_empty() {
        let message = "there is no model in [models]; add one, such as judge = \"openai:/gpt-4o-mini\"";
        return Err(Stop::Input(anyhow::Error::msg(message)));
    }
    let asked = aliases.iter().map(|(alias, _)| ask(&gateway, alias));
    let answers = futures::future::join_all(asked).await;
    let mut shown = table(["model", "", "answer"]);
    for ((alias, model), answer) in aliases.iter().zip(&answers) {
        shown.add_row(row(alias, model, answer));
    }
    print(&render(&shown))?;
    let all_answered = answers.iter().all(Result::is_ok);
    Ok(if all_answered { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

async fn ask(gateway: &Gateway, alias: &str) -> Result<String, String> {
    let permissions = Permissions { models: vec![alias.to_owned()], ..Permissions::default() };
    gateway.check_model(alias, &permissions).map_err(|problem| problem.to_string())?;
    let door = gateway.door("models test", permissions);
    let caller =
        Caller { plugin: Digest::of(b""), function: "models test".to_owned(), example_id: alias.to_owned(), repeat: 0 };
    let began = Instant::now();
    let reply = match door.complete(&caller, request(alias)).await {
        Ok(reply) => reply,
        // Some models have no temperature or no limit on tokens.
        Err(LlmError::InvalidRequest(_)) => {
            let plain = ChatRequest { max_tokens: None, ..request(alias) };
            door.complete(&caller, plain).await.map_err(|error| error.to_string())?
        }
        Err(error) => return Err(error.to_string()),
    };
    let usage = reply.usage;
    Ok(format!(
        "{:?} from {} in {}, {} tokens, {}",
        reply.text.trim().chars().take(40).collect::<String>(),
        reply.model,
        duration(began.elapsed()),
        usage.tokens(),
        usage.cost
    ))
}

fn request(alias: &str) -> ChatRequest {
    let message = ChatMessage {
        role: ChatRole::User,
        content: "Answer with the single word: ready".to_owned(),
        tool_calls: Vec::new(),
        tool_call_id: None,
    };
    ChatRequest {
        model: alias.to_owned(),
        messages: vec![message],
        temperature: None,
        max_tokens: Some(64),
        seed: None,
        response_schema: None,
        tools: Vec::new(),
        parameters: None,
        repeat: 0,
    }
}

fn row(alias: &str, model: &ModelReference, answer: &Result<String, String>) -> [String; 3] {
    let answer = match answer {
        Ok(answer) => format!("{} {answer}", GOOD.paint("ok")),
        Err(problem) => format!("{} {}", BAD.paint("failed"), problem.trim()),
    };
    [NAME.paint(alias), model.to_string(), answer]
}
