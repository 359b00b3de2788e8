//! Who answers a call.
//!
//! A [`Model`] takes one [`Request`] and gives one [`Answer`] or one [`ModelError`]. Retrying, checking against the
//! schema, budgets and journals are the scheduler's work, so that every model behaves alike.

mod abilities;
mod account;
mod acp;
mod choose;
mod command;
mod group;
mod headroom;
mod http;
mod key;
mod kind;
mod listener;
mod model;
mod prices;
mod program;
mod replace;
mod secrets;
pub mod simulated;
mod violations;
pub mod wire;
mod worktree;

pub use account::Account;
pub use acp::{Acp, KNOWN_AGENTS, KnownAgent, Permissions, TOOL_ARGUMENT, structured_output_main};
pub use choose::{
    ALIASES, ALIASES_AS_OF, BadModelName, ChoiceError, Chosen, Environment, KEY_COMMAND, ModelName, Names, Options,
    Provider, ProviderRow, SIMULATED, choose,
};
pub use command::CommandLine;
pub use headroom::{Headroom, Room};
pub use http::Http;
pub use key::Key;
pub use kind::AgentKind;
pub use listener::Listener;
pub use model::{Answer, Correction, Model, ModelError, Reply, Request, Usage, UsageBasis};
pub use prices::{
    PUBLISHED_PRICES, PricesError, UpdateError, fetch_update, forget_update, own_prices, own_prices_file, write_update,
};
pub use program::this_program;
pub use replace::replace;
pub use simulated::{Latency, Simulated};
pub use violations::violations_by;

/// A command of the system's shell.
fn shell(line: &str) -> std::process::Command {
    let (program, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = std::process::Command::new(program);
    command.arg(option).arg(line);
    command
}
