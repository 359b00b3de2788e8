//! The mail slot: each method of the protocol posts a message to the owner, before it awaits anything, and hands the answer back.
//!
//! The library drives all handlers in one task without regard to order, so nothing else may happen here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::{LanguageServer, jsonrpc::Result, ls_types::*};

use crate::{
    analyst::STACK,
    commands::{Command, Target},
    execute::{Answer, refusal},
    features::{
        code_actions, code_lens, completion, definition, document_symbols, folding, hover, inlay_hints, plan,
        signature_help, titles, workspace_symbols,
    },
    owner::{Mailbox, Owner, internal_error},
    run::{
        events,
        protocol::{CatchUp, CaughtUp, Listed},
    },
    snapshot::Snapshot,
    transport::Guardian,
    workspace,
};

/// The protocol's methods.
pub(crate) struct Slot {
    mailbox: Mailbox,
    /// Whether `shutdown` has been asked for; decides the exit code.
    shut_down: Arc<AtomicBool>,
    guardian: Guardian,
}

impl Slot {
    /// A slot in front of the owner behind `mailbox`.
    pub(crate) fn new(mailbox: Mailbox, shut_down: Arc<AtomicBool>, guardian: Guardian) -> Self {
        Self { mailbox, shut_down, guardian }
    }

    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Owner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.tell(move |owner| drop(reply.send(question(owner))));
        answer.await.unwrap_or_else(|_| Err(internal_error()))
    }

    pub(crate) async fn read<T>(&self, uri: Uri, feature: impl FnOnce(&Snapshot) -> T + Send) -> Result<Option<T>> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.tell(move |owner| owner.read(&uri, reply));
        match answer.await {
            Ok(None) => Ok(None),
            Ok(Some(script)) => catch_unwind(AssertUnwindSafe(|| feature(&script))).map(Some).map_err(|_| {
                tracing::error!(script = script.uri.as_str(), version = script.version, "a feature panicked");
                internal_error()
            }),
            Err(_) => Err(internal_error()),
        }
    }

    /// `window/workDoneProgress/cancel`: the editor's own Stop button.
    pub(crate) async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        self.mailbox.tell(move |owner| owner.cancel_progress(&params.token));
    }

    /// `callsheet/runEvents`: what a late or restarted client missed.
    pub(crate) async fn run_events(&self, params: CatchUp) -> Result<CaughtUp> {
        let run = self.ask(move |owner| owner.session_run(&params.run_id)).await?;
        tokio::task::spawn_blocking(move || events::past(&run, params.from)).await.map_err(|_| internal_error())
    }

    /// `callsheet/runs`: the runs of this session.
    pub(crate) async fn runs(&self) -> Result<Vec<Listed>> {
        self.ask(|owner| Ok(owner.list_runs())).await
    }

    /// `callsheet/plan`: what an open script can do; null where it is none.
    pub(crate) async fn plan(&self, params: Planned) -> Result<Option<Value>> {
        self.read(params.uri, plan::plan).await?.transpose()
    }

    /// `callsheet/trust`: the person has come to trust the workspace, or not.
    pub(crate) async fn trust(&self, params: Trust) {
        self.mailbox.tell(move |owner| owner.trust(params.trusted));
    }
}

/// Parameters of `callsheet/plan`.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Planned {
    uri: Uri,
}

/// Parameters of `callsheet/trust`.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub(crate) struct Trust {
    trusted: bool,
}

impl LanguageServer for Slot {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        if let Some(process) = params.process_id {
            self.guardian.watch(process);
        }
        self.ask(move |owner| owner.initialize(params)).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.mailbox.tell(Owner::initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::SeqCst);
        self.mailbox.stop_runs().await;
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.mailbox.tell(move |owner| owner.open(params.text_document));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.mailbox.tell(move |owner| owner.change(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.mailbox.tell(move |owner| owner.close(&params.text_document.uri));
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {}

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.mailbox.tell(move |owner| owner.configuration_changed(&params.settings));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.mailbox.tell(move |owner| owner.change_folders(params.event));
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.mailbox.tell(|owner| owner.look_round());
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.read(params.text_document.uri, move |script| inlay_hints::inlay_hints(script, params.range)).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        let Some(unresolved) = inlay_hints::Unresolved::read(&hint) else { return Ok(hint) };
        let unchanged = hint.clone();
        let resolved =
            self.read(unresolved.uri.clone(), move |script| inlay_hints::resolved(script, hint, &unresolved));
        Ok(resolved.await?.unwrap_or(unchanged))
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.read(params.text_document.uri, code_lens::code_lenses).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.read(uri, move |script| code_actions::code_actions(script, &params)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let typed = workspace::has_types_beside(&text_document.uri);
        Ok(self.read(text_document.uri, move |script| hover::hover(script, position, typed)).await?.flatten())
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.read(params.text_document.uri, document_symbols::document_symbols).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let Some(script) = self.read(text_document.uri, Snapshot::clone).await? else { return Ok(None) };
        let (reply, answer) = oneshot::channel();
        let completing = move || drop(reply.send(completion::completion(&script, position)));
        thread::Builder::new()
            .name("completion".into())
            .stack_size(STACK)
            .spawn(completing)
            .map_err(|_| internal_error())?;
        answer.await.map(|items| Some(items.into())).map_err(|_| internal_error())
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let help = self.read(text_document.uri, move |script| signature_help::signature_help(script, position));
        Ok(help.await?.flatten())
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        Ok(self.read(text_document.uri, move |script| definition::definition(script, position)).await?.flatten())
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let with_declaration = params.context.include_declaration;
        self.read(text_document.uri, move |script| titles::references(script, position, with_declaration)).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.read(text_document.uri, move |script| titles::highlights(script, position)).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let TextDocumentPositionParams { text_document, position } = params;
        Ok(self.read(text_document.uri, move |script| titles::prepare_rename(script, position)).await?.flatten())
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let edit = self.read(text_document.uri, move |script| titles::rename(script, position, &params.new_name));
        Ok(edit.await?.flatten())
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.read(params.text_document.uri, folding::folding_ranges).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found = move |owner: &mut Owner| workspace_symbols::workspace_symbols(&owner.workspace, &params.query);
        self.ask(move |owner| Ok(Some(WorkspaceSymbolResponse::Nested(found(owner))))).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let Some(command) = Command::named(&params.command) else {
            return Err(refusal(format!("There is no command `{}`.", params.command)));
        };
        let target = Target::read(params.arguments).map_err(refusal)?;
        if let Some(uri) = target.uri.clone() {
            // An edit may be on its way through the analyst; the command is for the text that the person sees.
            self.read(uri, |_| ()).await?;
        }
        match self.ask(move |owner| owner.execute(command, target)).await? {
            Answer::Now(value) => Ok(Some(value)),
            Answer::Later(answer) => answer.await.unwrap_or_else(|_| Err(internal_error())).map(Some),
        }
    }
}
