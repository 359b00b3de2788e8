//! `callsheet.write`: a model writes a script for a task. It is shown with its plan and its cost, and saved or run only as a person answers.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use analysis::{Analysis, lint::Severity, vocabulary::Profile};
use runtime::{
    Outcome, RunHandle, Status, Totals,
    write::{self, Draft, Task},
};
use serde_json::Value;
use tokio::sync::{mpsc::WeakUnboundedSender, oneshot};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{MessageType, Uri},
};

use crate::{
    commands::Target,
    execute::{Answer, refusal},
    features::words,
    outbox::Outbox,
    owner::{Mail, Mailbox, Owner},
    run::{
        confirm,
        documents::{self, Where},
        manager::Subject,
        start::Order,
        view::Kind,
    },
    snapshot::Snapshot,
    workflows,
    workspace::path_of,
};

/// What agrees to writing that is asked about.
const WRITE: &str = "Write";
const SAVE: &str = "Save";
const AND_RUN: &str = "Save and Run";

/// How often a script that was saved is looked for among those the client has opened, and how long between.
const LOOKS: usize = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// A script that is being written.
pub(crate) struct Wanted {
    /// The folder it is for.
    project: PathBuf,
    /// Reads it as it would be read there.
    check: write::Check,
    /// Whether the client shows documents.
    show: bool,
}

impl Owner {
    /// `callsheet.write`: answers with the run's id once it has started, or with null where the person was asked and would not. What comes
    /// of it is shown when it is there.
    pub(crate) fn write(&mut self, target: Target) -> Result<Answer> {
        self.is_trusted()?;
        let task = target.task.map(|task| task.trim().to_owned()).unwrap_or_default();
        if task.is_empty() {
            return Err(refusal("This command needs a `task`: what the workflow is to do."));
        }
        let uri = target.uri.or_else(|| self.client.folders.first().cloned());
        let uri = uri.ok_or_else(|| refusal("This command needs the `uri` of a folder to write for."))?;
        let given = path_of(&uri).ok_or_else(|| refusal(format!("{} is no folder.", uri.as_str())))?;
        let (settings, workspace, client) = (self.settings.clone(), self.workspace.clone(), self.client.clone());
        let (outbox, mailbox) = (self.outbox.clone(), self.mailbox.clone());
        let (reply, answer) = oneshot::channel();
        tokio::spawn(async move {
            let within = documents::project(&uri, &client.folders);
            let project = if given.is_dir() { given } else { within.unwrap_or_else(std::env::temp_dir) };
            let context = workflows::context_in(&project, &settings, &workspace);
            let check: write::Check = Arc::new(move |text| analysis::analyze(text, &context));
            let order = order(&task, &project, settings.profile, check.clone(), |spec| {
                Order::new(spec, &settings.model, &settings, &workspace, project.clone())
            });
            let order = match order {
                Ok(order) => order,
                Err(message) => return drop(reply.send(Err(refusal(message)))),
            };
            if !confirm::agreed(&outbox, confirm::writing(&order, &settings), WRITE).await {
                return drop(reply.send(Ok(Value::Null)));
            }
            let wanted = Some(Wanted { project, check, show: client.show_document });
            let subject =
                Subject { wanted, ..Subject::ours(Kind::Writing, uri, &format!("Write: {task}"), &order.spec) };
            let Some(mailbox) = mailbox.upgrade() else { return };
            Mailbox::from(mailbox).tell(move |owner| owner.begin(subject, order, reply));
        });
        Ok(Answer::Later(answer))
    }
}

/// The run that writes; `ordered` makes an order of what is to be run.
fn order(
    task: &str,
    project: &Path,
    profile: Profile,
    check: write::Check,
    ordered: impl FnOnce(runtime::RunSpec) -> std::result::Result<Order, String>,
) -> std::result::Result<Order, String> {
    let task = Task { task: task.to_owned(), file_name: None, attempts: Task::ATTEMPTS, budget_tokens: None, profile };
    let spec = task.run(project.join(".callsheet").join("runs"));
    let drafts = spec.limits.max_agents;
    let mut order = ordered(spec)?;
    // The settings are about scripts of the person's own; what writes one is ours.
    order.spec.limits.max_agents = drafts;
    order.spec.in_dialect(Profile::default());
    order.check = Some(check);
    Ok(order)
}

impl Wanted {
    /// Waits for the script, shows it, and does with it what the person wants.
    pub(crate) async fn offer(self, run: RunHandle, outbox: Outbox, mailbox: WeakUnboundedSender<Mail>) {
        let outcome = run.wait().await;
        let simulated = run.state().is_simulated();
        let kept = tokio::task::spawn_blocking(move || self.kept(&run)).await;
        let (wanted, best) = match kept {
            Ok(kept) => kept,
            Err(error) => return outbox.show(MessageType::ERROR, format!("The script could not be kept: {error}.")),
        };
        match best {
            Some(Kept { draft, at: Ok(at), analysis: Some(analysis) })
                if draft.errors.is_empty() && outcome.status == Status::Ok =>
            {
                let written = Written { analysis, at, totals: outcome.totals, simulated };
                wanted.written(&written, &outbox, &mailbox).await;
            }
            best => failed(&outcome, best, wanted.show, &outbox).await,
        }
    }

