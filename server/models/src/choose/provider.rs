//! The table of those who can answer.

use std::{fmt, str::FromStr};

use analysis::{estimate::Backend, prices, units::Tokens, vocabulary};

/// Someone who can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Made up here.
    Simulated,
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Responses.
    OpenAi,
    /// OpenAI Chat Completions, there or at anyone who speaks it.
    OpenAiCompatible,
    /// Gemini `generateContent`.
    Gemini,
    /// A command: prompt on standard input, answer on standard output.
    Command,
    /// An agent that speaks the Agent Client Protocol.
    Acp,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ProviderRow {
    /// Who.
    pub provider: Provider,
    /// The word before the colon.
    pub name: &'static str,
    /// What follows the colon; empty where nothing does.
    pub takes: &'static str,
    /// The variables a key is looked for in, the first one that is set.
    pub keys: &'static [&'static str],
    /// The variables a base URL is looked for in, the first one that is set.
    pub bases: &'static [&'static str],
    /// The base URL without; empty where there is none.
    pub base: &'static str,
    /// From how many tokens on it keeps the beginning of a prompt, where it does: the most that any of its models wants.
    pub keeps_from: Option<Tokens>,
    /// One line for people.
    pub doc: &'static str,
}

/// The name of the model that makes answers up.
pub const SIMULATED: &str = "simulated";

impl Provider {
    /// The provider of a model, in a word; `None` where answers are made up, and for what is no model's name.
    pub fn asked(model: &str) -> Option<&'static str> {
        let name: ModelName = model.parse().ok()?;
        (name.provider != Self::Simulated).then(|| name.provider.row().name)
    }

    /// All, in the order in which they are shown.
    pub const TABLE: [ProviderRow; 7] = [
        ProviderRow {
            provider: Self::Simulated,
            name: SIMULATED,
            takes: "",
            keys: &[],
            bases: &[],
            base: "",
            keeps_from: None,
            doc: "Answers are made up: valid, repeatable, free.",
        },
        ProviderRow {
            provider: Self::Anthropic,
            name: "anthropic",
            takes: "MODEL",
            keys: &["ANTHROPIC_API_KEY"],
            bases: &["ANTHROPIC_BASE_URL"],
            base: "https://api.anthropic.com",
            keeps_from: Some(Tokens(4096)),
            doc: "Anthropic's Messages API, or what is compatible with it.",
        },
        ProviderRow {
            provider: Self::OpenAi,
            name: "openai",
            takes: "MODEL",
            keys: &["OPENAI_API_KEY"],
            bases: &["OPENAI_BASE_URL"],
            base: "https://api.openai.com/v1",
            keeps_from: Some(Tokens(1024)),
            doc: "OpenAI's Responses API.",
        },
        ProviderRow {
            provider: Self::OpenAiCompatible,
            name: "openai-compatible",
            takes: "MODEL",
            keys: &["OPENAI_API_KEY"],
            bases: &["OPENAI_BASE_URL"],
            base: "https://api.openai.com/v1",
            keeps_from: None,
            doc: "Chat Completions: OpenAI itself, Ollama, llama.cpp, vLLM, LM Studio, gateways.",
        },
        ProviderRow {
            provider: Self::Gemini,
            name: "gemini",
            takes: "MODEL",
            keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            bases: &["GOOGLE_GEMINI_BASE_URL", "GEMINI_BASE_URL"],
            base: "https://generativelanguage.googleapis.com",
            keeps_from: Some(Tokens(4096)),
            doc: "Google's Gemini API.",
        },
        ProviderRow {
            provider: Self::Command,
            name: "command",
            takes: "LINE",
            keys: &[],
            bases: &[],
            base: "",
            keeps_from: None,
            doc: "A command line: the prompt on standard input, the answer on standard output.",
        },
        ProviderRow {
            provider: Self::Acp,
            name: "acp",
            takes: "AGENT",
            keys: &[],
            bases: &[],
            base: "",
            keeps_from: None,
            doc: "A coding agent with tools that speaks the Agent Client Protocol, by name or command line.",
        },
    ];

    /// Its row.
    pub fn row(self) -> &'static ProviderRow {
        &Self::TABLE[self as usize]
    }

    /// The words of all.
    pub(crate) fn words() -> String {
        Self::TABLE.map(|row| row.name).join(", ")
    }

    /// What it is to estimates.
    pub fn backend(self) -> Backend {
        match self {
            Self::Acp => Backend::Agent,
            Self::Command => Backend::Command,
            Self::Simulated | Self::Anthropic | Self::OpenAi | Self::OpenAiCompatible | Self::Gemini => Backend::Model,
        }
    }

    /// Whether it is reached over HTTP, with a key: those a script may choose.
    pub fn is_http(self) -> bool {
        !self.row().base.is_empty()
    }
}

