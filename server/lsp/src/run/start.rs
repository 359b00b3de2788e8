//! From a script, as the editor shows it, to a run.

use std::{path::PathBuf, sync::Arc, thread, time::Duration};

use models::{Latency, Model, Simulated};
use runtime::{Limits, RunHandle, RunSpec, StartError};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::{analyst::STACK, run::documents::project, settings::Settings, snapshot::Snapshot, workspace::path_of};

/// What to run.
pub(crate) struct Order {
    /// All that decides it.
    pub(crate) spec: RunSpec,
    /// Who answers.
    pub(crate) model: Arc<dyn Model>,
}

impl Order {
    /// A run of the script's text, saved or not. `dry` runs are on the simulated model whatever the settings say.
    ///
    /// # Errors
    ///
    /// A sentence that says why not.
    pub(crate) fn of(script: &Snapshot, dry: bool, args: Option<Value>) -> Result<Self, String> {
        let settings = &script.settings;
        if !dry && settings.model != SIMULATED {
            let model = &settings.model;
            return Err(format!(
                "This version runs on the model `{SIMULATED}` only; `callsheet.run.model` is `{model}`."
            ));
        }
        let args = match (args, &script.fresh.script.pragmas.args) {
            (Some(args), _) => Some(args),
            (None, Some((_, Ok(args)))) => Some(args.clone()),
            (None, Some((_, Err(why)))) => return Err(format!("The `@callsheet args` comment is not JSON: {why}.")),
            (None, None) => None,
        };
        let folder = project(&script.uri, &script.client.folders).unwrap_or_else(std::env::temp_dir);
        let path = path_of(&script.uri).unwrap_or_else(|| PathBuf::from("untitled.workflow.js"));
        let mut spec = RunSpec::new(path, script.text.to_string(), folder.join(".callsheet").join("runs"));
        spec.args = args;
        spec.seed = settings.seed;
        spec.concurrency = settings.concurrency.and_then(|most| usize::try_from(most).ok());
        spec.limits = limits(settings);
        spec.sandbox = sandbox();
        spec.price = Some(Arc::new(analysis::estimate::would_cost));
        let most = settings.simulated_latency;
        let latency = Latency::Between(Duration::from_millis(most / 4), Duration::from_millis(most));
        let model = Simulated { latency, ..Simulated::new(settings.seed) };
        Ok(Self { spec, model: Arc::new(model) })
    }

    /// Starts the run, in a thread of its own: it reads the script and writes to disk.
    pub(crate) fn start(
        self,
        then: impl FnOnce(Result<RunHandle, StartError>) + Send + 'static,
    ) -> std::io::Result<()> {
        let runtime = Handle::current();
        let starting = move || {
            let _within = runtime.enter();
            then(runtime::start(self.spec, self.model));
        };
        thread::Builder::new().name("start".into()).stack_size(STACK).spawn(starting).map(drop)
    }
}

/// The name of the model that costs nothing.
pub(crate) const SIMULATED: &str = "simulated";

fn limits(settings: &Settings) -> Limits {
    let default = Limits::default();
    Limits {
        max_agents: settings.max_agents.unwrap_or(default.max_agents),
        budget_tokens: settings.budget_tokens.map(analysis::units::Tokens),
        ..default
    }
}

/// The script runs in a process of this binary; a test binary cannot be one.
#[cfg(not(test))]
fn sandbox() -> runtime::SandboxCommand {
    runtime::SandboxCommand::ThisBinary
}

#[cfg(test)]
fn sandbox() -> runtime::SandboxCommand {
    runtime::SandboxCommand::Thread
}
