//! All runs of this session, from the command that starts one to its end.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use analysis::text::LineIndex;
use runtime::{CallId, RunHandle, RunSpec, StartError};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{MessageType, ProgressToken, Uri},
};

use crate::{
    commands::Target,
    execute::{Answer, refusal},
    features::code_lens,
    owner::{Mailbox, Owner},
    run::{
        confirm, documents, events,
        last::LastRun,
        progress,
        protocol::Listed,
        start::Order,
        transcript::transcript,
        view::{Kind, RunView, Ticket},
        write::Wanted,
    },
    scripts::Script,
    snapshot::{Snapshot, shorten},
    workspace::path_of,
};

/// What agrees to a run that is asked about.
const RUN: &str = "Run";

/// Longest name of a run of a script of ours, in characters of what it is asked.
const NAME: usize = 60;

/// How long runs may take to end when all are stopped.
const DEADLINE: Duration = Duration::from_secs(2);

/// One run of this session.
struct Run {
    uri: Uri,
    handle: RunHandle,
}

/// What is to be run.
pub(crate) struct Subject {
    /// The script, what a question is about, or the folder a script is written for.
    pub(crate) uri: Uri,
    /// What people call it.
    pub(crate) name: String,
    /// How it looks before it has begun.
    pub(crate) view: RunView,
    /// The script that is to come of it, where one is written.
    pub(crate) wanted: Option<Wanted>,
}

impl Subject {
    /// A script.
    pub(crate) fn of(script: &Snapshot) -> Self {
        let view = RunView {
            own_prices: script.known.estimate.total.own_price,
            bound: script.known.plan.agents.high.filter(|_| !script.is_broken()),
            expected: code_lens::estimate(script),
            ..RunView::of(Kind::Script, script.text.clone(), script.lines.clone())
        };
        Self { uri: script.uri.clone(), name: script.name(), view, wanted: None }
    }

    /// A run of a script of ours, which `asked` says what to do.
    pub(super) fn ours(kind: Kind, uri: Uri, asked: &str, spec: &RunSpec) -> Self {
        let (text, lines) = (spec.source.as_str().into(), Arc::new(LineIndex::new(&spec.source)));
        let view = RunView { bound: Some(spec.limits.max_agents), ..RunView::of(kind, text, lines) };
        Self { uri, name: shorten(asked, NAME), view, wanted: None }
    }
}

/// All runs of this session, oldest first.
#[derive(Default)]
pub(crate) struct Runs {
    runs: BTreeMap<u64, Run>,
    issued: u64,
}

impl Runs {
    fn live(&self) -> impl DoubleEndedIterator<Item = &Run> {
        self.runs.values().filter(|run| run.handle.state().ended.is_none())
    }

    fn named(&self, id: &str) -> Option<&Run> {
        self.runs.values().find(|run| run.handle.id().as_str() == id)
    }

    /// The run of that name, or that this session has none.
    fn session(&self, id: &str) -> Result<&Run> {
        self.named(id).ok_or_else(|| refusal(format!("There is no run `{id}` in this session.")))
    }

    /// Stops all live runs; the future waits for their ends, but not for long.
    pub(crate) fn stop_all(&mut self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let live: Vec<RunHandle> = self.live().map(|run| run.handle.clone()).collect();
        live.iter().for_each(RunHandle::stop);
        async move {
            let ends = async {
                for run in live {
                    run.wait().await;
                }
            };
            if tokio::time::timeout(DEADLINE, ends).await.is_err() {
                tracing::warn!("a run did not end in time");
            }
        }
    }
}

impl Owner {
    /// `callsheet.run` and `callsheet.dryRun`: answers with the run's id once it has started, or with null where the person was asked and
    /// would not.
    pub(crate) fn run(&mut self, script: &Snapshot, dry: bool, args: Option<Value>) -> Result<Answer> {
        self.may_run(&script.uri)?;
        let order = Order::of(script, dry, args).map_err(refusal)?;
        let (reply, answer) = oneshot::channel();
        let paid = order.is_paid();
        match confirm::question(&script.name(), &script.known, script.estimate(), &self.settings).filter(|_| paid) {
            None => self.begin(Subject::of(script), order, reply),
            Some(question) => {
                let (outbox, mailbox, script) = (self.outbox.clone(), self.mailbox.clone(), Subject::of(script));
                tokio::spawn(async move {
                    let agreed = confirm::ask(&outbox, question, &[RUN]).await.is_some();
                    let Some(mailbox) = mailbox.upgrade() else { return };
                    Mailbox::from(mailbox).tell(move |owner| match agreed {
                        true => owner.begin(script, order, reply),
                        false => drop(reply.send(Ok(Value::Null))),
                    });
                });
            }
        }
        Ok(Answer::Later(answer))
    }

