//! A command line that answers: the prompt on its standard input, the answer on its standard output.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use analysis::tokens;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    time::{Instant, interval_at},
};

use crate::{
    Answer, Listener, Model, ModelError, Reply, Request, Usage, UsageBasis,
    group::{Group, Streams},
    secrets::Secrets,
    shell,
    wire::in_words,
    worktree::Workplace,
};

/// Longest time a command may take. It may say nothing until it is done.
const LONGEST: Duration = Duration::from_secs(3600);
/// How often a command that says nothing is known to be at work.
const PULSE: Duration = Duration::from_secs(20);
/// Longest answer we read.
const MOST_BYTES: u64 = 64 << 20;
/// Longest part of standard error in a message, in characters.
const TOLD: usize = 400;
/// The exit status by which a command says that another try may succeed: `EX_TEMPFAIL` of `sysexits.h`.
const TRY_AGAIN: i32 = 75;

/// A command line.
pub struct CommandLine {
    line: String,
    folder: PathBuf,
    secrets: Secrets,
}

impl CommandLine {
    /// The command `line`, given to the system's shell in `folder`.
    ///
    /// It finds what else there is to know in variables: `CALLSHEET_SYSTEM`, `CALLSHEET_SCHEMA`, `CALLSHEET_MODEL`,
    /// `CALLSHEET_EFFORT`, `CALLSHEET_AGENT_TYPE`, `CALLSHEET_TOOLS`, `CALLSHEET_LABEL`. System prompt and schema that the line
    /// does not mention go before the prompt, in words.
    pub(crate) fn new(line: &str, folder: &Path, secrets: Secrets) -> Self {
        Self { line: line.to_owned(), folder: folder.to_owned(), secrets }
    }

    async fn call(&self, request: Request) -> Result<Answer, ModelError> {
        let place = Workplace::open(&self.folder, &request).await?;
        let result = self.ask(&request, place.folder()).await;
        place.leave(result).await
    }

    async fn ask(&self, request: &Request, folder: &Path) -> Result<Answer, ModelError> {
        let text = self.input(request);
        let (mut group, Streams { mut stdin, stdout, stderr }) = Group::start(self.command(request), folder)
            .map_err(|e| ModelError::Refused(format!("the command cannot start: {e}")))?;
        let feed = async {
            // Err: it does not want to read all of it, which is its right.
            let _ = stdin.write_all(text.as_bytes()).await;
            drop(stdin);
        };
        let deaf = Listener::default();
        let work = async {
            let ((), out, said) = tokio::join!(feed, read(stdout, &request.listener), read(stderr, &deaf));
            (out, said, group.wait().await)
        };
        let (out, said, status) = patiently(work, &request.listener).await?;
        let (out, said) = (out?, said?);
        let status = status.map_err(|e| ModelError::Refused(format!("the command cannot be waited for: {e}")))?;
        if !status.success() {
            let said = self.secrets.redacted(tail(if said.trim().is_empty() { &out } else { &said }));
            let message = format!("the command failed ({status}){}{said}", if said.is_empty() { "" } else { ": " });
            return Err(match status.code() {
                Some(TRY_AGAIN) => ModelError::Network(message),
                _ => ModelError::Refused(message),
            });
        }
        let output = out.trim_end_matches('\n').to_owned();
        let usage = Usage { input: tokens::count(&text), output: tokens::count(&output), ..Usage::default() };
        Ok(Answer { value: Value::String(output), usage, basis: UsageBasis::Counted, ..Answer::default() })
    }

    fn command(&self, request: &Request) -> std::process::Command {
        let mut command = shell(&self.line);
        let schema = request.schema.as_ref().map(Value::to_string);
        let tools = request.tools.as_ref().map(|tools| tools.join(","));
        for (name, value) in [
            ("CALLSHEET_SYSTEM", &request.system),
            ("CALLSHEET_SCHEMA", &schema),
            ("CALLSHEET_MODEL", &request.model),
            ("CALLSHEET_EFFORT", &request.effort),
            ("CALLSHEET_AGENT_TYPE", &request.agent_type),
            ("CALLSHEET_TOOLS", &tools),
            ("CALLSHEET_LABEL", &Some(request.label.clone())),
        ] {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// What the command reads: the prompt as it is, and before it what the line does not ask for by name.
    fn input(&self, request: &Request) -> String {
        let unasked = |name: &str| !self.line.contains(name);
        let system = request.system.clone().filter(|_| unasked("CALLSHEET_SYSTEM"));
        let schema = request.schema.as_ref().filter(|_| unasked("CALLSHEET_SCHEMA")).map(in_words);
        let before = [system, schema].into_iter().flatten().map(|part| part + "\n\n").collect::<String>();
        let after = match &request.correction {
            Some(wrong) => format!("\n\n{}", wrong.in_words()),
            None => String::new(),
        };
        format!("{before}{}{after}", request.prompt)
    }
}

impl Model for CommandLine {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(self.call(request))
    }
}

/// Waits for work that may be silent, and says that it goes on.
pub(crate) async fn patiently<T>(work: impl Future<Output = T>, listener: &Listener) -> Result<T, ModelError> {
    let end = Instant::now() + LONGEST;
    let mut pulse = interval_at(Instant::now() + PULSE, PULSE);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            _ = pulse.tick() => listener.alive(),
            () = tokio::time::sleep_until(end) => {
                return Err(ModelError::Refused(format!("it took longer than {} minutes", LONGEST.as_secs() / 60)));
            }
        }
    }
}

