//! `callsheet.resume`: what a run goes on with is shown first; only what a person agrees to is begun.

use std::{fmt::Write, path::PathBuf, thread};

use analysis::plan::Count;
use runtime::{Preview, RunId, runs};
use serde_json::Value;
use tokio::{runtime::Handle, sync::oneshot};
use tower_lsp::jsonrpc::Result;

use crate::{
    analyst::STACK,
    commands::Target,
    execute::{Answer, refusal},
    outbox::Outbox,
    owner::{Mailbox, Owner},
    run::{
        confirm, documents,
        last::beginning,
        manager::Subject,
        start::{Order, runs_dir},
    },
    snapshot::Snapshot,
    workflows,
};

const RESUME: &str = "Resume";
const AND_REPEAT: &str = "Resume and Repeat";
const CALLS: &str = "Show Calls";

impl Owner {
    /// `callsheet.resume`: answers with the new run's id, or null where the person would not.
    pub(crate) fn resume(&mut self, script: &Snapshot, target: Target) -> Result<Answer> {
        self.may_run(&script.uri)?;
        let last = script.last.as_ref().map(|last| last.id.clone());
        let Some(id) = target.run_id.filter(|id| !id.is_empty()).or(last) else {
            return Err(refusal("There is no run of this script to go on with. Run it first."));
        };
        let id: RunId = id.parse().map_err(|bad: runtime::BadRunId| refusal(bad.to_string()))?;
        let (reply, answer) = oneshot::channel();
        let asking = Asking {
            script: script.clone(),
            id,
            args: target.args,
            outbox: self.outbox.clone(),
            show: self.client.show_document,
        };
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            let order = asking.order().await;
            let Some(mailbox) = mailbox.upgrade() else { return };
            Mailbox::from(mailbox).tell(move |owner| match order {
                Ok(Some(order)) => owner.begin(Subject::of(&asking.script), order, reply),
                Ok(None) => drop(reply.send(Ok(Value::Null))),
                Err(message) => drop(reply.send(Err(refusal(message)))),
            });
        });
        Ok(Answer::Later(answer))
    }
}

/// A person who is being asked whether to go on with a run.
struct Asking {
    script: Snapshot,
    id: RunId,
    args: Option<Value>,
    outbox: Outbox,
    show: bool,
}

impl Asking {
    /// What to run; `None` where the person would not.
    async fn order(&self) -> std::result::Result<Option<Order>, String> {
        let runs_dir = runs_dir(&self.script);
        let id = self.id.clone();
        let before = tokio::task::spawn_blocking(move || runs::open(&runs_dir, &id)).await;
        let before = before.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        let (simulated, args) = beginning(&before)
            .ok_or_else(|| format!("Run `{}` broke off before it began; run the script again.", self.id))?;
        let mut order = Order::of(&self.script, simulated, self.args.clone().or(args))?;
        order.spec.resume = Some(self.id.clone());
        let (mut order, preview) = look(order).await?;
        let changed = before.script().ok().is_none_or(|ran| *ran != *self.script.text);
        let agents = &self.script.known.plan.agents;
        let cost = preview.cost(&workflows::assumptions(&self.script.settings, &self.script.workspace));
        let question = confirm::resumption(&self.script.name(), &preview, &cost, simulated, changed, agents);
        let repeats = preview.repeats().next().is_some();
        let go = if repeats { AND_REPEAT } else { RESUME };
        loop {
            match confirm::ask(&self.outbox, question.clone(), &[go, CALLS]).await.as_deref() {
                Some(RESUME | AND_REPEAT) => {
                    order.spec.repeat_isolated = repeats;
                    return Ok(Some(order));
                }
                Some(CALLS) => {
                    let text = calls(&question, &preview);
                    documents::write_and_show(&self.outbox, self.show, self.page(), move || text).await;
                }
                _ => return Ok(None),
            }
        }
    }

    fn page(&self) -> PathBuf {
        runs_dir(&self.script).join(self.id.as_str()).join("resume.md")
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
