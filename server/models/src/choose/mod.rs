//! From the name of a model to the one who answers.

mod names;
mod provider;
mod router;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, env, fmt, path::PathBuf, sync::Arc};

use analysis::{estimate, prices::OwnPrices, units::Usd};
pub use names::{ALIASES, ALIASES_AS_OF, Names};
pub use provider::{BadModelName, ModelName, Provider, ProviderRow, SIMULATED};
use router::Router;

use crate::{
    Account, Acp, CommandLine, Http, Key, Model, ModelError, Permissions, Simulated, Usage, secrets::Secrets, wire,
};

/// The variable with the command that prints a key.
pub const KEY_COMMAND: &str = "CALLSHEET_KEY_COMMAND";

/// What decides who answers, besides the name.
#[derive(Clone, Default)]
pub struct Options {
    /// The simulation, for when it is chosen.
    pub simulated: Simulated,
    /// Names scripts use, and what a person wants them to mean.
    pub aliases: BTreeMap<String, String>,
    /// The base URL of the run's provider, before that of the environment.
    pub base_url: Option<String>,
    /// A command that prints a key, before that of the environment; asked where no variable has one.
    pub key_command: Option<String>,
    /// What agents with tools may do.
    pub permissions: Permissions,
    /// Where commands and agents work.
    pub folder: PathBuf,
    /// Most requests at once to a provider, by its word: of all runs on this machine that ask it at the same place with the same key.
    pub caps: BTreeMap<String, u64>,
    /// The variables of the environment.
    pub environment: Environment,
    /// The person's own prices.
    pub prices: Arc<OwnPrices>,
}

/// Variables, by name.
#[derive(Clone)]
pub struct Environment(Arc<Variables>);

type Variables = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// These variables.
    pub fn of(variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(variables))
    }

    /// The first of these that is set to something.
    pub(crate) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| (self.0)(name).filter(|value| !value.trim().is_empty()))
    }
}

impl Default for Environment {
    /// Those of this process.
    fn default() -> Self {
        Self::of(|name| env::var(name).ok())
    }
}

/// Why nobody answers. Nothing was asked, nothing was spent.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// There is no such model.
    #[error(transparent)]
    Name(#[from] BadModelName),
    /// There is no key.
    #[error(
        "{name} needs a key: set {variable}, or let a command print it with {KEY_COMMAND} or the setting `callsheet.run.keyCommand`"
    )]
    NoKey {
        /// The model that needs it.
        name: String,
        /// The variable it is looked for in first.
        variable: &'static str,
    },
    /// The command that should print a key did not.
    #[error("{name} needs a key, and {why}; set {variable}, or mend the command")]
    KeyCommand {
        /// The model that needs it.
        name: String,
        /// What became of the command.
        why: String,
        /// The variable that would do too.
        variable: &'static str,
    },
    /// A script may choose among providers, not which programs run on this machine.
    #[error(
        "the script asks for the model {0:?}: only a person can choose a command or an agent, with `--model` or the setting `callsheet.run.model`"
    )]
    ByScript(String),
    /// A cap that is none.
    #[error("there is no cap of {1} requests to {0:?}: a cap is a number from 1, for one of {known}", known = Provider::words())]
    Cap(String, u64),
    /// There is no such agent.
    #[error("{0}")]
    Agent(String),
    /// HTTP cannot be set up.
    #[error(transparent)]
    Http(#[from] ModelError),
}

/// Who answers a run.
#[derive(Clone)]
pub struct Chosen {
    /// Answers.
    pub model: Arc<dyn Model>,
    /// Which models are meant by the names scripts use.
    pub names: Names,
    /// The person's own prices.
    pub prices: Arc<OwnPrices>,
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chosen").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Finds who answers `name`: `simulated`, `anthropic:sonnet`, `command:claude -p`. `named` are the models the script is known
/// to name: what they need is looked for now, before anything is spent.
///
/// # Errors
///
/// When there is no such model, or no key for it.
pub fn choose<'a>(
    name: &str,
    options: &Options,
    named: impl IntoIterator<Item = &'a str>,
) -> Result<Chosen, ChoiceError> {
    let names = Names::new(name.parse()?, options.aliases.clone());
    let run = names.run().clone();
    let known = |word: &str| Provider::TABLE.iter().any(|row| row.name == word);
    if let Some((word, cap)) =
        options.caps.iter().find(|(word, cap)| !known(word) || u32::try_from(**cap).unwrap_or(0) == 0)
    {
        return Err(ChoiceError::Cap(word.clone(), *cap));
    }
    let own: Asked = match run.provider {
        Provider::Simulated => {
            let prices = options.prices.clone();
            return Ok(Chosen { model: Arc::new(options.simulated.clone()), names, prices });
        }
        Provider::Command => {
            let command = CommandLine::new(&run.model, &options.folder, Secrets::of(&options.environment));
            Asked::new(command, options.account(&run, &run.model, ""))
        }
        Provider::Acp => {
            let agent = Acp::new(&run.model, options).map_err(ChoiceError::Agent)?;
            Asked::new(agent, options.account(&run, &run.model, ""))
        }
        _ => http(&run, options.base_url.as_deref(), options)?,
    };
    let router = Router::new(own, run, options.clone());
    for asked in named {
        router.prepare(&names.find(asked), asked)?;
    }
    Ok(Chosen { model: Arc::new(router), names, prices: options.prices.clone() })
}

