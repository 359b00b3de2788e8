//! Saved workflows, found by name or path.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{launch, sandbox::protocol::Reference};

/// Where, under a project's folder, its workflows are kept.
const FOLDER: &str = ".claude/workflows";

/// Where saved workflows are looked for.
pub(crate) struct Shelf {
    project: PathBuf,
    further: Vec<PathBuf>,
}

/// A saved workflow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// `meta.name`.
    pub name: String,
    /// Its text.
    pub source: String,
}

impl Shelf {
    /// The folders above `script`, closest first, then `further`.
    pub(crate) fn new(script: &Path, further: Vec<PathBuf>) -> Self {
        let absolute = std::path::absolute(script).unwrap_or_else(|_| script.to_owned());
        Self { project: absolute.parent().map(Path::to_owned).unwrap_or_default(), further }
    }

    /// Reads the workflow. The error is a sentence for the script that asked.
    pub(crate) fn read(&self, reference: &Reference) -> Result<Saved, String> {
        let (path, shown) = match reference {
            Reference::Path(path) => (self.project_root().join(path), path.clone()),
            Reference::Name(name) => (self.find(name)?, name.clone()),
        };
        let source = fs::read_to_string(&path).map_err(|e| format!("workflow {shown:?}: cannot read it: {e}"))?;
        let name = launch::check(&source, &path).map_err(|errors| {
            let first = errors.first();
            let place = first.and_then(|e| e.at).map(|at| format!(" at {at}")).unwrap_or_default();
            format!("workflow {shown:?} cannot run{place}: {}", first.map_or("", |e| &e.message))
        })?;
        Ok(Saved { name, source })
    }

    /// The closest folder above the script that keeps workflows, or else the script's own.
    fn project_root(&self) -> &Path {
        self.project.ancestors().find(|a| a.join(FOLDER).is_dir()).unwrap_or(&self.project)
    }

    fn find(&self, name: &str) -> Result<PathBuf, String> {
        let mut known = Vec::new();
        let above = self.project.ancestors().map(|folder| folder.join(FOLDER));
        for folder in above.chain(self.further.iter().cloned()) {
            let mut files: Vec<PathBuf> =
                fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            files.retain(|f| f.extension().is_some_and(|e| e == "js"));
            files.sort();
            for file in files {
                // `meta.name` is the workflow's name; a file that cannot be read as one still answers to its own, so
                // that asking for it says what is wrong with it.
                let named = fs::read_to_string(&file).ok().and_then(|source| launch::check(&source, &file).ok());
                let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let named = named.unwrap_or(stem);
                if named == name {
                    return Ok(file);
                }
                known.push(named);
            }
        }
        known.sort();
        known.dedup();
        let known = if known.is_empty() { "there are none".into() } else { format!("known: {}", known.join(", ")) };
        Err(format!("no workflow is saved under the name {name:?}; {known}"))
    }
}
