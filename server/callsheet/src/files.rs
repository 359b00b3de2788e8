//! Scripts on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use analysis::script;

use crate::output::Failure;

/// Folders that hold other people's code or what was built from ours.
const NOT_OURS: [&str; 3] = ["node_modules", "target", "vendor"];

/// Deeper than this there is a cycle, not a project.
const DEEPEST: usize = 32;

/// A script and where it is.
pub(crate) struct Source {
    /// As the person named it.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Reads a file. What is no UTF-8 in it is replaced, as editors do.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|e| cannot_read(path, &e))?;
        Ok(Self { path: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// Reads standard input; `path` is where the text would be.
    pub(crate) fn stdin(path: Option<&Path>) -> Result<Self, Failure> {
        let text =
            io::read_to_string(io::stdin()).map_err(|e| Failure::usage(format!("cannot read standard input: {e}")))?;
        Ok(Self { path: path.map_or("<stdin>".into(), |p| p.display().to_string()), text })
    }

    /// The file's name without its folder.
    pub(crate) fn name(&self) -> Option<String> {
        Some(Path::new(&self.path).file_name()?.to_str()?.to_owned())
    }
}

/// The scripts `paths` name: files as they are, folders searched for workflow scripts, in order of their names.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|e| cannot_read(path, &e))?;
        match kind.is_dir() {
            true if path == Path::new(".") => search(Path::new(""), 0, &mut found)?,
            true => search(path, 0, &mut found)?,
            false => found.push(path.clone()),
        }
    }
    Ok(found)
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).and_then(Iterator::collect::<io::Result<Vec<fs::DirEntry>>>);
    let mut entries = entries.map_err(|e| cannot_read(folder, &e))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|e| cannot_read(&path, &e))?;
        let ours = (!name.starts_with('.') || name == ".claude") && !NOT_OURS.contains(&name.as_str());
        if kind.is_dir() && ours && depth < DEEPEST {
            search(&path, depth + 1, found)?;
        } else if kind.is_file() && script::is_workflow_path(&absolute(&path)) {
            found.push(path);
        }
    }
    Ok(())
}

/// The path with its folders, so that `workflows/x.js` inside `.claude` is known for what it is.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    Failure::usage(format!("cannot read {}: {what}", path.display()))
}
