//! `callsheet.resume`: what a run goes on with is shown first; only what a person agrees to is begun.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use analysis::plan::Count;
use models::SIMULATED;
use runtime::{Preview, RunId, journal, rlm::Question, runs, runs::Recorded};
use serde_json::Value;
use tokio::{runtime::Handle, sync::oneshot};
use tower_lsp::{jsonrpc::Result, ls_types::Uri};

use crate::{
    analyst::STACK,
    commands::Target,
    execute::{Answer, refusal},
    outbox::Outbox,
    owner::{Mailbox, Owner},
    run::{confirm, documents, last::beginning, manager::Subject, start::Order, view::Kind},
    settings::Settings,
    snapshot::Snapshot,
    workflows,
    workspace::Workspace,
};

const RESUME: &str = "Resume";
const AND_REPEAT: &str = "Resume and Repeat";
const CALLS: &str = "Show Calls";

impl Owner {
    /// `callsheet.resume`: answers with the new run's id, or null where the person would not.
    pub(crate) fn resume(&mut self, target: Target) -> Result<Answer> {
        let named = target.run_id.as_deref().filter(|id| !id.is_empty());
        let named: Option<RunId> =
            named.map(str::parse).transpose().map_err(|bad: runtime::BadRunId| refusal(bad.to_string()))?;
        let runs_dir = target.uri.as_ref().map(|uri| documents::runs_dir(uri, &self.client.folders));
        let asked = named.as_ref().zip(runs_dir.as_ref()).is_some_and(|(id, runs_dir)| is_question(runs_dir, id));
        // What a question was about need not be open, nor be a script.
        let script = if asked { None } else { Some(self.target_script(&target)?) };
        match &script {
            Some(script) => self.may_run(&script.uri)?,
            None => self.is_trusted()?,
        }
        let last = script.as_ref().and_then(|script| script.last.as_ref()?.id.parse().ok());
        let (Some(id), Some(uri), Some(runs_dir)) = (named.or(last), target.uri, runs_dir) else {
            return Err(refusal("There is no run of this script to go on with. Run it first."));
        };
        let (reply, answer) = oneshot::channel();
        let asking = Asking {
            folder: documents::project(&uri, &self.client.folders).unwrap_or_else(std::env::temp_dir),
            runs_dir,
            uri,
            id,
            args: target.args,
            settings: script.as_ref().map_or_else(|| self.settings.clone(), |script| script.settings.clone()),
            workspace: script.as_ref().map_or_else(|| self.workspace.clone(), |script| script.workspace.clone()),
            script,
            outbox: self.outbox.clone(),
            show: self.client.show_document,
        };
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            let order = asking.order().await;
            let Some(mailbox) = mailbox.upgrade() else { return };
            Mailbox::from(mailbox).tell(move |owner| match order {
                Ok(Some((subject, order))) => owner.begin(subject, order, reply),
                Ok(None) => drop(reply.send(Ok(Value::Null))),
                Err(message) => drop(reply.send(Err(refusal(message)))),
            });
        });
        Ok(Answer::Later(answer))
    }
}

/// Whether a run answers a question, as its first event tells.
fn is_question(runs_dir: &Path, id: &RunId) -> bool {
    let first = journal::first(&runs_dir.join(id.as_str()).join(journal::FILE_NAME));
    first.is_some_and(|event| Question::begins(&event.kind))
}

/// A person who is being asked whether to go on with a run.
struct Asking {
    /// The script, or what a question was about.
    uri: Uri,
    /// `None` where the run answers a question.
    script: Option<Snapshot>,
    id: RunId,
    args: Option<Value>,
    runs_dir: PathBuf,
    /// Where agents work.
    folder: PathBuf,
    settings: Arc<Settings>,
    workspace: Arc<Workspace>,
    outbox: Outbox,
    show: bool,
}

