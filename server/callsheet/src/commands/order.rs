//! What decides a run besides its script: the same flags for `run` and `resume`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use analysis::{
    Analysis, Context,
    estimate::Assumptions,
    prices::OwnPrices,
    units::{Tokens, Usd},
    vocabulary::Profile,
};
use clap::Args;
use models::{Chosen, SIMULATED};
use runtime::{EventKind, Limits, RunSpec};
use serde_json::Value;

use super::who::Who;
use crate::{files::Source, output::Failure, past};

/// What is not given is that of the run that is resumed, if one is.
#[derive(Args)]
pub(crate) struct Order {
    /// What the script sees as `args`, as JSON.
    #[arg(long, value_name = "JSON", value_parser = super::plan::json, conflicts_with = "args_file")]
    args: Option<Value>,
    /// A file with what the script sees as `args`, as JSON.
    #[arg(long, value_name = "FILE")]
    args_file: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
    /// Seed of the simulated answers; 0 if not given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Agents at a time. Without: 2 less than there are processors, from 2 to 16.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
    /// Agents of the whole run at most; 1000 if not given.
    #[arg(long, value_name = "N")]
    max_agents: Option<u64>,
    /// Output tokens of the whole run at most; the script sees them as `budget.total`.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Dollars of the whole run at most; calls whose price is not known are then refused.
    #[arg(long, value_name = "USD", value_parser = dollars)]
    budget_usd: Option<f64>,
    /// Minutes of the whole run at most.
    #[arg(long, value_name = "N", value_parser = minutes)]
    minutes: Option<Duration>,
    /// Seconds without a sign of life after which an attempt counts as lost, and another is made; 180 if not given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    stall: Option<Duration>,
    /// The dialect the script is written in. Without: that of its `@callsheet profile:` comment, else `claude-code` (docs/profiles.md).
    #[arg(long, value_name = "NAME")]
    profile: Option<Profile>,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
}

impl Order {
    /// Takes what is not given from the first event of an earlier run.
    pub(crate) fn continuing(mut self, first: &EventKind) -> Self {
        let EventKind::RunStarted { provider, model, seed, simulated, concurrency, limits, profile, args, .. } = first
        else {
            return self;
        };
        let named = || Some(format!("{}:{}", provider.as_ref()?, model.as_ref()?));
        let before = || if *simulated { Some(SIMULATED.to_owned()) } else { named() };
        self.who.model = self.who.model.or_else(before);
        self.seed = self.seed.or(Some(*seed));
        self.concurrency = self.concurrency.or(u16::try_from(*concurrency).ok());
        self.max_agents = self.max_agents.or(Some(limits.max_agents));
        self.profile = self.profile.or(Some(profile.as_ref().and_then(|name| name.parse().ok()).unwrap_or_default()));
        self.budget_tokens = self.budget_tokens.or(limits.budget_tokens.map(|tokens| tokens.0));
        self.budget_usd = self.budget_usd.or(limits.budget_usd.map(|usd| usd.0));
        self.minutes = self.minutes.or(limits.wall);
        if self.args_file.is_none() {
            self.args = self.args.or_else(|| args.clone());
        }
        self
    }

    /// A run answered by `who`, at `prices`, of which nothing else is said.
    pub(crate) fn answered_by(who: Who, prices: Option<PathBuf>) -> Self {
        let (args, args_file, seed, concurrency, max_agents, budget_tokens) = (None, None, None, None, None, None);
        let (budget_usd, minutes, stall, profile) = (None, None, None, None);
        Self {
            args,
            args_file,
            who,
            seed,
            concurrency,
            max_agents,
            budget_tokens,
            budget_usd,
            minutes,
            stall,
            profile,
            prices,
        }
    }

    /// What the analysis of the script goes by.
    pub(crate) fn context(&self, source: &Source) -> Result<Context, Failure> {
        let (concurrency, prices) = (Some(self.at_once() as u64), super::prices::own(self.prices.as_ref())?);
        let provider = self.who.provider();
        let history = if provider.is_some() { past::history() } else { Arc::default() };
        let mut assumptions = Assumptions { concurrency, prices, history, provider, ..Assumptions::default() };
        if let Some(names) = self.who.names() {
            names.tell(&mut assumptions);
        }
        let (file_name, given_profile, max_agents) = (source.name(), self.profile, self.max_agents);
        Ok(Context { file_name, args: self.args()?, given_profile, max_agents, assumptions, ..Context::default() })
    }

