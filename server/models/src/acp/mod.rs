//! Coding agents that speak the Agent Client Protocol, version 1: JSON-RPC on their standard streams.
//!
//! One process a call: its folder, its session and its end are its own. Source: the protocol's published schema, 2026-11.

mod known;
mod peer;
mod permissions;
mod settings;
mod tool;
mod turn;

use std::{fs, path::PathBuf};

use analysis::tokens;
pub use known::{KNOWN_AGENTS, KnownAgent};
pub use permissions::Permissions;
use serde_json::{Value, json};
pub use tool::structured_output_main;

use self::{
    peer::{Peer, Trouble},
    settings::Settings,
    turn::Turn,
};
use crate::{
    Answer, Correction, Model, ModelError, Reply, Request, Usage, UsageBasis,
    choose::Options,
    command::{patiently, tail},
    group::{Group, Streams},
    model::tokens_of,
    secrets::Secrets,
    shell,
    wire::in_words,
    worktree::Workplace,
};

/// The argument with which this binary is [`structured_output_main`].
pub const TOOL_ARGUMENT: &str = "structured-output";

/// What is said when a turn ends without the answer. Some agents start no servers of others in a folder that they were not told to trust, and
/// then have no such tool.
fn nudge(schema: &Value) -> String {
    let words = in_words(schema);
    format!(
        "Give your answer now, by calling the tool `structured_output` once. Only if you have no such tool, write the answer instead. {words}"
    )
}

/// An agent.
pub struct Acp {
    name: String,
    line: String,
    agent: Option<KnownAgent>,
    permissions: Permissions,
    folder: PathBuf,
    secrets: Secrets,
}

impl Acp {
    /// The agent of a known name, or that a command line starts.
    pub(crate) fn new(given: &str, options: &Options) -> Result<Self, String> {
        let is_line = given.contains([' ', '/', '\\']);
        let agent = if is_line { None } else { Some(known::find(given)?) };
        Ok(Self {
            name: given.to_owned(),
            line: agent.map_or(given, |agent| agent.line).to_owned(),
            agent,
            permissions: options.permissions,
            folder: options.folder.clone(),
            secrets: Secrets::of(&options.environment),
        })
    }

    async fn call(&self, request: Request) -> Result<Answer, ModelError> {
        let place = Workplace::open(&self.folder, &request).await?;
        let result = patiently(self.work(&request, &place), &request.listener).await;
        place.leave(result.flatten()).await
    }

