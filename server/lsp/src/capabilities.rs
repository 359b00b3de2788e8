//! What the client can do, and what this server offers it.

use serde_json::{Value, json};
use tower_lsp::ls_types::*;

use crate::{commands::Command, position::Encoding};

/// What `initialize` told about the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    /// The units of positions.
    pub(crate) encoding: Encoding,
    /// `workspace/codeLens/refresh` is understood.
    pub(crate) lens_refresh: bool,
    /// `workspace/inlayHint/refresh` is understood.
    pub(crate) hint_refresh: bool,
    /// `window/workDoneProgress/create` is understood.
    pub(crate) progress: bool,
    /// `window/showDocument` is understood.
    pub(crate) show_document: bool,
    /// `workspace/configuration` is understood.
    pub(crate) configuration: bool,
    /// Document symbols may be a tree.
    pub(crate) symbol_tree: bool,
    /// Code actions may be literals with edits; otherwise only bare commands are understood.
    pub(crate) action_literals: bool,
    /// Diagnostics may point to other places.
    pub(crate) related: bool,
    /// Snippets in completions.
    pub(crate) snippets: bool,
    /// Tooltips of hints are asked for one by one, once they are shown.
    pub(crate) lazy_tooltips: bool,
    /// The workspace is trusted: runs are allowed. A client that says nothing has asked its user some other way.
    pub(crate) trusted: bool,
    /// The client watches files for the server.
    pub(crate) watches_files: bool,
    /// Workspace folders.
    pub(crate) folders: Vec<Uri>,
}

impl Client {
    /// Reads what the client says of itself.
    pub(crate) fn read(params: &InitializeParams) -> Self {
        let all = serde_json::to_value(&params.capabilities).unwrap_or_default();
        let can = |path: &str| all.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let has = |path: &str| all.pointer(path).is_some_and(|value| !value.is_null());
        let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let options = params.initialization_options.as_ref();
        #[expect(deprecated, reason = "old clients send only a root")]
        let root = params.root_uri.clone();
        let resolved = all.pointer("/textDocument/inlayHint/resolveSupport/properties").and_then(Value::as_array);
        let folders = match &params.workspace_folders {
            Some(folders) => folders.iter().map(|folder| folder.uri.clone()).collect(),
            None => root.into_iter().collect(),
        };
        Self {
            encoding: Encoding::negotiate(offered),
            lens_refresh: can("/workspace/codeLens/refreshSupport"),
            hint_refresh: can("/workspace/inlayHint/refreshSupport"),
            progress: can("/window/workDoneProgress"),
            show_document: can("/window/showDocument/support"),
            configuration: can("/workspace/configuration"),
            symbol_tree: can("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            action_literals: has("/textDocument/codeAction/codeActionLiteralSupport"),
            related: can("/textDocument/publishDiagnostics/relatedInformation"),
            snippets: can("/textDocument/completion/completionItem/snippetSupport"),
            lazy_tooltips: resolved.is_some_and(|properties| properties.contains(&"tooltip".into())),
            watches_files: can("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            trusted: options.and_then(|o| o.get("trusted")).and_then(Value::as_bool).unwrap_or(true),
            folders,
        }
    }
}

/// What the server offers.
pub(crate) fn server(client: &Client) -> ServerCapabilities {
    let hints = InlayHintOptions { resolve_provider: Some(client.lazy_tooltips), ..Default::default() };
    let code_actions = CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::new("source.fixAll.callsheet"),
            CodeActionKind::new("source.callsheet"),
        ]),
        ..Default::default()
    };
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..Default::default()
        })),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(hints))),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        code_action_provider: Some(CodeActionProviderCapability::Options(code_actions)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["'", "\"", "`", ".", "{"].map(Into::into).into()),
            ..Default::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(Into::into).into()),
            ..Default::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: Command::ALL.iter().map(|command| command.id().to_string()).collect(),
            ..Default::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..Default::default()
        }),
        experimental: Some(json!({"callsheet": {"runEvents": true}})),
        ..Default::default()
    }
}
