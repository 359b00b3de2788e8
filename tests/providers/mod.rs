//! Real runs, from the command line to a provider on loopback.

mod agents;
mod code;
mod commands;
mod history;
mod keys;
mod shared;
mod spend_limit;
mod stagger;
mod wires;
mod write;

use std::path::Path;

use serde_json::Value;

use crate::{
    cli::{Called, program},
    faults::{server::Server, wires::Wire},
};

/// How a provider is named, and where it is told of this server.
pub(crate) struct Provider {
    pub(crate) wire: Wire,
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) base: &'static str,
}

pub(crate) const PROVIDERS: [Provider; 4] = [
    Provider { wire: Wire::Anthropic, name: "anthropic", key: "ANTHROPIC_API_KEY", base: "ANTHROPIC_BASE_URL" },
    Provider { wire: Wire::Responses, name: "openai", key: "OPENAI_API_KEY", base: "OPENAI_BASE_URL" },
    Provider { wire: Wire::Chat, name: "openai-compatible", key: "OPENAI_API_KEY", base: "OPENAI_BASE_URL" },
    Provider { wire: Wire::Gemini, name: "gemini", key: "GEMINI_API_KEY", base: "GOOGLE_GEMINI_BASE_URL" },
];

/// Runs `a.workflow.js` of a folder with these variables and none of the machine's own that matter.
pub(crate) async fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Called {
    called(folder, &[&["run", "a.workflow.js"], arguments].concat(), variables).await
}

/// Calls the program with these variables and none of the machine's own that matter.
async fn called(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Called {
    let mut command = program(folder);
    for provider in PROVIDERS {
        command.env_remove(provider.key).env_remove(provider.base);
    }
    for name in ["GOOGLE_API_KEY", "GEMINI_BASE_URL", "CALLSHEET_KEY_COMMAND"] {
        command.env_remove(name);
    }
    command.env("HOME", folder).args(arguments).envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().expect("the program starts"));
    crate::cli::answer(output.await.expect("it ends"))
}

/// The events of a run with `--json`, by type.
pub(crate) fn events(called: &Called, kind: &str) -> Vec<Value> {
    let lines = called.json_lines();
    lines.into_iter().filter(|line| line["type"] == kind).collect()
}

/// Runs the script on a provider that is this server.
pub(crate) async fn on(server: &Server, provider: &Provider, model: &str, folder: &Path, more: &[&str]) -> Called {
    let model = format!("{}:{model}", provider.name);
    let variables = [(provider.key, "sk-planted-4711"), (provider.base, server.base.as_str())];
    run(folder, &[&["--json", "--model", &model], more].concat(), &variables).await
}
