//! From a script, as the editor shows it, to a run.

use std::{path::PathBuf, sync::Arc, thread, time::Duration};

use models::{Chosen, Latency, Model, ModelName, Options, SIMULATED, Simulated, choose};
use runtime::{RunHandle, RunSpec, StartError, write};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::{
    analyst::STACK,
    run::documents,
    settings::Settings,
    snapshot::Snapshot,
    workflows,
    workspace::{Workspace, path_of},
};

/// What to run.
pub(crate) struct Order {
    /// All that decides it, but for who answers.
    pub(crate) spec: RunSpec,
    /// Who answers: `simulated`, `anthropic:sonnet`.
    pub(crate) model: String,
    options: Options,
    /// Models the script is known to name.
    named: Vec<String>,
    chosen: Option<Chosen>,
    /// What reads the drafts, where a script is to be written.
    pub(crate) check: Option<write::Check>,
}

impl Order {
    /// A run of the script's text, saved or not. `dry` runs are on the simulated model whatever the settings say.
    ///
    /// # Errors
    ///
    /// A sentence that says why not.
    pub(crate) fn of(script: &Snapshot, dry: bool, args: Option<Value>) -> Result<Self, String> {
        let model = if dry { SIMULATED } else { &script.settings.model };
        let args = match (args, &script.fresh.script.pragmas.args) {
            (Some(args), _) => Some(args),
            (None, Some((_, Ok(args)))) => Some(args.clone()),
            (None, Some((_, Err(why)))) => return Err(format!("The `@callsheet args` comment is not JSON: {why}.")),
            // The hints and the lens are for these.
            (None, None) if script.known.of_last_args => {
                script.last.as_ref().and_then(|last| last.args.as_deref().cloned())
            }
            (None, None) => None,
        };
        let folder = documents::project(&script.uri, &script.client.folders).unwrap_or_else(std::env::temp_dir);
        let path = path_of(&script.uri).unwrap_or_else(|| PathBuf::from("untitled.workflow.js"));
        let mut spec = RunSpec::new(path, script.text.to_string(), runs_dir(script));
        spec.args = args;
        let named = script.known.plan.named_models().map(str::to_owned).collect();
        let mut order = Self { named, ..Self::new(spec, model, &script.settings, &script.workspace, folder)? };
        order.spec.in_dialect(script.profile());
        Ok(order)
    }

    /// A run of `spec` as the settings want runs, on `model`, with agents that work in `folder`.
    ///
    /// # Errors
    ///
    /// When there is no such model, in a sentence.
    pub(crate) fn new(
        mut spec: RunSpec,
        model: &str,
        settings: &Settings,
        workspace: &Workspace,
        folder: PathBuf,
    ) -> Result<Self, String> {
        let known = model.parse::<ModelName>().map_err(|error| format!("`callsheet.run.model`: {error}."))?;
        spec.seed = settings.seed;
        spec.concurrency = settings.concurrency.and_then(|most| usize::try_from(most).ok());
        spec.in_dialect(settings.profile);
        spec.limits.max_agents = settings.max_agents.unwrap_or(spec.limits.max_agents);
        spec.limits.budget_tokens = settings.budget_tokens.map(analysis::units::Tokens);
        spec.limits.budget_usd = settings.budget_usd.map(analysis::units::Usd);
        let wall = settings.minutes.and_then(|minutes| Duration::try_from_secs_f64(60.0 * minutes).ok());
        spec.limits.wall = wall.or(spec.limits.wall);
        let stall = Duration::try_from_secs_f64(settings.stall).ok().filter(|stall| !stall.is_zero());
        spec.retry.stall = stall.unwrap_or(spec.retry.stall);
        spec.sandbox = sandbox();
        let latency = Latency::up_to(Duration::from_millis(settings.simulated_latency));
        let options = Options {
            simulated: Simulated { latency, ..Simulated::new(settings.seed) },
            aliases: settings.aliases.clone(),
            base_url: settings.base_url.clone(),
            key_command: settings.key_command.clone(),
            caps: settings.caps.clone(),
            permissions: settings.permissions,
            prices: workflows::prices(settings, workspace),
            folder,
            ..Options::default()
        };
        Ok(Self { spec, model: known.to_string(), options, named: Vec::new(), chosen: None, check: None })
    }

