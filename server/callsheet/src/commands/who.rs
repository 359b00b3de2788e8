//! Who answers a run: the same flags wherever a run begins.

use std::time::Duration;

use clap::Args;
use models::{Chosen, Latency, Names, Options, Permissions, Provider, SIMULATED, Simulated, choose};

use crate::output::Failure;

#[derive(Args, Clone)]
pub(crate) struct Who {
    /// Who answers: `simulated`, the default, makes answers up, valid and free; `anthropic:MODEL`, `openai:MODEL`,
    /// `openai-compatible:MODEL`, `gemini:MODEL`, `command:LINE`, `acp:AGENT`.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// What a model's name in the script means: an id of the run's provider, or PROVIDER:MODEL. Can be given again.
    #[arg(long = "alias", value_name = "NAME=MODEL", value_parser = pair)]
    aliases: Vec<(String, String)>,
    /// Where the provider is reached, instead of its own address or that in the environment.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Requests to a provider at once at most, of all runs on this machine that use the same key. Can be given again.
    #[arg(long = "cap", value_name = "PROVIDER=N", value_parser = cap)]
    caps: Vec<(String, u64)>,
    /// What agents with tools may do: `read-only`, `edit` or `all`.
    #[arg(long, value_name = "WHAT", default_value = Permissions::ReadOnly.name())]
    permissions: Permissions,
    /// Milliseconds a simulated answer takes at most.
    #[arg(long, value_name = "MS", default_value_t = 600)]
    latency: u64,
    /// Share of simulated attempts that fail as those of a busy provider do, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    failures: f64,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().map_err(|e| e.to_string())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share is from 0 to 1".into()) }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, model)) if !name.is_empty() && !model.is_empty() => Ok((name.into(), model.into())),
        _ => Err("an alias is written NAME=MODEL".into()),
    }
}

fn cap(text: &str) -> Result<(String, u64), String> {
    let (provider, number) = text.split_once('=').ok_or("a cap is written PROVIDER=N")?;
    Ok((provider.to_owned(), number.parse().map_err(|e| format!("{number:?}: {e}"))?))
}

impl Who {
    /// Who answers, in a word; `None` where answers are made up.
    pub(crate) fn provider(&self) -> Option<String> {
        Provider::asked(self.model.as_deref()?).map(str::to_owned)
    }

    /// Which models are meant by the names scripts use; `None` where there is no such model, which is said when it is chosen.
    pub(crate) fn names(&self) -> Option<Names> {
        let run = self.model.as_deref().unwrap_or(SIMULATED).parse().ok()?;
        Some(Names::new(run, self.aliases.iter().cloned().collect()))
    }

    /// Finds who answers a run that is known to name these models; looks for keys, and spends nothing.
    pub(crate) fn choose<'a>(&self, seed: u64, named: impl IntoIterator<Item = &'a str>) -> Result<Chosen, Failure> {
        let latency = Latency::up_to(Duration::from_millis(self.latency));
        let options = Options {
            simulated: Simulated { seed, latency, failure_rate: self.failures },
            aliases: self.aliases.iter().cloned().collect(),
            base_url: self.base_url.clone(),
            caps: self.caps.iter().cloned().collect(),
            permissions: self.permissions,
            folder: std::env::current_dir()?,
            ..Options::default()
        };
        let name = self.model.as_deref().unwrap_or(SIMULATED);
        choose(name, &options, named).map_err(|error| Failure::usage(error.to_string()))
    }
}
