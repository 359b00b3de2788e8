//! The one owner of all state. It carries out one message after another and never waits: analysis, runs and sending happen
//! elsewhere and come back as messages.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
    thread,
};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::{
    jsonrpc::{Error, Result},
    ls_types::{notification::PublishDiagnostics, *},
};

use crate::{
    analyst::{self, Analyst, Basis, Job, Report},
    capabilities::{self, Client},
    documents::Documents,
    features::diagnostics,
    outbox::Outbox,
    run::manager::Runs,
    scripts::{Fresh, Script, Scripts},
    settings::Settings,
    simulator::Simulator,
    snapshot::Snapshot,
    workflows,
    workspace::{self, Workspace},
};

/// A message to the owner.
pub(crate) type Mail = Box<dyn FnOnce(&mut Owner) + Send>;

/// Messages on their way to the owner.
pub(crate) type Mails = mpsc::UnboundedReceiver<Mail>;

/// The way to the owner.
#[derive(Clone)]
pub(crate) struct Mailbox(mpsc::UnboundedSender<Mail>);

impl Mailbox {
    /// A way to an owner that is yet to be started.
    pub(crate) fn new() -> (Self, Mails) {
        let (sender, mails) = mpsc::unbounded_channel();
        (Self(sender), mails)
    }

    /// Posts a message; never blocks, and is lost only once the owner is gone.
    pub(crate) fn tell(&self, mail: impl FnOnce(&mut Owner) + Send + 'static) {
        let _ = self.0.send(Box::new(mail));
    }

    /// Stops all runs and waits until they have ended.
    pub(crate) async fn stop_runs(&self) {
        let (reply, ending) = oneshot::channel();
        self.tell(move |owner| drop(reply.send(owner.runs.stop_all())));
        if let Ok(ending) = ending.await {
            ending.await;
        }
    }

    fn downgrade(&self) -> mpsc::WeakUnboundedSender<Mail> {
        self.0.downgrade()
    }
}

impl From<mpsc::UnboundedSender<Mail>> for Mailbox {
    fn from(sender: mpsc::UnboundedSender<Mail>) -> Self {
        Self(sender)
    }
}

/// All state of the server.
pub(crate) struct Owner {
    pub(crate) client: Arc<Client>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) documents: Documents,
    pub(crate) scripts: Scripts,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) runs: Runs,
    pub(crate) simulator: Simulator,
    pub(crate) outbox: Outbox,
    /// The way back for what happens elsewhere; weak, so that the loop ends with the server.
    pub(crate) mailbox: mpsc::WeakUnboundedSender<Mail>,
    analyst: Analyst,
}

/// Starts the owner loop; it ends when the last mailbox is dropped.
///
/// # Errors
///
/// When the analyst's thread cannot be started.
pub(crate) fn start(mailbox: &Mailbox, mut mails: Mails, outbox: Outbox) -> std::io::Result<()> {
    let reports = mailbox.downgrade();
    let analyst = Analyst::start(move |report| {
        if let Some(sender) = reports.upgrade() {
            Mailbox(sender).tell(move |owner| owner.analysed(report));
        }
    })?;
    let mut owner = Owner {
        client: Arc::default(),
        settings: Arc::default(),
        documents: Documents::default(),
        scripts: Scripts::default(),
        workspace: Arc::default(),
        runs: Runs::default(),
        simulator: Simulator::default(),
        outbox,
        mailbox: mailbox.downgrade(),
        analyst,
    };
    tokio::spawn(async move {
        while let Some(mail) = mails.recv().await {
            if catch_unwind(AssertUnwindSafe(|| mail(&mut owner))).is_err() {
                tracing::error!("a message panicked; its request is answered with an error");
            }
        }
    });
    Ok(())
}