    async fn work(&self, request: &Request, place: &Workplace) -> Result<Answer, ModelError> {
        let refused = |why: String| ModelError::Refused(self.secrets.redacted(&why));
        let mut command = shell(&format!("exec {}", self.line));
        if cfg!(windows) {
            command = shell(&self.line);
        }
        if let Some(agent) = self.agent.filter(|_| self.permissions != Permissions::All) {
            command.envs(agent.asking.iter().copied());
        }
        let (group, Streams { stdin, stdout, mut stderr }) = Group::start(command, place.folder())
            .map_err(|e| refused(format!("the agent {:?} cannot start: {e}", self.name)))?;
        // Read all along, or an agent that says much there would stand still.
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            // Err: what was said until then is all there is.
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stderr, &mut said).await;
            String::from_utf8_lossy(&said).into_owned()
        });
        let talked = self.talk(request, place, &mut Peer::new(stdin, stdout)).await;
        drop(group);
        match talked {
            Ok(answer) => Ok(answer),
            Err(Trouble::Gone(why)) => {
                let said = said.await.unwrap_or_default();
                let said = if said.trim().is_empty() { String::new() } else { format!(": {}", tail(&said)) };
                Err(refused(format!("the agent {:?} gave no answer: {why}{said}", self.name)))
            }
            // The code of the protocol for an agent that wants to know who is there.
            Err(Trouble::Said(-32000, why)) => Err(refused(format!(
                "the agent {:?} wants you to sign in first, with its own command: {why}",
                self.name
            ))),
            Err(Trouble::Said(_, why)) => Err(refused(format!("the agent {:?} says: {why}", self.name))),
        }
    }

    async fn talk(&self, request: &Request, place: &Workplace, peer: &mut Peer) -> Result<Answer, Trouble> {
        let mut turn = Turn::new(self.permissions, request.tools.clone(), request.listener.clone());
        let hello = json!({
            "protocolVersion": 1,
            "clientCapabilities": {"fs": {"readTextFile": false, "writeTextFile": false}, "terminal": false},
            "clientInfo": {"name": "callsheet", "title": "Callsheet", "version": env!("CARGO_PKG_VERSION")},
        });
        peer.call("initialize", hello, &mut turn).await?;
        let slot = request.schema.as_ref().map(Slot::new).transpose().map_err(Trouble::Gone)?;
        let servers: Vec<Value> = slot.iter().map(Slot::server).collect();
        let folder = std::path::absolute(place.folder()).unwrap_or_else(|_| place.folder().to_owned());
        let session = json!({"cwd": folder, "mcpServers": servers});
        let session = peer.call("session/new", session, &mut turn).await?;
        let id = session["sessionId"].clone();
        let mut notes = Vec::new();
        let mut settings = Settings { session: &session, peer, turn: &mut turn };
        if let Some(mode) = self.agent.and_then(|agent| agent.mode).filter(|_| self.permissions != Permissions::All) {
            settings.mode(mode).await?;
        }
        let model = match &request.model {
            Some(asked) => settings.model(asked, &mut notes).await?,
            None => settings.current_model(),
        };
        let mut usage = None;
        let mut prompt = blocks(request, slot.is_some());
        let mut answer = None;
        for _ in 0..2 {
            turn.begin();
            let result = peer.call("session/prompt", json!({"sessionId": id, "prompt": prompt}), &mut turn).await?;
            usage = add(usage, turn::usage(&result));
            if let Some(stop @ ("refusal" | "max_tokens" | "max_turn_requests" | "cancelled")) =
                result["stopReason"].as_str()
            {
                return Err(Trouble::Said(0, format!("it stopped early ({stop})")));
            }
            answer = slot.as_ref().and_then(Slot::take);
            let Some(schema) = request.schema.as_ref().filter(|_| answer.is_none()) else { break };
            prompt = vec![json!({"type": "text", "text": nudge(schema)})];
        }
        let value = answer.unwrap_or_else(|| Value::String(turn.answer().to_owned()));
        if !turn.refused.is_empty() {
            let permissions = self.permissions.name();
            notes.push(format!("the agent was refused, with permissions `{permissions}`: {}", turn.refused.join(", ")));
        }
        let (usage, basis) = match usage {
            Some(usage) => (usage, self.agent.map_or(UsageBasis::Reported, |agent| agent.usage)),
            None => (counted(request, &value), UsageBasis::Counted),
        };
        Ok(Answer { value, usage, basis, model, usd: turn.usd, notes, headroom: None })
    }
}

impl Model for Acp {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(self.call(request))
    }
}

/// The prompt as the protocol has it: what we add first, then the script's words as they are.
fn blocks(request: &Request, has_tool: bool) -> Vec<Value> {
    let tool = "When you are done, give your answer by calling the tool `structured_output` exactly once. \
                What you write besides is not read.";
    let last = "Your last message is handed to a program as the result: write the result itself, nothing about it.";
    let ours = if has_tool { tool } else { last };
    let wrong = request.correction.as_ref().map(Correction::in_words);
    let texts = [request.system.clone(), Some(ours.to_owned()), Some(request.prompt.clone()), wrong];
    texts.into_iter().flatten().map(|text| json!({"type": "text", "text": text})).collect()
}

fn add(before: Option<Usage>, more: Option<Usage>) -> Option<Usage> {
    match (before, more) {
        (Some(before), Some(more)) => Some(before + more),
        (before, more) => before.or(more),
    }
}

/// What the texts we know of have in tokens.
fn counted(request: &Request, value: &Value) -> Usage {
    let input = blocks(request, request.schema.is_some());
    let input = input.iter().filter_map(|block| block["text"].as_str()).map(tokens::count).sum();
    Usage { input, output: tokens_of(value), ..Usage::default() }
}

/// Where the tool puts the answer: a folder of its own, gone with it.
struct Slot(tempfile::TempDir);

impl Slot {
    fn new(schema: &Value) -> Result<Self, String> {
        let made = tempfile::Builder::new().prefix("callsheet-").tempdir();
        let slot = Self(made.map_err(|e| format!("there is no place for its answer: {e}"))?);
        fs::write(slot.0.path().join(tool::SCHEMA), schema.to_string()).map_err(|e| e.to_string())?;
        Ok(slot)
    }

    /// The server the agent starts, which is this binary again.
    fn server(&self) -> Value {
        let program = crate::this_program().unwrap_or_else(|_| "callsheet".into());
        json!({"name": "callsheet", "command": program, "args": [TOOL_ARGUMENT, self.0.path()], "env": []})
    }

    fn take(&self) -> Option<Value> {
        let text = fs::read(self.0.path().join(tool::ANSWER)).ok()?;
        serde_json::from_slice(&text).ok()
    }
}