/// Someone who answers, and whose limits that counts for.
#[derive(Clone)]
struct Asked {
    model: Arc<dyn Model>,
    account: Account,
}

impl Asked {
    fn new(model: impl Model + 'static, account: Account) -> Self {
        Self { model: Arc::new(model), account }
    }
}

impl Options {
    /// The account of a model's provider at `place`.
    fn account(&self, name: &ModelName, place: &str, key: &str) -> Account {
        let row = name.provider.row();
        let cap = self.caps.get(row.name).and_then(|cap| u32::try_from(*cap).ok());
        Account::new(row.name, place, key).capped(cap).keeping(row.keeps_from)
    }
}

/// A provider over HTTP.
fn http(name: &ModelName, base: Option<&str>, options: &Options) -> Result<Asked, ChoiceError> {
    let row = name.provider.row();
    let base = base.map(str::to_owned).or_else(|| options.environment.first(row.bases));
    let official = base.is_none();
    let key = match options.environment.first(row.keys) {
        Some(key) => Key::new(key),
        None => printed(name, options)?,
    };
    if key.is_empty() && official {
        return Err(ChoiceError::NoKey { name: name.to_string(), variable: row.keys[0] });
    }
    let format: Box<dyn wire::Format> = match name.provider {
        // What is compatible often knows only the old version.
        Provider::Anthropic if !official => Box::new(wire::Anthropic { version: wire::Anthropic::OLD_VERSION.into() }),
        Provider::Anthropic => Box::new(wire::Anthropic::default()),
        Provider::Gemini => Box::new(wire::Gemini),
        Provider::OpenAi => Box::new(wire::OpenAiResponses),
        _ => Box::new(wire::OpenAiChat { old_limit: !official }),
    };
    let base = base.as_deref().unwrap_or(row.base);
    let account = options.account(name, base, key.secret());
    Ok(Asked::new(Http::new(format, base, key, &name.model)?, account))
}

/// The key a command prints; an empty one where there is no command.
fn printed(name: &ModelName, options: &Options) -> Result<Key, ChoiceError> {
    let command = options.key_command.clone().filter(|line| !line.trim().is_empty());
    let Some(line) = command.or_else(|| options.environment.first(&[KEY_COMMAND])) else { return Ok(Key::default()) };
    let row = name.provider.row();
    Key::printed_by(&line, row.name).map_err(|why| ChoiceError::KeyCommand {
        name: name.to_string(),
        why,
        variable: row.keys[0],
    })
}

impl Chosen {
    /// Whether the answers are made up.
    pub fn is_simulated(&self) -> bool {
        self.names.run().provider == Provider::Simulated
    }

    /// The provider's word: `anthropic`.
    pub fn provider(&self) -> &'static str {
        self.names.run().provider.row().name
    }

    /// The model that answers where a call names none, as prices and journals know it. `None` for those who choose themselves.
    pub fn default_model(&self) -> Option<String> {
        self.names.default_model().map(str::to_owned)
    }

    /// What a call costs: at the person's own price or list price where the provider bills by the token, what it would cost where the answer is made up,
    /// unknown for commands and agents, whose plans and models only they know.
    pub fn cost(&self, model: &str, usage: &Usage) -> Option<Usd> {
        if self.is_simulated() {
            return estimate::would_cost_at(&self.prices, model, usage);
        }
        let name = self.names.find(model);
        if name.provider.is_http() { self.prices.cost(&name.model, usage) } else { None }
    }
}
