//! `callsheet write`: a workflow script from a sentence.

use std::{
    io,
    io::{IsTerminal, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use analysis::{Analysis, Context, estimate::Assumptions, lint::Severity, units::Tokens, vocabulary::Profile};
use clap::Args;
use models::Chosen;
use runtime::{
    Outcome, RunHandle, RunId, Status,
    write::{self, Draft, Task},
};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use super::{order::Order, plan_json::Report, run, who::Who};
use crate::{
    FINDINGS, FINE, excerpt, files::Source, log, numbers, output, output::Failure, past::RUNS, play, saved,
    sheet::Sheet, watch::View,
};

/// Has a model write a workflow script for a task, and checks it.
///
/// What the checker finds goes back to the model until there is nothing. Then the script's sheet is shown; on a terminal you are asked whether to save it, or to save and run it. Elsewhere
/// the script is written to standard output and everything else to standard error. Exits with 1 where no script without errors came about.
#[derive(Args)]
pub(crate) struct Write {
    /// What the workflow is to do.
    task: String,
    #[command(flatten)]
    who: Who,
    /// Drafts at most. Errors and warnings go back to the model; a script that still has warnings after the last draft is shown with them.
    #[arg(long, value_name = "N", default_value_t = Task::ATTEMPTS,
        value_parser = clap::value_parser!(u32).range(1..=Task::MOST_ATTEMPTS.into()))]
    attempts: u32,
    /// Output tokens of all drafts at most.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Saves the script there, without a question.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replaces FILE where it is there already.
    #[arg(long, requires = "output")]
    force: bool,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Goes on with a run that broke off: the same task, and no draft is paid twice.
    #[arg(long, value_name = "RUN")]
    resume: Option<RunId>,
    /// Writes one event a line as JSON, at the end a `script` or an `error`.
    #[arg(long)]
    json: bool,
}

/// A script that was written, and what is known of it.
struct Written {
    source: Source,
    analysis: Analysis,
    /// The copy in the run's folder.
    kept: PathBuf,
}

/// What a person wants done with a script.
enum Choice {
    Save,
    Run,
    Leave,
}