    /// The best draft, kept in the folder of its run and read. It reads and writes files.
    fn kept(self, run: &RunHandle) -> (Self, Option<Kept>) {
        let best = write::best(write::drafts(run)).map(|draft| Kept {
            at: draft.keep(run.folder()),
            analysis: draft.script.as_deref().map(|text| (self.check)(text)),
            draft,
        });
        (self, best)
    }

    /// A script that can be used: shows it, with what it will do and cost, and asks what is to be done with it.
    async fn written(&self, written: &Written, outbox: &Outbox, mailbox: &WeakUnboundedSender<Mail>) {
        documents::show(outbox, self.show, &written.at, Where::Editor).await;
        let place = write::free(&self.project, &written.analysis);
        let Some(chosen) = confirm::ask(outbox, written.offer(&place), &[SAVE, AND_RUN]).await else { return };
        let path = self.project.join(&place);
        if let Err(error) = write::save(&path, &written.analysis.script.text, false) {
            let (path, draft) = (path.display(), written.at.display());
            return outbox
                .show(MessageType::ERROR, format!("{path} could not be written: {error}. The script is in {draft}."));
        }
        documents::show(outbox, self.show, &path, Where::Editor).await;
        if chosen == AND_RUN {
            run(&path, outbox, mailbox).await;
        }
    }
}

/// The best draft there is.
struct Kept {
    draft: Draft,
    /// Where it is kept.
    at: io::Result<PathBuf>,
    /// Where there is a script in it.
    analysis: Option<Analysis>,
}

/// A script that can be used.
struct Written {
    analysis: Analysis,
    /// Where it is kept.
    at: PathBuf,
    /// What writing it took.
    totals: Totals,
    simulated: bool,
}

impl Written {
    /// What it is, will do and cost, and where it would be saved.
    fn offer(&self, place: &Path) -> String {
        let analysis = &self.analysis;
        let estimate = analysis.expected();
        let does = words::likely_agents(&analysis.plan.agents, &estimate.total.agents) + &words::whole(estimate);
        let meta = analysis.script.meta.as_ref();
        let name = meta.and_then(|meta| meta.name.as_ref()).map_or("workflow", |name| name.value.as_str());
        let warnings = analysis.findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
        let warned = match warnings {
            0 => String::new(),
            1 => " The checker has 1 warning left.".to_owned(),
            n => format!(" The checker has {n} warnings left."),
        };
        let origin = match (self.simulated, self.totals.unpriced) {
            (true, _) => "Simulated: no model has read the task, and the script is an example.".to_owned(),
            (false, 0) => format!("Written for {}.", self.totals.usd),
            (false, _) => "What writing it cost is not known.".to_owned(),
        };
        let basis = words::basis(&estimate.total.usd.basis);
        format!("{name}: {does}. {basis}{warned} {origin} Save it as {}?", place.display())
    }
}

/// Runs a script that was saved, as its lens would once the client has opened it.
async fn run(path: &Path, outbox: &Outbox, mailbox: &WeakUnboundedSender<Mail>) {
    let Some(uri) = Uri::from_file_path(path) else { return };
    let Some(script) = opened(&uri, mailbox).await else {
        return outbox.show(MessageType::INFO, format!("{} is saved. Open it to run it.", path.display()));
    };
    let Some(mailbox) = mailbox.upgrade() else { return };
    let outbox = outbox.clone();
    Mailbox::from(mailbox).tell(move |owner| match owner.run(&script, false, None) {
        Ok(Answer::Later(answer)) => {
            tokio::spawn(async move {
                if let Ok(Err(error)) = answer.await {
                    outbox.show(MessageType::ERROR, error.message);
                }
            });
        }
        Ok(Answer::Now(_)) => {}
        Err(error) => outbox.show(MessageType::ERROR, error.message),
    });
}

/// The script at `uri`, once the client has opened it; `None` where it does not soon.
async fn opened(uri: &Uri, mailbox: &WeakUnboundedSender<Mail>) -> Option<Snapshot> {
    for _ in 0..LOOKS {
        let (reply, answer) = oneshot::channel();
        let of = uri.clone();
        Mailbox::from(mailbox.upgrade()?).tell(move |owner| owner.read(&of, reply));
        if let Ok(Some(script)) = answer.await {
            return Some(script);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    None
}

/// Says why there is no script to use, and shows what there is.
async fn failed(outcome: &Outcome, best: Option<Kept>, show: bool, outbox: &Outbox) {
    if outcome.status == Status::Stopped {
        return;
    }
    let why = match (&outcome.error, &best) {
        (Some(error), _) => error.message.clone(),
        (None, Some(Kept { draft: Draft { script: None, .. }, .. })) => "the last answer has no script in it".into(),
        (None, Some(Kept { draft, .. })) => format!("the best draft has {} errors", draft.errors.len()),
        (None, None) => "the model gave no answer; the run's journal says more".into(),
    };
    let kept = match best.map(|best| best.at) {
        Some(Ok(at)) => {
            documents::show(outbox, show, &at, Where::Editor).await;
            format!(" What came is kept in {}.", at.display())
        }
        Some(Err(error)) => format!(" What came could not be kept: {error}."),
        None => String::new(),
    };
    outbox.show(MessageType::ERROR, format!("No script was written: {why}.{kept}"));
}
