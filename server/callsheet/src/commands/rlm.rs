//! `callsheet rlm`: one question about a context of any size, answered by a recursive language model.

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use analysis::{
    prices::OwnPrices,
    units::Tokens,
    vocabulary::{RLM_DEPTH, RLM_TURNS},
};
use clap::Args;
use models::{Chosen, Latency, Model, SIMULATED, Simulated};
use runtime::{
    EventKind, Outcome, RlmContext, RunError, RunHandle, RunId, RunSpec, RunState, Status, journal,
    rlm::{BadContext, Cited, ContextFile, Folder, Question, RlmLimits},
};
use serde_json::Value;

use crate::{FINDINGS, FINE, files::Source, numbers, output, output::Failure, past::RUNS, play};

/// Answers a question about files of any size, with code a model writes.
///
/// The root model works in a REPL where the text is a variable. The text never stands in the root model's prompt; code takes it apart and has other models read the parts. Every call, cell and answer is
/// journaled: a run that broke off resumes with `--resume`, and pays for nothing twice.
#[derive(Args)]
pub(crate) struct Rlm {
    /// The question.
    question: String,
    /// A file or folder to ask about; may be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    context: Vec<PathBuf>,
    /// A JSON Schema the answer must satisfy; its root is an object.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Who writes the cells and answers, as `anthropic:sonnet`. `simulated` writes real cells by a fixed policy and makes all answers up:
    /// deterministic, free, meaningless.
    #[arg(long, value_name = "MODEL", default_value = SIMULATED)]
    model: String,
    /// The model that reads the parts, where it is another: a smaller one will often do.
    #[arg(long, value_name = "MODEL")]
    sub_model: Option<String>,
    /// Seed of the simulated answers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How deep calls may go. 0: code alone; 1: code asks models; 2 and 3: those may have a REPL of their own.
    #[arg(long, value_name = "N", default_value_t = RLM_DEPTH,
        value_parser = clap::value_parser!(u32).range(0..=Question::DEEPEST.into()))]
    depth: u32,
    /// Turns of the root model at most.
    #[arg(long, value_name = "N", default_value_t = RLM_TURNS,
        value_parser = clap::value_parser!(u32).range(1..=Question::MOST_TURNS.into()))]
    turns: u32,
    /// Calls of the whole tree at most.
    #[arg(long, value_name = "N", default_value_t = Question::MAX_CALLS,
        value_parser = clap::value_parser!(u64).range(Question::LEAST_CALLS..=Question::MOST_CALLS))]
    max_calls: u64,
    /// Output tokens of the whole tree at most.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Calls at a time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// Calls one cell may make before it has to confirm them.
    #[arg(long, value_name = "N", default_value_t = RlmLimits::FAN_OUT)]
    fan_out: u64,
    /// One plain call answers, without a REPL, where the files have at most so many tokens; 16000 where no number is given.
    #[arg(long, value_name = "TOKENS", num_args = 0..=1, require_equals = true, default_missing_value = "16000",
        value_parser = clap::value_parser!(u64).range(1..))]
    direct: Option<u64>,
    /// A saved workflow that cells may call by its name; may be given several times.
    #[arg(long, value_name = "NAME")]
    workflow: Vec<String>,
    /// Minutes at most.
    #[arg(long, value_name = "N", default_value_t = Question::WALL.as_secs() / 60, value_parser = clap::value_parser!(u64).range(1..=360))]
    minutes: u64,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Milliseconds a simulated answer takes at most.
    #[arg(long, value_name = "MS", default_value_t = 600)]
    latency: u64,
    /// Goes on with a run that broke off: the same question about the same files.
    #[arg(long, value_name = "RUN")]
    resume: Option<RunId>,
    /// With `--resume`: asks the root model anew from this turn on, and keeps the turns before it.
    #[arg(long, value_name = "N", requires = "resume", value_parser = clap::value_parser!(u32).range(1..))]
    from_turn: Option<u32>,
    /// Writes one event a line as JSON, at the end a `result` or an `error`.
    #[arg(long)]
    json: bool,
}