    /// Refuses where nothing may run.
    pub(crate) fn is_trusted(&self) -> Result<()> {
        match self.client.trusted {
            true => Ok(()),
            false => Err(refusal("Nothing runs in a workspace that is not trusted. Trust it first, then run again.")),
        }
    }

    /// Refuses where nothing may run, or where the script runs already.
    pub(crate) fn may_run(&self, script: &Uri) -> Result<()> {
        self.is_trusted()?;
        let run = self.scripts.get(script).and_then(Script::run);
        match run.is_some_and(|(run, _)| run.is_live()) {
            true => Err(refusal("This script is running already. Stop that run first.")),
            false => Ok(()),
        }
    }

    /// Begins a run that may begin; `reply` hears of it once it has started.
    pub(crate) fn begin(&mut self, subject: Subject, order: Order, reply: oneshot::Sender<Result<Value>>) {
        let Subject { uri, name, mut view, wanted } = subject;
        // A person may have been asked meanwhile.
        let may = if view.kind == Kind::Script { self.may_run(&uri) } else { self.is_trusted() };
        if let Err(refused) = may {
            return drop(reply.send(Err(refused)));
        }
        self.runs.issued += 1;
        view.ticket = Ticket(self.runs.issued);
        view.model = order.model.clone();
        if view.kind == Kind::Script {
            self.show_new_run(&uri, view.clone());
        }
        let mailbox = self.mailbox.clone();
        let started = order.start(move |result| {
            if let Some(mailbox) = mailbox.upgrade() {
                Mailbox::from(mailbox).tell(move |owner| {
                    // The request may have been cancelled; the run goes on, and its lens says so.
                    let _ = reply.send(owner.started(Subject { uri, name, view, wanted }, result));
                });
            }
        });
        if let Err(error) = started {
            // The reply went with the thread that was not to be, and the request fails by that.
            self.outbox.show(MessageType::ERROR, format!("The run could not be started: {error}."));
        }
    }

    fn started(&mut self, subject: Subject, result: std::result::Result<RunHandle, StartError>) -> Result<Value> {
        let Subject { uri, name, mut view, wanted } = subject;
        let handle = match result {
            Ok(handle) => handle,
            Err(error) => {
                view.over = true;
                self.show_run(&uri, view);
                return Err(refusal(error.to_string()));
            }
        };
        view.id = handle.id().to_string();
        let ticket = view.ticket;
        let answer = json!({"runId": view.id, "folder": handle.folder()});
        if let Some(wanted) = wanted {
            tokio::spawn(wanted.offer(handle.clone(), self.outbox.clone(), self.mailbox.clone()));
        }
        tokio::spawn(events::send(handle.clone(), uri.clone(), name.clone(), self.outbox.clone()));
        if self.client.progress {
            tokio::spawn(progress::show(handle.clone(), view.clone(), name.clone(), self.outbox.clone()));
        }
        tokio::spawn(follow(handle.clone(), uri.clone(), view, name, self.mailbox.clone()));
        self.runs.runs.insert(ticket.0, Run { uri, handle });
        Ok(answer)
    }

    /// Shows a run in the lenses and hints of its script.
    pub(crate) fn show_run(&mut self, uri: &Uri, view: RunView) {
        if let Some(script) = self.scripts.get_mut(uri) {
            script.update_run(Arc::new(view));
            self.outbox.refresh();
        }
    }

    fn show_new_run(&mut self, uri: &Uri, view: RunView) {
        if let Some(script) = self.scripts.get_mut(uri) {
            script.begin_run(Arc::new(view));
            self.publish(uri);
            self.outbox.refresh();
        }
    }

    /// What is left to do at a run's end: transcript, message, diagnostic.
    fn ended(&mut self, uri: &Uri, name: &str, view: RunView, handle: &RunHandle) {
        // What a person waits for there is the script; why there is none is said with it.
        let writing = view.kind == Kind::Writing;
        if let Some(error) = view.failure().filter(|_| !writing) {
            let place = error.at.map(|at| format!(" at {at}")).unwrap_or_default();
            self.outbox.show(MessageType::ERROR, format!("{name} failed{place}: {}", error.message));
        }
        let (path, last) = (handle.folder().join("transcript.md"), LastRun::of(&view, handle));
        let (outbox, name, seen, handle) = (self.outbox.clone(), name.to_owned(), view.clone(), handle.clone());
        let show = self.client.show_document && self.settings.open_transcript && !writing;
        tokio::spawn(async move {
            let text = move || transcript(&name, &seen, |seq| handle.event(seq));
            documents::write_and_show(&outbox, show, path, text).await;
        });
        if let Some(script) = self.scripts.get_mut(uri).filter(|_| view.kind == Kind::Script) {
            let before = script.last.take().and_then(|last| last.args.clone());
            let last = script.last.insert(Arc::new(last));
            if before != last.args {
                self.analyse_again(uri);
            }
        }
        // What it took is history now; answers that were made up teach nothing.
        if !view.state.is_simulated() {
            self.look_round();
        }
        self.show_run(uri, view);
        self.publish(uri);
    }