impl Write {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log::begin(LevelFilter::OFF);
        if let Some(path) = self.output.as_deref().filter(|path| !self.force && path.exists()) {
            let path = path.display();
            return Err(Failure::usage(format!(
                "{path} is there already: give another FILE, or `--force` to replace it"
            )));
        }
        let place = self.output.clone();
        let context = self.order().context(&source(place.as_deref(), ""))?;
        let context = Context { file_name: self.file_name(), ..context };
        let assumptions = context.assumptions.clone();
        let prices = assumptions.prices.clone();
        let chosen = Chosen { prices: prices.clone(), ..self.who.choose(0, [])? };
        let check = move |text: &str| saved::analyze(&source(place.as_deref(), text), &context);
        let task = Task {
            task: self.task.clone(),
            file_name: self.file_name(),
            attempts: self.attempts,
            budget_tokens: self.budget_tokens.map(Tokens),
            profile: Profile::default(),
        };
        let check: write::Check = Arc::new(check);
        let mut spec = task.run(RUNS);
        let model = write::checked(spec.answered_by(&chosen), chosen.is_simulated(), check.clone());
        spec.resume = self.resume.clone();
        self.announce(&chosen)?;
        let (run, outcome) =
            play::to_its_end(spec, model, self.view())?.map_err(|error| Failure::usage(error.to_string()))?;
        if !self.json {
            self.say("")?;
            play::totals(&run.state(), None, &prices).iter().try_for_each(|line| self.say(line))?;
            self.say(&play::journal(&run))?;
            self.say("")?;
        }
        let drafts = write::drafts(&run);
        let count = drafts.len();
        let best = write::best(drafts);
        let kept = best.as_ref().map(|draft| keep(draft, run.folder())).transpose()?;
        match (best, kept) {
            (Some(Draft { script: Some(text), errors, .. }), Some(kept))
                if errors.is_empty() && outcome.status == Status::Ok =>
            {
                let source = source(self.output.as_deref(), &text);
                let analysis = check(&text);
                self.written(&Written { source, analysis, kept }, &assumptions, &outcome)
            }
            (best, kept) => self.failed(&run, &outcome, count, best, kept, &check),
        }
    }

    /// How the script would be run.
    fn order(&self) -> Order {
        Order::answered_by(self.who.clone(), self.prices.clone())
    }

    fn file_name(&self) -> Option<String> {
        self.output.as_ref().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
    }

    /// Whether a person can be asked.
    fn asks(&self) -> bool {
        !self.json && self.output.is_none() && io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    fn view(&self) -> View {
        match View::choose(self.json) {
            View::Lines if !io::stdout().is_terminal() => View::Notes,
            view => view,
        }
    }

    /// Says something to people: beside the script, where that goes to a file or a program.
    fn say(&self, text: &str) -> Result<(), Failure> {
        match io::stdout().is_terminal() {
            true => output::line(text)?,
            false => output::note(text),
        }
        Ok(())
    }

    /// What is wanted, of whom, within which limits.
    fn announce(&self, chosen: &Chosen) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let tokens = self.budget_tokens.map(|tokens| format!(", {tokens} output tokens")).unwrap_or_default();
        self.say(&format!(" TASK     {}", self.task))?;
        self.say(&format!(" LIMITS   {}{tokens}", numbers::count(self.attempts.into(), "draft")))?;
        self.say(&match (chosen.is_simulated(), &self.who.model) {
            (false, Some(model)) => format!(" WRITES   {model}: this spends real money, within the limits above"),
            _ => " BASIS    simulated: no model reads the task; the script is an example".to_owned(),
        })?;
        self.say("")
    }

    /// Shows a script that can be used, and does with it what is wanted.
    fn written(&self, written: &Written, assumptions: &Assumptions, outcome: &Outcome) -> Result<u8, Failure> {
        let Written { source, analysis, kept } = written;
        let estimate = analysis.expected();
        if self.json {
            self.output.as_deref().map_or(Ok(()), |path| save(written, path, self.force))?;
            let plan = Report::new(analysis, estimate, assumptions, &source.path, None);
            let warnings = warnings(analysis).map(|finding| &finding.message).collect::<Vec<_>>();
            let line = json!({
                "type": "script", "run": outcome.run, "script": source.text, "saved": self.output,
                "kept": kept, "warnings": warnings, "totals": outcome.totals, "plan": plan,
            });
            output::json_line(&line)?;
            return Ok(FINE);
        }
        output::text(&source.text)?;
        if io::stdout().is_terminal() {
            output::line("")?;
        }
        let at_once = runtime::default_concurrency();
        let path = &source.path;
        let (args, max_agents, simulation) = (None, None, None);
        let sheet =
            Sheet { analysis, estimate, path, args, args_of: None, max_agents, at_once, assumptions, simulation };
        self.say(&sheet.render())?;
        for finding in warnings(analysis) {
            self.say(&format!("\n{}", excerpt::render(source, finding)))?;
        }
        if let Some(path) = &self.output {
            save(written, path, self.force)?;
            return self.say(&format!("\n saved    {}", path.display())).map(|()| FINE);
        }
        if !self.asks() {
            return Ok(FINE);
        }
        let path = write::free(Path::new(""), analysis);
        let choice = ask(&path)?;
        if matches!(choice, Choice::Leave) {
            return self.say(&format!(" not saved; a copy is {}", kept.display())).map(|()| FINE);
        }
        save(written, &path, false)?;
        self.say(&format!(" saved    {}\n", path.display()))?;
        match choice {
            Choice::Run => run::begin(&self.order(), &Source::read(&path)?, false, false),
            _ => Ok(FINE),
        }
    }

    /// Says why there is no script to use, and where what came is kept.
    fn failed(
        &self,
        run: &RunHandle,
        outcome: &Outcome,
        drafts: usize,
        best: Option<Draft>,
        kept: Option<PathBuf>,
        check: &write::Check,
    ) -> Result<u8, Failure> {
        let why = match (outcome.status, &outcome.error) {
            (Status::Stopped, _) => "stopped".to_owned(),
            (_, Some(error)) => error.message.clone(),
            _ => match run.state().agents.iter().next_back().and_then(|agent| agent.error.clone()) {
                Some(error) => format!("the model gave no answer: {error}"),
                None => format!("no script without errors in {}", numbers::count(drafts as u64, "draft")),
            },
        };
        let all = |errors: usize, warnings: usize| {
            let (errors, warnings) =
                (numbers::count(errors as u64, "error"), numbers::count(warnings as u64, "warning"));
            format!("{errors} and {warnings}")
        };
        let rest = match (&best, &kept) {
            (Some(Draft { script: None, .. }), Some(kept)) => {
                format!("; the last answer has no script in it: it is kept in {}", kept.display())
            }
            (Some(draft), Some(kept)) => {
                let wrong = all(draft.errors.len(), draft.warnings.len());
                format!("; the best draft has {wrong}: it is kept in {}", kept.display())
            }
            _ => String::new(),
        };
        let message = format!("{why}{rest}");
        if self.json {
            let status = if outcome.status == Status::Stopped { Status::Stopped } else { Status::Failed };
            let (run, totals) = (&outcome.run, outcome.totals);
            output::json_line(&json!({
                "type": "error", "run": run, "status": status, "message": message, "kept": kept, "totals": totals,
            }))?;
            return Ok(FINDINGS);
        }
        if let Some(Draft { script: Some(text), .. }) = &best {
            let (source, analysis) = (source(self.output.as_deref(), text), check(text));
            for finding in analysis.findings.iter().filter(|finding| finding.severity == Severity::Error) {
                output::note(&format!("{}\n", excerpt::render(&source, finding)));
            }
        }
        output::note(&format!("error: {message}"));
        Ok(FINDINGS)
    }
}