/// A model as people write it: `anthropic:claude-opus-5-5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    /// Who answers.
    pub provider: Provider,
    /// The provider's id of the model, an alias, a command line, an agent; empty for the simulation.
    pub model: String,
}

/// A text that names no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no model {given:?}{hint} (there are: {})", all())]
pub struct BadModelName {
    given: String,
    hint: String,
}

fn all() -> String {
    let names = Provider::TABLE.iter().map(|row| match row.takes {
        "" => row.name.to_owned(),
        takes => format!("{}:{takes}", row.name),
    });
    names.collect::<Vec<_>>().join(", ")
}

impl FromStr for ModelName {
    type Err = BadModelName;

    fn from_str(given: &str) -> Result<Self, BadModelName> {
        let given = given.trim();
        let (name, model) = given.split_once(':').unwrap_or((given, ""));
        let bad = |meant: Option<String>| BadModelName {
            given: given.to_owned(),
            hint: meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default(),
        };
        let Some(row) = Provider::TABLE.iter().find(|row| row.name == name) else {
            return Err(bad(meant(given)));
        };
        match (row.takes, model.trim()) {
            ("", "") => Ok(Self { provider: row.provider, model: String::new() }),
            ("", _) => Err(bad(Some(row.name.to_owned()))),
            (takes, "") => Err(bad(Some(format!("{name}:{takes}")))),
            (_, model) => Ok(Self { provider: row.provider, model: model.to_owned() }),
        }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.model.as_str() {
            "" => f.write_str(self.provider.row().name),
            model => write!(f, "{}:{model}", self.provider.row().name),
        }
    }
}

/// What may have been meant: a provider spelled differently, or a known model without its provider.
fn meant(given: &str) -> Option<String> {
    let (name, model) = given.split_once(':').map_or((given, None), |(name, model)| (name, Some(model)));
    let known = Provider::TABLE.iter().map(|row| row.name);
    match (vocabulary::did_you_mean(name, known), model) {
        (Some(name), Some(model)) => Some(format!("{name}:{model}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, Some(_)) => None,
        (None, None) => {
            let provider = match prices::find(given)?.provider.as_str() {
                "google" => "gemini",
                other => other,
            };
            Some(format!("{provider}:{given}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_where_its_provider_says() {
        for row in Provider::TABLE {
            assert_eq!(row.provider.row().name, row.name);
        }
    }

    #[test]
    fn names_read_back_and_mistakes_are_guessed_at() {
        for name in ["simulated", "anthropic:opus", "openai-compatible:qwen3:8b", "command:claude -p"] {
            assert_eq!(name.parse::<ModelName>().map(|n| n.to_string()).as_deref(), Ok(name));
        }
        let hint = |given: &str| given.parse::<ModelName>().unwrap_err().hint;
        assert_eq!(hint("antropic:opus"), "; did you mean `anthropic:opus`?");
        assert_eq!(hint("opus"), "; did you mean `anthropic:opus`?");
        assert_eq!(hint("gpt-6-sol"), "; did you mean `openai:gpt-6-sol`?");
        assert_eq!(hint("gemini:"), "; did you mean `gemini:MODEL`?");
        assert_eq!(hint("simulate"), "; did you mean `simulated`?");
        assert_eq!(hint("x"), "");
    }
}
