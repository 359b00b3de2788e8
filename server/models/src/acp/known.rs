//! Agents that are known by name.

use analysis::vocabulary;

use crate::UsageBasis;

/// An agent that speaks the Agent Client Protocol.
#[derive(Clone, Copy, Debug)]
pub struct KnownAgent {
    /// The name: `acp:NAME`.
    pub name: &'static str,
    /// How it is started, from the path.
    pub line: &'static str,
    /// Variables that make it ask before it does what may do harm, instead of just doing it.
    pub asking: &'static [(&'static str, &'static str)],
    /// The mode of a session in which it asks, whatever a person has made its usual one.
    pub mode: Option<&'static str>,
    /// What its counts of tokens are.
    pub usage: UsageBasis,
    /// Where it comes from.
    pub from: &'static str,
}

/// The table. Command lines, modes and counts as seen with the versions in [`KnownAgent::from`], 2026-11.
pub const KNOWN_AGENTS: [KnownAgent; 5] = [
    KnownAgent {
        name: "claude",
        line: "claude-agent-acp",
        asking: &[],
        mode: Some("default"),
        usage: UsageBasis::Reported,
        from: "npm @agentclientprotocol/claude-agent-acp 0.49",
    },
    KnownAgent {
        name: "codex",
        line: "codex-acp -c sandbox_mode=read-only -c approval_policy=on-request",
        asking: &[],
        mode: None,
        usage: UsageBasis::Reported,
        from: "not tried; npm @zed-industries/codex-acp",
    },
    KnownAgent {
        name: "gemini",
        line: "gemini --acp",
        asking: &[],
        mode: Some("default"),
        usage: UsageBasis::Reported,
        // Our tool too only in a folder it was told to trust; elsewhere it is asked for its answer in words.
        from: "npm @google/gemini-cli 0.61",
    },
    KnownAgent {
        name: "opencode",
        line: "opencode acp",
        // It edits and runs commands unasked otherwise.
        asking: &[("OPENCODE_PERMISSION", r#"{"edit":"ask","bash":"ask","webfetch":"ask"}"#)],
        mode: None,
        usage: UsageBasis::LastTurn,
        from: "npm opencode-ai 1.18",
    },
    KnownAgent {
        name: "qwen",
        line: "qwen --acp",
        asking: &[],
        mode: Some("default"),
        usage: UsageBasis::Reported,
        from: "not tried; npm @qwen-code/qwen-code",
    },
];

/// The agent of that name, or a command line of one: a line has a blank or a slash in it.
///
/// # Errors
///
/// A sentence that says which there are.
pub(super) fn find(given: &str) -> Result<KnownAgent, String> {
    if let Some(known) = KNOWN_AGENTS.iter().find(|agent| agent.name == given) {
        return Ok(*known);
    }
    let names = || KNOWN_AGENTS.iter().map(|agent| agent.name);
    let hint = vocabulary::did_you_mean(given, names()).map(|name| format!("; did you mean `acp:{name}`?"));
    Err(format!(
        "there is no agent {given:?}{}; known are {}, and a command line with a blank or a slash in it is run as one",
        hint.unwrap_or_default(),
        names().collect::<Vec<_>>().join(", ")
    ))
}