fn save(written: &Written, path: &Path, replace: bool) -> Result<(), Failure> {
    write::save(path, &written.source.text, replace).map_err(|error| {
        let (path, kept) = (path.display(), written.kept.display());
        Failure::usage(format!("cannot write {path}: {error}; the script is kept in {kept}"))
    })
}

/// A draft as a script, at the place it is written for.
fn source(place: Option<&Path>, text: &str) -> Source {
    let path = place.map_or_else(|| "(not saved)".to_owned(), |path| path.display().to_string());
    Source { path, text: text.to_owned() }
}

fn warnings(analysis: &Analysis) -> impl Iterator<Item = &analysis::lint::Finding> {
    analysis.findings.iter().filter(|finding| finding.severity == Severity::Warning)
}

/// Keeps a draft in the run's folder.
fn keep(draft: &Draft, folder: &Path) -> Result<PathBuf, Failure> {
    draft.keep(folder).map_err(|error| Failure::usage(format!("cannot write into {}: {error}", folder.display())))
}

/// Asks what is to be done with the script. No answer, and Ctrl-C, leave it.
fn ask(path: &Path) -> Result<Choice, Failure> {
    print!("\n Save as {}? [s]ave, save and [r]un, or [n]either: ", path.display());
    io::stdout().flush()?;
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = tokio.block_on(async {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            // The run before has taken Ctrl-C from the system.
            _ = tokio::signal::ctrl_c() => {
                println!();
                Ok(String::new())
            }
            line = line => line.unwrap_or_else(|error| Err(io::Error::other(error))),
        }
    })?;
    tokio.shutdown_background();
    Ok(match answer.trim().to_lowercase().as_str() {
        "s" | "save" | "y" | "yes" => Choice::Save,
        "r" | "run" => Choice::Run,
        _ => Choice::Leave,
    })
}
