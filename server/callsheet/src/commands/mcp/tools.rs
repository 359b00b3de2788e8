//! The tools that only look.

use std::{process::Stdio, sync::Arc};

use rmcp::model::Tool;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, process::Command};

/// All tools, those of [`super::runs`] too, as a client lists them.
pub(super) fn all() -> Vec<Tool> {
    let script = json!({
        "path": {"type": "string", "description": "The script's file. With `text`: where it would be."},
        "text": {"type": "string", "description": "The script, where it is not saved yet."},
    });
    let mut planned = script.clone();
    planned["args"] = json!({"description": "What the script would see as `args`. Without them counts may stay open."});
    let run = json!({
        "path": {"type": "string", "description": "The script's file."},
        "args": {"description": "What the script sees as `args`."},
    });
    let status = json!({"run": {"type": "string", "description": "The run, as run_workflow named it."}});
    let tool = |name: &'static str, says: &'static str, properties: Value, required: &[&str]| {
        let schema =
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
        let Value::Object(schema) = schema else { unreachable!("it is written as one") };
        Tool::new(name, says, Arc::new(schema))
    };
    vec![
        tool(
            "check_workflow",
            "Reports what is wrong with an agent workflow script: errors that keep it from running, and what would cost or lose \
             work. Findings have a place, a sentence and often a fix.",
            script,
            &[],
        ),
        tool(
            "plan_workflow",
            "Says how many agents a workflow script can call, in which phases, how many at once, and the tokens and dollars that \
             takes, without running it. `high: null` means not bounded, and `because` names the line.",
            planned,
            &[],
        ),
        tool(
            "run_workflow",
            "Starts a workflow script and answers at once with the run's name; run_status says how it goes. Who answers the agents \
             was chosen when this server was started; `simulated: true` means that answers are made up and cost nothing.",
            run,
            &["path"],
        ),
        tool(
            "run_status",
            "Says how far a run is: its status, agents, tokens and cost, and its result or error once it has ended.",
            status,
            &["run"],
        ),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    path: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    path: Option<String>,
    text: Option<String>,
    args: Option<Value>,
}

/// Reads a tool's arguments. The error is for the agent that gave them.
pub(super) fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, String> {
    serde_json::from_value(arguments).map_err(|error| format!("these arguments are not understood: {error}"))
}

/// This program, to be called with other arguments.
pub(super) fn this_program() -> Result<Command, String> {
    models::this_program().map(Command::new).map_err(not_started)
}

/// What an agent is told where this program cannot be called.
pub(super) fn not_started(error: std::io::Error) -> String {
    format!("callsheet cannot be started again: {error}; restart the server that offers these tools")
}

pub(super) async fn check(arguments: Value) -> Result<Value, String> {
    let Script { path, text } = read(arguments)?;
    ask("check", path, text, Vec::new()).await
}

pub(super) async fn plan(arguments: Value) -> Result<Value, String> {
    let Planned { path, text, args } = read(arguments)?;
    ask("plan", path, text, args.map(|args| format!("--args={args}")).into_iter().collect()).await
}

/// Calls a command with the script, and gives what it says.
async fn ask(command: &str, path: Option<String>, text: Option<String>, more: Vec<String>) -> Result<Value, String> {
    let mut call = this_program()?;
    call.args([command, "--json"]).args(more).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    call.stdin(if text.is_some() { Stdio::piped() } else { Stdio::null() });
    if text.is_some() {
        call.arg("--stdin");
    }
    match (&path, &text) {
        (Some(path), _) => call.args(["--", path]),
        (None, Some(_)) => &mut call,
        (None, None) => return Err("give the `path` of a script, or its `text`".into()),
    };
    let mut child = call.spawn().map_err(not_started)?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), text) {
        // A command that refuses does not read; its answer says why.
        let _ = stdin.write_all(text.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(not_started)?;
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("`callsheet {command}` ended with {} and said nothing", output.status))?;
    match said["type"] == "error" {
        true => Err(said["message"].as_str().unwrap_or("it failed").to_owned()),
        false => Ok(said),
    }
}