    /// Finds who answers, at these prices; looks for keys, and spends nothing.
    pub(crate) fn choose(&self, analysis: &Analysis, prices: &Arc<OwnPrices>) -> Result<Chosen, Failure> {
        let chosen = self.who.choose(self.seed.unwrap_or(0), analysis.plan.named_models())?;
        Ok(Chosen { prices: prices.clone(), ..chosen })
    }

    /// Whether it is known who answers.
    pub(crate) fn names_a_model(&self) -> bool {
        self.who.model.is_some()
    }

    /// What the script sees as `args`, where that is given.
    fn args(&self) -> Result<Option<Value>, Failure> {
        let Some(file) = &self.args_file else { return Ok(self.args.clone()) };
        let text = Source::read(file)?.text;
        let args = super::plan::json(&text).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))?;
        Ok(Some(args))
    }

    /// Agents of the whole run at most, where that is given.
    pub(crate) fn max_agents(&self) -> Option<u64> {
        self.max_agents
    }

    /// Agents at a time.
    pub(crate) fn at_once(&self) -> usize {
        self.concurrency.map_or_else(runtime::default_concurrency, usize::from)
    }

    pub(crate) fn spec(&self, source: &Source, args: Option<Value>, profile: Profile, runs_dir: &Path) -> RunSpec {
        let mut spec = RunSpec::new(&source.path, source.text.as_str(), runs_dir);
        spec.args = args;
        spec.seed = self.seed.unwrap_or(0);
        spec.concurrency = Some(self.at_once());
        spec.limits.max_agents = self.max_agents.unwrap_or(Limits::default().max_agents);
        spec.limits.budget_tokens = self.budget_tokens.map(Tokens);
        spec.limits.budget_usd = self.budget_usd.map(Usd);
        spec.limits.wall = self.minutes;
        spec.retry.stall = self.stall.unwrap_or(spec.retry.stall);
        spec.in_dialect(profile);
        spec.read_kinds();
        spec
    }
}

/// An amount of money that can be a limit.
pub(super) fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.trim_start_matches('$').parse::<f64>().ok().filter(|usd| usd.is_finite() && *usd > 0.0);
    usd.ok_or_else(|| "give dollars, more than 0: 2.50".into())
}

/// A time that can be a limit, in minutes.
fn minutes(text: &str) -> Result<Duration, String> {
    let time = seconds(text).ok().and_then(|seconds| seconds.checked_mul(60));
    time.ok_or_else(|| "give minutes, more than 0: 90".into())
}

/// A time to wait, in seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let time = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let time = time.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| "give seconds, more than 0: 300".into())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        order: Order,
    }

    #[test]
    fn limits_of_a_line_are_those_of_its_run_and_none_is_taken_for_another() {
        let read = |flags: &[&str]| Line::try_parse_from([&["run"], flags].concat());
        let source = Source { path: "a.js".into(), text: String::new() };
        let spec =
            |flags: &[&str]| read(flags).unwrap().order.spec(&source, None, Profile::default(), Path::new("runs"));
        let limited = spec(&["--budget-usd", "$2.50", "--minutes", "1.5", "--stall", "0.5", "--budget-tokens", "7"]);
        assert_eq!(limited.limits.budget_usd, Some(Usd(2.5)));
        assert_eq!(limited.limits.budget_tokens, Some(Tokens(7)));
        assert_eq!(
            (limited.limits.wall, limited.retry.stall),
            (Some(Duration::from_secs(90)), Duration::from_millis(500))
        );
        let free = spec(&[]);
        assert_eq!((free.limits.budget_usd, free.limits.wall), (None, None));
        assert_eq!(free.retry.stall, Duration::from_secs(180));
        for wrong in ["0", "-1", "soon", "1e300", "NaN"] {
            for flag in ["--minutes", "--stall"] {
                let said = read(&[&format!("{flag}={wrong}")]).err().map(|error| error.to_string()).unwrap_or_default();
                assert!(said.contains("more than 0"), "{flag} {wrong}: {said}");
            }
        }
        assert!(read(&["--budget-usd=inf"]).is_err());
    }
}