/// All of a stream as text. What is no UTF-8 is shown as such.
async fn read(mut stream: impl AsyncRead + Unpin, listener: &Listener) -> Result<String, ModelError> {
    let (mut bytes, mut heard) = (Vec::new(), 0);
    let lost = |e| ModelError::Network(format!("the command's output cannot be read: {e}"));
    while stream.read_buf(&mut bytes).await.map_err(lost)? > 0 {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(ModelError::Refused(format!("the command wrote more than {} MiB", MOST_BYTES >> 20)));
        }
        // A character may be cut in two.
        let whole = heard + bytes[heard..].utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        listener.hear(&String::from_utf8_lossy(&bytes[heard..whole]));
        heard = whole;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The last lines of a text, as a part of a message.
pub(crate) fn tail(text: &str) -> &str {
    let text = text.trim();
    match text.char_indices().rev().nth(TOLD - 1) {
        Some((start, _)) => &text[start..],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Correction;

    async fn ask(line: &str, request: Request) -> Result<Answer, ModelError> {
        CommandLine::new(line, Path::new("."), Secrets::default()).answer(request).await
    }

    fn prompt(prompt: &str) -> Request {
        Request { prompt: prompt.into(), label: "a".into(), ..Request::default() }
    }

    #[tokio::test]
    async fn the_prompt_goes_in_as_it_is_and_the_answer_comes_out() {
        let answer = ask("cat", prompt("wörd `for` \"wörd\"\n")).await.unwrap();
        assert_eq!(answer.value, json!("wörd `for` \"wörd\""));
        assert_eq!(answer.basis, UsageBasis::Counted);
        assert!(answer.usage.input.0 > 0 && answer.usage.output.0 > 0);
        let large = "x".repeat(1 << 20);
        assert_eq!(ask("cat", prompt(&large)).await.unwrap().value, json!(large), "both ends at once");
        assert_eq!(ask("echo done", prompt(&large)).await.unwrap().value, json!("done"), "unread input is no error");
    }

    #[tokio::test]
    async fn what_we_add_comes_by_name_or_before_the_prompt() {
        let schema = json!({"type": "object"});
        let wrong = Correction { answer: "[]".into(), told: "not an object".into() };
        let request = Request {
            system: Some("Be brief.".into()),
            schema: Some(schema),
            correction: Some(wrong),
            ..prompt("Go.")
        };
        let all = ask("cat", request.clone()).await.unwrap().value;
        let all = all.as_str().unwrap();
        assert!(all.starts_with("Be brief.\n\nYour answer must be one JSON object"), "{all}");
        assert!(all.contains("{\"type\":\"object\"}\n\nGo.\n\n"), "{all}");
        assert!(all.ends_with("Your last answer was:\n[]\n\nnot an object"), "{all}");
        let named =
            ask("echo \"$CALLSHEET_SYSTEM|$CALLSHEET_SCHEMA|$CALLSHEET_LABEL\"; cat > /dev/null", request).await;
        assert_eq!(named.unwrap().value, json!("Be brief.|{\"type\":\"object\"}|a"));
    }

    #[tokio::test]
    async fn failures_say_what_the_command_said() {
        let failed = ask("echo no such model >&2; exit 3", prompt("p")).await.unwrap_err();
        assert_eq!(failed, ModelError::Refused("the command failed (exit status: 3): no such model".into()));
        assert!(ask("exit 75", prompt("p")).await.unwrap_err().is_retryable());
    }

    #[tokio::test]
    async fn giving_up_ends_the_command_and_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("alive");
        let line = format!("(sleep 0.6; touch {}) & wait", mark.display());
        let given_up = tokio::time::timeout(Duration::from_millis(100), ask(&line, prompt("p"))).await;
        assert!(given_up.is_err());
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert!(!mark.exists(), "a child of the command went on");
    }
}
