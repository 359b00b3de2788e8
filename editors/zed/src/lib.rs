//! Starts `callsheet lsp` for JavaScript. Zed cannot choose by a file's path; the server is silent about files that are no workflow scripts.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Callsheet;

impl zed::Extension for Callsheet {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree
            .which("callsheet")
            .ok_or("`callsheet` is not on the path: run `cargo install --locked --path server/callsheet`")?;
        Ok(Command { command, args: vec!["lsp".into()], env: vec![] })
    }
}

zed::register_extension!(Callsheet);