impl Asking {
    /// What to run; `None` where the person would not.
    async fn order(&self) -> std::result::Result<Option<(Subject, Order)>, String> {
        let (runs_dir, id) = (self.runs_dir.clone(), self.id.clone());
        let before = tokio::task::spawn_blocking(move || runs::open(&runs_dir, &id)).await;
        let before = before.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        let (simulated, args) = beginning(&before)
            .ok_or_else(|| format!("Run `{}` broke off before it began; run the script again.", self.id))?;
        let (subject, mut order, most) = match &self.script {
            Some(script) => {
                let order = Order::of(script, simulated, self.args.clone().or(args))?;
                (Subject::of(script), order, script.known.plan.agents.most())
            }
            None => self.question(&before, simulated)?,
        };
        order.spec.resume = Some(self.id.clone());
        let (mut order, preview) = look(order).await?;
        let changed = self.script.as_ref().is_some_and(|now| before.script().ok().is_none_or(|ran| *ran != *now.text));
        let cost = preview.cost(&workflows::assumptions(&self.settings, &self.workspace));
        let question = confirm::resumption(&subject.name, &preview, &cost, simulated, changed, most);
        let repeats = preview.repeats().next().is_some();
        let go = if repeats { AND_REPEAT } else { RESUME };
        loop {
            match confirm::ask(&self.outbox, question.clone(), &[go, CALLS]).await.as_deref() {
                Some(RESUME | AND_REPEAT) => {
                    order.spec.repeat_isolated = repeats;
                    return Ok(Some((subject, order)));
                }
                Some(CALLS) => {
                    let text = calls(&question, &preview);
                    documents::write_and_show(&self.outbox, self.show, self.page(), move || text).await;
                }
                _ => return Ok(None),
            }
        }
    }

    /// The same question about the same files, within the limits it had.
    fn question(
        &self,
        before: &Recorded,
        simulated: bool,
    ) -> std::result::Result<(Subject, Order, Option<u64>), String> {
        let gone = || format!("Run `{}` does not say what it was about; ask again.", self.id);
        let spec = Question::resumed(before, &self.runs_dir).ok_or_else(gone)?;
        let (limits, seed, at_once) = (spec.limits, spec.seed, spec.concurrency);
        let asked = spec.args.as_ref().and_then(|args| args["question"].as_str()).unwrap_or_default().to_owned();
        let model = if simulated { SIMULATED } else { &self.settings.model };
        let mut order = Order::new(spec, model, &self.settings, &self.workspace, self.folder.clone())?;
        (order.spec.limits, order.spec.seed, order.spec.concurrency) = (limits, seed, at_once);
        Ok((Subject::ours(Kind::Question, self.uri.clone(), &asked, &order.spec), order, Some(limits.max_agents)))
    }

    fn page(&self) -> PathBuf {
        self.runs_dir.join(self.id.as_str()).join("resume.md")
    }
}

/// Looks what the run would do, in a thread of its own: it reads the script, and the sandbox takes its time.
async fn look(mut order: Order) -> std::result::Result<(Order, Preview), String> {
    let (reply, answer) = oneshot::channel();
    let runtime = Handle::current();
    let looking = move || {
        let preview = order.prepare().and_then(|_| runtime.block_on(runtime::preview(&order.spec)));
        drop(reply.send(preview.map(|preview| (order, preview)).map_err(|e| e.to_string())));
    };
    thread::Builder::new().name("preview".into()).stack_size(STACK).spawn(looking).map_err(|e| e.to_string())?;
    answer.await.map_err(|_| "The preview failed inside the server; the log says more.".to_owned())?
}

/// Markdown of a preview.
fn calls(question: &str, preview: &Preview) -> String {
    let mut out = format!("# Resume\n\n{question}\n");
    for (title, calls) in [("To run", &preview.live), ("From the journal", &preview.cached)] {
        let _ = writeln!(out, "\n## {title}: {}\n", Count::exactly(calls.len() as u64));
        for call in calls {
            let phase = call.phase.as_deref().map(|phase| format!("{phase}: ")).unwrap_or_default();
            let paid = if call.may_be_paid { " · may already have been paid for" } else { "" };
            let again = if call.repeats() { " · may do its work in a git worktree twice" } else { "" };
            let _ = writeln!(out, "- {phase}{} · line {}{paid}{again}", call.label, call.at.line);
        }
    }
    out
}
