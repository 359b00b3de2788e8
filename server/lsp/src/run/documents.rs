//! Documents the server writes and opens: call sheets and transcripts.

use std::{
    io,
    path::{Path, PathBuf},
};

use tower_lsp::ls_types::{MessageType, ShowDocumentParams, Uri};

use crate::{outbox::Outbox, workspace::path_of};

/// The folder a script belongs to: the innermost workspace folder around it, or the one with its `.claude`, or its own.
///
/// `None` for texts that are in no file.
pub(crate) fn project(script: &Uri, folders: &[Uri]) -> Option<PathBuf> {
    let path = path_of(script).filter(|path| path.is_absolute())?;
    let around = folders.iter().filter_map(path_of).filter(|folder| path.starts_with(folder));
    let innermost = around.max_by_key(|folder| folder.components().count());
    let with_claude = || path.ancestors().find(|folder| folder.ends_with(".claude"))?.parent().map(Path::to_path_buf);
    innermost.or_else(with_claude).or_else(|| path.parent().map(Path::to_path_buf))
}

/// Where the runs of a script are kept.
pub(crate) fn runs_dir(script: &Uri, folders: &[Uri]) -> PathBuf {
    project(script, folders).unwrap_or_else(std::env::temp_dir).join(".callsheet").join("runs")
}

/// Where the call sheet of a script goes.
pub(crate) fn call_sheet_path(script: &Uri, folders: &[Uri]) -> PathBuf {
    let stem = path_of(script).and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    let folder = project(script, folders).unwrap_or_else(std::env::temp_dir);
    folder.join(".callsheet").join("plans").join(format!("{}.md", stem.as_deref().unwrap_or("untitled")))
}

/// Writes a document and opens it in the editor; what `text` reads to make it may take its time.
pub(crate) async fn write_and_show(
    outbox: &Outbox,
    show: bool,
    path: PathBuf,
    text: impl FnOnce() -> String + Send + 'static,
) {
    let theirs = path.clone();
    let written = tokio::task::spawn_blocking(move || write(&theirs, &text())).await;
    match written.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(()) => self::show(outbox, show, &path, Where::Editor).await,
        Err(error) => outbox.show(MessageType::ERROR, format!("{} could not be written: {error}.", path.display())),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// Where a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// Beside the script, which keeps the focus.
    Editor,
    /// By the program the system has for it.
    Outside,
}

/// Opens a file; where the client opens none, its log says where it is.
pub(crate) async fn show(outbox: &Outbox, show: bool, path: &Path, place: Where) {
    if show && let Some(uri) = Uri::from_file_path(path) {
        let take_focus = (place == Where::Editor).then_some(false);
        let params = ShowDocumentParams { uri, external: Some(place == Where::Outside), take_focus, selection: None };
        if outbox.client().show_document(params).await.unwrap_or(false) {
            return;
        }
    }
    outbox.log(MessageType::INFO, format!("Written to {}.", path.display()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_belongs_to_the_innermost_folder() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let folders = [uri("file:///a"), uri("file:///a/b"), uri("file:///c")];
        let of = |script: &str, folders: &[Uri]| project(&uri(script), folders).map(|path| path.display().to_string());
        assert_eq!(of("file:///a/b/.claude/workflows/x.js", &folders).as_deref(), Some("/a/b"));
        assert_eq!(of("file:///d/.claude/workflows/x.js", &folders).as_deref(), Some("/d"));
        assert_eq!(of("file:///d/x.workflow.js", &folders).as_deref(), Some("/d"));
        assert_eq!(of("untitled:Untitled-1", &folders), None);
    }
}