impl Rlm {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let chosen = self.choose()?;
        if self.question.trim().is_empty() {
            return Err(Failure::usage("the question is empty; write it after the options, in quotes"));
        }
        let contexts = self.context.iter().map(|path| self.open(path)).collect::<Result<Vec<_>, _>>()?;
        let (spec, model) = self.spec(contexts, &chosen)?;
        self.is_about_the_same(&spec.contexts)?;
        if !self.json {
            self.announce(&spec, &chosen)?;
        }
        let told = |handle: &RunHandle, outcome: &Outcome| report(&handle.state(), outcome, &chosen.prices);
        let ended = play::through(spec, model, self.json, told)?.map_err(|e| Failure::usage(e.to_string()))?;
        Ok(if ended == Status::Ok { FINE } else { FINDINGS })
    }

    /// Refuses to go on with a run about a text that has changed since: none of its answers would count, and all would be paid again.
    fn is_about_the_same(&self, contexts: &[ContextFile]) -> Result<(), Failure> {
        let Some(id) = &self.resume else { return Ok(()) };
        // A run that cannot be read is told of by those who go on with it.
        let first = journal::first(&Path::new(RUNS).join(id.as_str()).join(journal::FILE_NAME));
        let Some(EventKind::RunStarted { contexts: known, .. }) = first.map(|event| event.kind) else { return Ok(()) };
        let changed = |now: &&ContextFile| known.iter().any(|was| was.name == now.name && was.hash != now.hash);
        match contexts.iter().find(changed) {
            None => Ok(()),
            Some(ContextFile { name, .. }) => Err(Failure::usage(format!(
                "{name} has changed since run {id} was started, and its answers are about what it said then: ask anew, without `--resume`"
            ))),
        }
    }

    /// The file at `path`, or the texts of the folder there.
    fn open(&self, path: &Path) -> Result<ContextFile, Failure> {
        let failed = |error: BadContext| Failure::usage(error.to_string());
        if !path.is_dir() {
            return ContextFile::open(path).map_err(failed);
        }
        let Folder { context, files, left_out } = Folder::open(path, Path::new(ASKED)).map_err(failed)?;
        if !left_out.is_empty() && !self.json {
            let first = left_out[0].display();
            let more = if left_out.len() > 1 { format!(" and {} more", left_out.len() - 1) } else { String::new() };
            let files = numbers::count(files as u64, "file");
            output::line(&format!(" FOLDER   {}: {files}; left out as no text: {first}{more}", path.display()))?;
        }
        Ok(context)
    }

    fn spec(&self, contexts: Vec<ContextFile>, chosen: &Chosen) -> Result<(RunSpec, Arc<dyn Model>), Failure> {
        let schema = self.schema.as_ref().map(|file| {
            let text = Source::read(file)?.text;
            super::plan::json(&text).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))
        });
        let question = Question {
            schema: schema.transpose()?,
            sub_model: self.sub_model.clone(),
            workflows: self.workflow.clone(),
            limits: RlmLimits {
                depth: self.depth,
                turns: self.turns,
                fan_out: self.fan_out,
                direct: self.direct,
                ..RlmLimits::default()
            },
            max_calls: self.max_calls,
            budget_tokens: self.budget_tokens.map(Tokens),
            wall: Duration::from_secs(60 * self.minutes),
            ..Question::about(self.question.as_str(), contexts)
        };
        let (mut spec, model) = question.spec(RUNS, chosen);
        spec.seed = self.seed;
        spec.concurrency = Some(self.concurrency.into());
        spec.resume = self.resume.clone();
        spec.from_turn = self.from_turn;
        Ok((spec, model))
    }

    fn simulated(&self) -> Simulated {
        let latency = Latency::up_to(Duration::from_millis(self.latency));
        Simulated { seed: self.seed, latency, failure_rate: 0.0 }
    }

    fn choose(&self) -> Result<Chosen, Failure> {
        let folder = env::current_dir()?;
        let options = models::Options { simulated: self.simulated(), folder, ..models::Options::default() };
        let chosen = models::choose(&self.model, &options, self.sub_model.as_deref());
        let prices = super::prices::own(self.prices.as_ref())?;
        Ok(Chosen { prices, ..chosen.map_err(|e| Failure::usage(e.to_string()))? })
    }

    /// What is asked, about what, within which limits.
    fn announce(&self, spec: &RunSpec, chosen: &Chosen) -> Result<(), Failure> {
        output::line(&format!(" QUESTION {}", self.question))?;
        for context in &spec.contexts {
            output::line(&format!(" CONTEXT  {}, {} bytes", context.name, context.bytes))?;
        }
        let tokens = self.budget_tokens.map(|t| format!(", {t} output tokens")).unwrap_or_default();
        let calls = self.max_calls;
        output::line(&format!(
            " LIMITS   depth {}, {} turns, {calls} calls{tokens}, {} at a time, {} minutes",
            self.depth, self.turns, self.concurrency, self.minutes
        ))?;
        if let Some(tokens) = self.direct {
            output::line(&format!(" DIRECT   one plain call where the files have at most {tokens} tokens"))?;
        }
        output::line(&match chosen.is_simulated() {
            true => " BASIS    simulated: the cells are real, all answers are made up and mean nothing".to_owned(),
            false => format!(" ANSWERS  {}: this spends real money, within the limits above", self.model),
        })?;
        output::line("")?;
        Ok(())
    }
}