impl Owner {
    /// `initialize`.
    pub(crate) fn initialize(&mut self, params: InitializeParams) -> Result<InitializeResult> {
        self.client = Arc::new(Client::read(&params));
        if let Some(options) = params.initialization_options {
            let own = |(key, _): &(&String, &Value)| *key != "trusted";
            let section: serde_json::Map<String, Value> =
                options.as_object().into_iter().flatten().filter(own).map(|(k, v)| (k.clone(), v.clone())).collect();
            self.configure(&Value::Object(section));
        }
        self.outbox.start_refreshing(self.client.lens_refresh, self.client.hint_refresh);
        Ok(InitializeResult {
            capabilities: capabilities::server(&self.client),
            server_info: Some(ServerInfo { name: "callsheet".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
            ..InitializeResult::default()
        })
    }

    /// `initialized`: asks for the settings where they are not pushed, and looks round.
    pub(crate) fn initialized(&mut self) {
        if self.client.configuration {
            self.pull_configuration();
        }
        if self.client.watches_files {
            self.watch_files();
        }
        self.look_round();
    }

    /// Has the workspace read again, in a thread of its own.
    pub(crate) fn look_round(&self) {
        let folders: Vec<PathBuf> = self.client.folders.iter().filter_map(workspace::path_of).collect();
        // The index of past runs is a file of the workspace: nothing of it is read, and nothing written, in one that is not trusted.
        let trusted = self.client.trusted;
        let mailbox = self.mailbox.clone();
        let reading = thread::Builder::new().name("workspace".into()).stack_size(analyst::STACK).spawn(move || {
            let mut found = Workspace::read(&folders, std::env::home_dir().as_deref());
            let prices = models::own_prices(None).map(|prices| found.prices = prices);
            let learned = folders.iter().filter(|_| trusted).map(|folder| (folder, workspace::learn(folder)));
            let mut notes = Vec::new();
            for (folder, (history, note)) in learned {
                found.histories.push((folder.clone(), history));
                notes.extend(note);
            }
            if let Some(mailbox) = mailbox.upgrade() {
                Mailbox(mailbox).tell(move |owner| {
                    notes.into_iter().for_each(|note| owner.outbox.log(MessageType::WARNING, note));
                    if let Err(error) = prices {
                        owner.outbox.log(MessageType::WARNING, error.to_string());
                    }
                    owner.moved_in(found);
                });
            }
        });
        if let Err(error) = reading {
            tracing::warn!(%error, "the workspace could not be read");
        }
    }

    fn moved_in(&mut self, mut found: Workspace) {
        // What an editor holds is newer than what is on disk.
        for (uri, script) in self.scripts.iter() {
            if let (Some(path), Some(newest)) = (workspace::path_of(uri), script.last_whole())
                && let Some((at, fresh)) = found.news(&path, &newest)
            {
                found.workflows[at] = fresh;
            }
        }
        if *self.workspace != found {
            self.workspace = Arc::new(found);
            self.forget_simulations();
            self.analyse_all();
        }
    }

    fn analyse_all(&mut self) {
        for uri in self.documents.addresses() {
            self.analyse_again(&uri);
        }
        self.outbox.refresh();
    }

    /// Analyses a script whose text is the same, but not what lies around it.
    pub(crate) fn analyse_again(&mut self, uri: &Uri) {
        if let Some(script) = self.scripts.get_mut(uri) {
            script.fresh = Fresh::Pending;
        }
        self.recognise(uri);
    }

    /// Has the scripts analysed again that may call the workflow at `uri`, if its newest text is not what is known of it.
    fn tell_callers(&mut self, uri: &Uri) {
        let newest = self.scripts.get(uri).and_then(Script::last_whole);
        let (Some(path), Some(newest)) = (workspace::path_of(uri), newest) else { return };
        let Some((at, fresh)) = self.workspace.news(&path, &newest) else { return };
        Arc::make_mut(&mut self.workspace).workflows[at] = fresh;
        let calls = |script: &Script| script.last_whole().is_some_and(|a| !a.plan.workflows.is_empty());
        let callers: Vec<Uri> = self
            .scripts
            .iter()
            .filter(|(other, script)| *other != uri && calls(script))
            .map(|(u, _)| u.clone())
            .collect();
        if !callers.is_empty() {
            callers.iter().for_each(|caller| self.analyse_again(caller));
            self.outbox.refresh();
        }
    }

    /// Asks the client to tell when a file that [`Workspace`] reads changes.
    fn watch_files(&self) {
        let globs = ["**/.claude/agents/**/*.md", "**/.claude/workflows/*.js", "**/*.workflow.js"];
        let watchers =
            globs.map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.into()), kind: None });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.into() };
        let registration = Registration {
            id: "callsheet.files".into(),
            method: "workspace/didChangeWatchedFiles".into(),
            register_options: serde_json::to_value(options).ok(),
        };
        let client = self.outbox.client();
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::warn!(%error, "the client does not watch files");
            }
        });
    }

    /// `workspace/didChangeConfiguration`, with the settings in it or only the news that they changed.
    pub(crate) fn configuration_changed(&mut self, settings: &Value) {
        match settings.get("callsheet") {
            Some(section) => self.configure(section),
            None if self.client.configuration => self.pull_configuration(),
            None => {}
        }
    }

    fn pull_configuration(&self) {
        let (client, mailbox) = (self.outbox.client(), self.mailbox.clone());
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some("callsheet".into()) };
            if let Ok(answer) = client.configuration(vec![item]).await
                && let Some(section) = answer.into_iter().next().filter(Value::is_object)
                && let Some(mailbox) = mailbox.upgrade()
            {
                Mailbox(mailbox).tell(move |owner| owner.configure(&section));
            }
        });
    }

    /// `workspace/didChangeWorkspaceFolders`.
    pub(crate) fn change_folders(&mut self, event: WorkspaceFoldersChangeEvent) {
        let folders = &mut Arc::make_mut(&mut self.client).folders;
        folders.retain(|folder| !event.removed.iter().any(|removed| removed.uri == *folder));
        folders.extend(event.added.into_iter().map(|added| added.uri));
        self.look_round();
    }

    /// Takes in the object below `callsheet`; where something in it cannot be used the client's log says so.
    pub(crate) fn configure(&mut self, section: &Value) {
        let (settings, problems) = Settings::read(section);
        for problem in problems {
            self.outbox.log(MessageType::WARNING, problem);
        }
        if settings != *self.settings {
            self.settings = Arc::new(settings);
            self.forget_simulations();
            self.analyse_all();
        }
    }

    /// Notes whether the client's workspace is trusted now.
    pub(crate) fn trust(&mut self, trusted: bool) {
        Arc::make_mut(&mut self.client).trusted = trusted;
        self.look_round();
        self.simulate_all();
    }

    /// `textDocument/didOpen`.
    pub(crate) fn open(&mut self, document: TextDocumentItem) {
        let TextDocumentItem { uri, version, text, .. } = document;
        self.documents.open(uri.clone(), version, text);
        self.recognise(&uri);
        if self.scripts.contains_key(&uri) {
            self.look_for_last_run(uri);
        }
    }

    /// `textDocument/didChange`.
    pub(crate) fn change(&mut self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        match self.documents.change(&uri, version, params.content_changes, self.client.encoding) {
            Some(edits) => {
                let end = edits.last().map_or(0, |edit| edit.start + edit.added);
                let line = self.documents.get(&uri).map_or(0, |document| document.lines.line_of(end));
                if let Some(script) = self.scripts.get_mut(&uri) {
                    script.edited(&edits, line);
                }
                self.stop_simulating(&uri);
                self.recognise(&uri);
            }
            None => {
                tracing::warn!(uri = uri.as_str(), version, "ignored a change to a text that is not open or is newer")
            }
        }
    }

    /// `textDocument/didClose`.
    pub(crate) fn close(&mut self, uri: &Uri) {
        self.documents.close(uri);
        self.forget(uri);
    }

    /// Has a script analysed; a text that is no workflow is left alone.
    fn recognise(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri) else { return };
        // While its text is broken, what was a workflow stays one.
        let was = self.scripts.contains_key(uri) && workflows::may_become_one(&document.text);
        if !was && !workflows::is_workflow(uri, &document.text, &self.settings.files) {
            self.forget(uri);
            return;
        }
        let script = self.scripts.entry(uri.clone()).or_default();
        let args = script.last.as_ref().and_then(|last| last.args.clone());
        let basis = Basis { settings: self.settings.clone(), workspace: self.workspace.clone(), args };
        let (version, text) = (document.version, document.text.clone());
        // What takes less than the way to the analyst and back is done here.
        let went_on = catch_unwind(AssertUnwindSafe(|| script.go_on(uri, &text, &basis)));
        let (mut last, mut broken) = (script.last_whole(), script.last_broken());
        match went_on {
            Ok(true) => return self.tell(uri),
            Ok(false) => {}
            Err(_) => {
                tracing::error!("to go on from the last analysis of a script panicked");
                (last, broken) = (None, None);
            }
        }
        self.analyst.ask(Job { uri: uri.clone(), version, text, basis, last, broken });
    }

    /// Takes back what was said of a script that is closed or is none.
    fn forget(&mut self, uri: &Uri) {
        let Some(mut script) = self.scripts.remove(uri) else { return };
        self.stop_simulating(uri);
        for waiting in script.take_waiting() {
            let _ = waiting.send(None);
        }
        if script.published.is_some() {
            self.publish_now(uri, vec![], None);
        }
    }

    fn analysed(&mut self, report: Report) {
        let uri = report.uri.clone();
        if self.documents.get(&uri).is_none_or(|document| document.version != report.version) {
            return; // A newer text is on its way through the analyst.
        }
        let Some(script) = self.scripts.get_mut(&uri) else { return };
        let outdated = script.analysed(report);
        self.tell(&uri);
        self.analyst.free(outdated);
    }

    /// Tells everybody what is known anew of a script. Nothing is answered of a text before its diagnostics are published.
    fn tell(&mut self, uri: &Uri) {
        self.publish(uri);
        let waiting = self.scripts.get_mut(uri).map(Script::take_waiting).unwrap_or_default();
        if !waiting.is_empty() {
            let snapshot = self.snapshot(uri);
            for reply in waiting {
                let _ = reply.send(snapshot.clone());
            }
        }
        self.tell_callers(uri);
        self.simulate_soon(uri);
    }

    /// Publishes a script's diagnostics if they differ from those published last.
    pub(crate) fn publish(&mut self, uri: &Uri) {
        let Some(snapshot) = self.snapshot(uri) else { return };
        let diagnostics = diagnostics::diagnostics(&snapshot);
        let Some(script) = self.scripts.get_mut(uri) else { return };
        if script.published.as_ref() != Some(&diagnostics) {
            script.published = Some(diagnostics.clone());
            self.publish_now(uri, diagnostics, Some(snapshot.version));
        }
    }

    fn publish_now(&self, uri: &Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.outbox.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version });
    }

    /// What is known of a script, if its newest text has been analysed.
    pub(crate) fn snapshot(&self, uri: &Uri) -> Option<Snapshot> {
        let document = self.documents.get(uri)?;
        let script = self.scripts.get(uri)?;
        let Fresh::Ready(fresh) = script.fresh.clone() else { return None };
        let (known, carry) = script.known()?;
        let simulated = script.simulated.clone().filter(|simulated| simulated.fits(&known));
        Some(Snapshot {
            uri: uri.clone(),
            version: document.version,
            text: document.text.clone(),
            lines: document.lines.clone(),
            fresh,
            known,
            carry,
            client: self.client.clone(),
            settings: self.settings.clone(),
            workspace: self.workspace.clone(),
            run: script.run(),
            simulated,
            last: script.last.clone(),
        })
    }

    /// Answers with what is known of a script, once its newest text has been analysed; `None` for other texts.
    pub(crate) fn read(&mut self, uri: &Uri, reply: oneshot::Sender<Option<Snapshot>>) {
        match self.snapshot(uri) {
            Some(snapshot) => drop(reply.send(Some(snapshot))),
            None => match self.scripts.get_mut(uri) {
                Some(script) if matches!(script.fresh, Fresh::Pending) => script.wait(reply),
                _ => drop(reply.send(None)),
            },
        }
    }
}

/// The answer to a request whose handling panicked or whose owner is gone.
pub(crate) fn internal_error() -> Error {
    let mut error = Error::internal_error();
    error.message = "This request failed inside the server; the log says more.".into();
    error
}