    /// Whether a run of it may cost money.
    pub(crate) fn is_paid(&self) -> bool {
        self.model != SIMULATED
    }

    /// Finds who answers and which kinds of agents there are, unless that was done before. It reads files and may wait for a command that
    /// prints a key.
    pub(crate) fn prepare(&mut self) -> Result<Arc<dyn Model>, StartError> {
        let chosen = match self.chosen.take() {
            Some(chosen) => chosen,
            None => {
                if self.check.is_none() {
                    self.spec.read_kinds();
                }
                choose(&self.model, &self.options, self.named.iter().map(String::as_str))?
            }
        };
        let chosen = self.chosen.insert(chosen);
        let model = self.spec.answered_by(chosen);
        Ok(match &self.check {
            Some(check) => write::checked(model, chosen.is_simulated(), check.clone()),
            None => model,
        })
    }

    /// Starts the run, in a thread of its own: it is prepared there, reads the script and writes to disk.
    pub(crate) fn start(
        mut self,
        then: impl FnOnce(Result<RunHandle, StartError>) + Send + 'static,
    ) -> std::io::Result<()> {
        let runtime = Handle::current();
        let starting = move || {
            let _within = runtime.enter();
            then(self.prepare().and_then(|model| runtime::start(self.spec, model)));
        };
        thread::Builder::new().name("start".into()).stack_size(STACK).spawn(starting).map(drop)
    }
}

/// Where the runs of a script are kept.
pub(crate) fn runs_dir(script: &Snapshot) -> PathBuf {
    documents::runs_dir(&script.uri, &script.client.folders)
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

#[cfg(test)]
mod tests {
    use analysis::units::{Tokens, Usd};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_script_says_which_dialect_it_runs_in() {
        let profile = |text: &str| {
            let script = crate::tests::Script::of(text);
            Order::of(&script.snapshot, true, None).unwrap().spec.profile
        };
        assert_eq!(
            profile("// @callsheet profile: qwen\nexport const meta = { name: 'a', description: 'b' }").name(),
            "qwen"
        );
        assert_eq!(
            profile("// @callsheet profile: none\nexport const meta = { name: 'a', description: 'b' }").name(),
            "claude-code"
        );
    }

    #[test]
    fn limits_of_the_settings_are_those_of_a_run() {
        let spec = |section: Value| {
            let (settings, problems) = Settings::read(&section);
            assert!(problems.is_empty(), "{problems:?}");
            let spec = RunSpec::new("a.js", "", "runs");
            Order::new(spec, SIMULATED, &settings, &Workspace::default(), PathBuf::new()).unwrap().spec
        };
        let limits = json!({"budgetUsd": 2.5, "budgetTokens": 7, "minutes": 1.5, "stallSeconds": 0.5, "maxAgents": 9});
        let limited = spec(json!({"run": limits}));
        assert_eq!((limited.limits.budget_usd, limited.limits.budget_tokens), (Some(Usd(2.5)), Some(Tokens(7))));
        assert_eq!((limited.limits.wall, limited.limits.max_agents), (Some(Duration::from_secs(90)), 9));
        assert_eq!(limited.retry.stall, Duration::from_millis(500));
        let free = spec(json!({}));
        assert_eq!((free.limits.budget_usd, free.limits.wall), (None, None));
        assert_eq!(free.retry.stall, Duration::from_secs(180));
        assert_eq!(Settings::read(&json!({"run": {"minutes": -1}})).1.len(), 1, "said, and left as it was");
    }
}