/// The tree, the answer, and what it took.
fn report(state: &RunState, outcome: &Outcome, prices: &OwnPrices) -> Result<(), Failure> {
    play::tree(state)?;
    // The script that asks the question is not the person's: its lines tell them nothing.
    let error = outcome.error.as_ref().map(|error| RunError::new(&error.message));
    play::end(state, error.as_ref(), &format!("ANSWER   ({})", how(state)), play::RESULT_LINES)?;
    output::lines(&play::totals(state, None, prices))?;
    output::lines(&coverage(state))?;
    if let Some(line) = cited(state) {
        output::line(&line)?;
    }
    Ok(())
}

/// How the outermost recursive language model came to its answer.
fn how(state: &RunState) -> String {
    match outermost(state) {
        Some(EventKind::RlmEnded { how, .. }) if how == "direct" => "by one plain call, without a REPL".into(),
        Some(EventKind::RlmEnded { how, turns, .. }) => {
            format!("{how} in {}", numbers::count((*turns).into(), "turn"))
        }
        _ => "no recursive language model ended".into(),
    }
}

/// The end of the outermost recursive language model.
fn outermost(state: &RunState) -> Option<&EventKind> {
    Some(&state.trees.roots().next()?.ended.as_ref()?.kind)
}

/// How much of each context was read and sent.
fn coverage(state: &RunState) -> Vec<String> {
    let begun = state.trees.roots().next().map(|root| &root.started.kind);
    let (Some(EventKind::RlmStarted { contexts, .. }), Some(EventKind::RlmEnded { coverage, .. })) =
        (begun, outermost(state))
    else {
        return Vec::new();
    };
    let percent = |value: &Value| format!("{:.1} %", value.as_f64().unwrap_or(0.0) * 100.0);
    let line = |(c, context): (&Value, &RlmContext)| {
        let of = if coverage.len() > 1 { format!(": {}", context.name) } else { String::new() };
        let (read, sent) = (percent(&c["read"]["share"]), percent(&c["sent"]["share"]));
        format!(" coverage {read} read by code, {sent} sent to models{of}")
    };
    coverage.iter().zip(contexts).map(line).collect()
}

/// What the answer rests on, as the code that submitted it says: `notes.txt:12-14`.
fn cited(state: &RunState) -> Option<String> {
    let Some(EventKind::RlmEnded { cited, .. }) = outermost(state).filter(|_| state.status() == Some(Status::Ok))
    else {
        return None;
    };
    let shown: Vec<String> = cited.iter().take(SHOWN).map(Cited::to_string).collect();
    let more = match cited.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!(" cited    {}{more}", shown.join(", ")))
}

/// Where the texts of folders are kept that were asked about.
const ASKED: &str = ".callsheet/asked";

/// Cited parts that are shown one by one.
const SHOWN: usize = 10;
