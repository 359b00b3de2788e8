//! `callsheet resume`: what a run goes on with and what that costs, then the run.

use std::path::PathBuf;

use clap::Args;
use runtime::{EventKind, Preview, RunSpec, resume::ResumeError, rlm::Question, runs, runs::Recorded};
use tracing_subscriber::filter::LevelFilter;

use super::order::Order;
use crate::{
    FINDINGS, FINE,
    files::Source,
    log, numbers, output,
    output::Failure,
    past::{self, Past},
    play::{self, Play},
    preview::Sheet,
    saved,
};

/// Goes on with a run: answers it has are used again, only the rest is asked.
///
/// The script is taken as it is now, so after an edit the calls whose prompts changed are asked again. What is not given here is
/// as in the run before. First it is shown which calls are answered from the journal, and which run at what cost.
#[derive(Args)]
pub(crate) struct Resume {
    /// The run: its name, the beginning of it, its folder, or `last`.
    run: String,
    /// The script, where it is not in its place any more.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Only shows what would run.
    #[arg(long, visible_alias = "dry-run")]
    preview: bool,
    /// Runs agents again that work in a git worktree and were begun without an answer. They may do their work twice.
    #[arg(long)]
    repeat_worktrees: bool,
    #[command(flatten)]
    order: Order,
    /// Writes the preview as one line of JSON, then one event a line, at the end a `result` or an `error`.
    #[arg(long)]
    json: bool,
}

impl Resume {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log::begin(LevelFilter::OFF);
        let past = Past::find(&self.run)?;
        let before = past.open()?;
        let id = &past.id;
        if before.is_live() {
            return Err(Failure::usage(ResumeError::Live(id.clone()).to_string()));
        }
        let Some((first, script)) = begun(&before) else {
            let what =
                before.recording.damage.map_or("it broke off before it began".into(), |damage| damage.to_string());
            return Err(Failure::usage(format!("run {id} has nothing to resume: {what}")));
        };
        let question = Question::resumed(&before, &past.runs_dir);
        if let Some(command) = past::own_command(&before).filter(|_| question.is_none()) {
            let way = past::way_on(&before);
            return Err(Failure::usage(format!(
                "run {id} is one of `callsheet {command}`: ask the same again with `{way}`"
            )));
        }
        let order = self.order.continuing(first);
        if !order.names_a_model() {
            return Err(Failure::usage(format!("who answered run {id} is not in its journal; say it with `--model`")));
        }
        let own = question.as_ref().map(|_| before.folder.join(runs::SCRIPT_FILE));
        let path = own.or(self.script.clone()).unwrap_or_else(|| past.resolve(script));
        if !path.is_file() {
            let copy = before.folder.join(runs::SCRIPT_FILE);
            return Err(Failure::usage(format!(
                "the script of run {id} is gone: there is no {}; say where it is now with `--script FILE`, the copy that ran is {}",
                path.display(),
                copy.display()
            )));
        }
        let source = Source::read(&path)?;
        let context = order.context(&source)?;
        let prices = context.assumptions.prices.clone();
        let analysis = saved::analyze(&source, &context);
        let chosen = order.choose(&analysis, &prices)?;
        let profile = context.profile_of(&analysis.script);
        let mut spec = order.spec(&source, context.args.clone(), profile, &past.runs_dir);
        if let Some(question) = question {
            let RunSpec { script_path, contexts, rlm, .. } = question;
            (spec.script_path, spec.contexts, spec.rlm) = (script_path, contexts, rlm);
        }
        let model = spec.answered_by(&chosen);
        spec.resume = Some(id.clone());
        spec.repeat_isolated = self.repeat_worktrees;
        let preview = match look(&spec)? {
            Ok(preview) => preview,
            Err(error) => {
                play::refuse(&source, &analysis, &error, self.json)?;
                return Ok(FINDINGS);
            }
        };
        let sheet = Sheet {
            before: &before,
            state: &before.state(),
            preview: &preview,
            analysis: &analysis,
            script: &source.path,
            changed: before.script().ok().map(|ran| ran != source.text),
            assumptions: &context.assumptions,
            repeat: self.repeat_worktrees,
        };
        match self.json {
            true => output::json_line(&sheet.json())?,
            false => output::line(&sheet.render())?,
        }
        if self.preview {
            return Ok(if preview.error.is_some() { FINDINGS } else { FINE });
        }
        if !self.repeat_worktrees && preview.repeats().next().is_some() {
            let count = preview.repeats().count();
            let agents = numbers::count(count as u64, "agent");
            return Err(Failure::usage(format!(
                "{agents} would work in a git worktree a second time; look at what the first left, then add `--repeat-worktrees`"
            )));
        }
        if !self.json {
            output::line("")?;
        }
        Play { spec, model, source: &source, analysis: &analysis, prices, json: self.json }.play()
    }
}

/// The first event of a run and the script it names.
fn begun(run: &Recorded) -> Option<(&EventKind, &PathBuf)> {
    let first = &run.recording.events.first()?.kind;
    match first {
        EventKind::RunStarted { script, .. } => Some((first, script)),
        _ => None,
    }
}

fn look(spec: &RunSpec) -> Result<Result<Preview, runtime::StartError>, Failure> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let preview = tokio.block_on(runtime::preview(spec));
    tokio.shutdown_background();
    Ok(preview)
}
