//! [`FakeProvider`] as a process of its own, for benchmarks and recordings: it prints its address as the first line,
//! serves until its standard input ends or it is told to terminate, and prints what it counted as one line of JSON.

mod answers;

use std::io::{Read as _, Write as _, stdin, stdout};
use std::path::Path;
use std::time::Duration;

use answers::Answers;
use anyhow::{Context as _, Result, bail};
use lexopt::{Arg, Parser, ValueExt as _};
use scorebox_fakes::{Chaos, FakeProvider, FakeProviderBuilder, RetryAfter};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

const HELP: &str = "\
A fake model provider on 127.0.0.1 that speaks OpenAI's, Azure's, Anthropic's and Gemini's API.

  --port PORT                the port [0: a free one]
  --key KEY                  the key that requests must carry [any]
  --latency-ms MS            how long every answer takes [0]
  --chaos KIND=SHARE,...     how often it fails: 429, 500, hang, malformed, truncated, reset
  --retry-after SHARE        the share of the 429s that carry Retry-After [0]
  --retry-after-seconds N    what their Retry-After says [1]
  --seed N                   what the failures depend on, apart from the request's number [0]
  --max-concurrent N         answers 429 above so many requests at the same time
  --answers FILE             what chat models answer, instead of an instance of the schema: lines of JSON such as
                             {\"contains\": [\"TEXT\", ...], \"answer\": JSON}. The first line whose texts are all in
                             the request, system message included, answers it: with the text if `answer` is one, or
                             else with the JSON as text. A request that no line fits is a 400 that says so

It prints `listening on URL`, and at the end of its standard input, or when terminated, what it counted as JSON.
";

#[tokio::main]
async fn main() -> Result<()> {
    let Some(builder) = parse(Parser::from_env())? else {
        print!("{HELP}");
        return Ok(());
    };
    let provider = builder.start().await?;
    say(&format!("listening on {}", provider.url()))?;
    until_told().await?;
    say(&serde_json::to_string(&provider.counts())?)
}

/// What the arguments ask for; `None` is for help.
fn parse(mut arguments: Parser) -> Result<Option<FakeProviderBuilder>> {
    let mut builder = FakeProvider::builder().any_key().record(0);
    let mut chaos = Chaos::default();
    while let Some(argument) = arguments.next()? {
        let Arg::Long(name) = argument else { return Err(argument.unexpected().into()) };
        match name {
            "port" => builder = builder.port(arguments.value()?.parse()?),
            "key" => builder = builder.key(arguments.value()?.string()?),
            "latency-ms" => builder = builder.latency(Duration::from_millis(arguments.value()?.parse()?)),
            "chaos" => set_chaos(&mut chaos, &arguments.value()?.string()?)?,
            "retry-after" => chaos.retry_after_share = arguments.value()?.parse()?,
            "retry-after-seconds" => chaos.retry_after = RetryAfter::Seconds(arguments.value()?.parse()?),
            "seed" => chaos.seed = arguments.value()?.parse()?,
            "max-concurrent" => builder = builder.max_concurrent(arguments.value()?.parse()?),
            "answers" => {
                let answers = Answers::read(Path::new(&arguments.value()?))?;
                builder = builder.answer(move |asked| answers.answer(asked));
            }
            "help" => return Ok(None),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(Some(builder.chaos(chaos)))
}

fn set_chaos(chaos: &mut Chaos, text: &str) -> Result<()> {
    for pair in text.split(',') {
        let (kind, share) = pair.split_once('=').with_context(|| format!("--chaos: {pair:?} is not KIND=SHARE"))?;
        let share: f64 = share.parse().with_context(|| format!("--chaos: {share:?} is not a share such as 0.05"))?;
        let field = match kind {
            "429" => &mut chaos.rate_limited,
            "500" => &mut chaos.server_error,
            "hang" => &mut chaos.hang,
            "malformed" => &mut chaos.malformed_json,
            "truncated" => &mut chaos.truncated,
            "reset" => &mut chaos.reset,
            _ => bail!("--chaos: {kind:?} is none of 429, 500, hang, malformed, truncated, reset"),
        };
        *field = share;
    }
    Ok(())
}

/// A line that whoever waits for it sees at once.
fn say(line: &str) -> Result<()> {
    let mut output = stdout().lock();
    writeln!(output, "{line}")?;
    output.flush().context("cannot write to the standard output")
}

async fn until_told() -> Result<()> {
    let (at_end, end) = oneshot::channel();
    // Reading cannot be cancelled, so it has a thread that the process does not wait for.
    std::thread::spawn(move || {
        let _ = stdin().lock().read_to_end(&mut Vec::new());
        let _ = at_end.send(());
    });
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = end => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaos_is_read_kind_by_kind() {
        let mut chaos = Chaos::default();
        set_chaos(&mut chaos, "429=0.3,500=0.05,hang=0.02,malformed=0.02,truncated=0.03,reset=0.01").unwrap();
        let wanted = Chaos {
            rate_limited: 0.3,
            server_error: 0.05,
            hang: 0.02,
            malformed_json: 0.02,
            truncated: 0.03,
            reset: 0.01,
            ..Chaos::default()
        };
        assert_eq!(chaos, wanted);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let complaint = |text| set_chaos(&mut Chaos::default(), text).unwrap_err().to_string();
        assert!(complaint("503=0.1").contains("\"503\" is none of"));
        assert!(complaint("429").contains("not KIND=SHARE"));
        assert!(complaint("429=often").contains("\"often\" is not a share"));
        assert!(parse(Parser::from_args(["--speed", "9"])).err().unwrap().to_string().contains("--speed"));
        let no_file = parse(Parser::from_args(["--answers", "/nowhere"])).err().unwrap().to_string();
        assert!(no_file.contains("--answers: cannot read /nowhere"), "{no_file}");
    }
}