    /// Looks for the newest run of a script that was opened, in a thread of its own.
    pub(crate) fn look_for_last_run(&self, uri: Uri) {
        let (Some(project), Some(script)) = (documents::project(&uri, &self.client.folders), path_of(&uri)) else {
            return;
        };
        let runs_dir = documents::runs_dir(&uri, &self.client.folders);
        let mailbox = self.mailbox.clone();
        tokio::task::spawn_blocking(move || {
            let Some(last) = LastRun::find(&runs_dir, &project, &script) else { return };
            let Some(mailbox) = mailbox.upgrade() else { return };
            Mailbox::from(mailbox).tell(move |owner| {
                if let Some(script) = owner.scripts.get_mut(&uri) {
                    // One of this session is newer.
                    let last = script.last.get_or_insert(Arc::new(last));
                    if last.args.is_some() {
                        owner.analyse_again(&uri);
                    }
                    owner.outbox.refresh();
                }
            });
        });
    }

    /// `callsheet.stop`: the run named, or the newest live one of the script, or of all.
    pub(crate) fn stop(&mut self, target: &Target) -> Result<Answer> {
        let run = match (&target.run_id, &target.uri) {
            (Some(id), _) if !id.is_empty() => self.runs.named(id),
            (_, Some(uri)) => self.runs.live().rfind(|run| run.uri == *uri),
            (_, None) => self.runs.live().next_back(),
        };
        let run = run.ok_or_else(|| refusal("No run is under way."))?;
        run.handle.stop();
        Ok(Answer::Now(json!({"runId": run.handle.id()})))
    }

    /// `callsheet.skip` and `callsheet.retry`: hands a call that is not over to `steer`. What becomes of it comes as events.
    pub(crate) fn steer(&mut self, target: &Target, steer: impl Fn(&RunHandle, CallId)) -> Result<Answer> {
        let (Some(id), Some(call)) = (&target.run_id, target.call) else {
            return Err(refusal("This command needs the run's `runId` and the number of the `call`."));
        };
        let run = self.runs.session(id)?;
        let state = run.handle.state();
        let agent = state.agent(call);
        match agent {
            None => Err(refusal(format!("Run `{id}` has made no call {call}."))),
            Some(agent) if agent.progress.is_over() || state.ended.is_some() => {
                Err(refusal(format!("Call {call} of run `{id}` is over.")))
            }
            Some(_) => {
                steer(&run.handle, call);
                Ok(Answer::Now(json!({"runId": run.handle.id(), "call": call})))
            }
        }
    }

    /// `window/workDoneProgress/cancel`.
    pub(crate) fn cancel_progress(&mut self, token: &ProgressToken) {
        let run = self.runs.runs.iter().find(|(ticket, _)| progress::token(Ticket(**ticket)) == *token);
        if let Some((_, run)) = run {
            run.handle.stop();
        }
    }

    /// The run of that name, for `callsheet/runEvents`.
    pub(crate) fn session_run(&self, id: &str) -> Result<RunHandle> {
        Ok(self.runs.session(id)?.handle.clone())
    }

    /// `callsheet/runs`: the runs of this session, newest first.
    pub(crate) fn list_runs(&self) -> Vec<Listed> {
        let listed = |run: &Run| Listed {
            run_id: run.handle.id().to_string(),
            uri: run.uri.clone(),
            live: run.handle.state().ended.is_none(),
            folder: run.handle.folder().to_path_buf(),
        };
        self.runs.runs.values().rev().map(listed).collect()
    }
}

/// How often lenses and hints hear of a run's progress; the refreshes they ask for are throttled further.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Keeps the owner told of a run, to its end.
async fn follow(
    handle: RunHandle,
    uri: Uri,
    mut view: RunView,
    name: String,
    mailbox: tokio::sync::mpsc::WeakUnboundedSender<crate::owner::Mail>,
) {
    let tell = |view: RunView, end: Option<String>| {
        let Some(mailbox) = mailbox.upgrade() else { return };
        let (uri, handle) = (uri.clone(), handle.clone());
        Mailbox::from(mailbox).tell(move |owner| match end {
            None => owner.show_run(&uri, view),
            Some(name) => owner.ended(&uri, &name, view, &handle),
        });
    };
    let end = handle.wait();
    tokio::pin!(end);
    let mut seen = 0;
    loop {
        let over = tokio::time::timeout(LOOK_EVERY, &mut end).await.is_ok();
        view.state = handle.state();
        view.over = over;
        if over {
            return tell(view, Some(name));
        }
        if view.state.seq != seen {
            seen = view.state.seq;
            tell(view.clone(), None);
        }
    }
}
