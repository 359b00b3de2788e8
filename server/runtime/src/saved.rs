//! Saved workflows, found by name or path.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    launch,
    run::RunSpec,
    sandbox::protocol::{Reference, Settled, ToSandbox},
};

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

    /// Where those of a run are looked for.
    pub(crate) fn of(spec: &RunSpec) -> Self {
        Self::new(&spec.script_path, spec.workflow_dirs.clone())
    }

    /// What the sandbox is told that asked for a workflow; `spent` are the output tokens of the run so far.
    pub(crate) fn loaded(&self, id: u64, reference: &Reference, spent: u64) -> ToSandbox {
        match self.read(reference) {
            Ok(Saved { name, source }) => ToSandbox::Loaded { id, name, source },
            Err(message) => ToSandbox::Settle { id, outcome: Settled::Throw(message), spent },
        }
    }

    /// Reads the workflow. The error is a sentence for the script that asked.
    fn read(&self, reference: &Reference) -> Result<Saved, String> {
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
        for file in self.files() {
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
        known.sort();
        known.dedup();
        let known = if known.is_empty() { "there are none".into() } else { format!("known: {}", known.join(", ")) };
        Err(format!("no workflow is saved under the name {name:?}; {known}"))
    }

    /// The files of saved workflows, in the order in which a name is looked for among them.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let above = self.project.ancestors().map(|folder| folder.join(FOLDER));
        above.chain(self.further.iter().cloned()).flat_map(|folder| {
            let mut files: Vec<PathBuf> =
                fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            files.retain(|f| f.extension().is_some_and(|e| e == "js"));
            files.sort();
            files
        })
    }
}

/// The files of the workflows that a run of `script` finds by their name, the one that wins first; `further` are folders searched after
/// those above the script.
pub fn saved_workflows(script: &Path, further: Vec<PathBuf>) -> Vec<PathBuf> {
    Shelf::new(script, further).files().collect()
}

/// The file that `workflow({ scriptPath: path })` means in a run of `script`.
pub fn workflow_at(script: &Path, path: &str) -> PathBuf {
    Shelf::new(script, vec![]).project_root().join(path)
}

/// Where a person keeps workflows for every project: `workflows` in `$CLAUDE_CONFIG_DIR`, or in `.claude` at home.
pub fn personal_workflows() -> Vec<PathBuf> {
    let own = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let folder = own.or_else(|| std::env::home_dir().map(|home| home.join(".claude")));
    folder.into_iter().map(|folder| folder.join("workflows")).collect()
}
