//! What lies around a script: agent types and saved workflows. Read from disk in a thread of its own, at the start and on changes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use analysis::{Analysis, Context, KnownWorkflow, prices::OwnPrices, script};
use tower_lsp::ls_types::Uri;

/// Entries a walk looks at before it gives up; far more than a repository without its dependencies has.
const MOST_ENTRIES: usize = 50_000;

/// Folders that hold other people's files.
const SKIPPED: [&str; 6] = ["node_modules", "target", ".git", "dist", "build", "vendor"];

/// What lies around scripts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Workspace {
    /// Agent types: `.claude/agents/*.md`.
    pub(crate) agents: Vec<AgentType>,
    /// Saved workflows: `.claude/workflows/*.js` and `*.workflow.js`.
    pub(crate) workflows: Vec<Saved>,
    /// The person's own prices, of their file.
    pub(crate) prices: OwnPrices,
}

/// A registered agent type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentType {
    /// What scripts call it.
    pub(crate) name: String,
    /// Its own words.
    pub(crate) description: String,
    /// The tools it is limited to; `None` for all.
    pub(crate) tools: Option<Vec<String>>,
    /// Its own model.
    pub(crate) model: Option<String>,
    /// Its file.
    pub(crate) path: PathBuf,
}

/// A saved workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Saved {
    /// `meta.name`.
    pub(crate) name: String,
    /// `meta.description`.
    pub(crate) description: String,
    /// Its file.
    pub(crate) path: PathBuf,
    /// The line (from 0) of its `meta`.
    pub(crate) line: u32,
    /// What the analysis of a script that calls it has to know.
    pub(crate) known: KnownWorkflow,
}

impl Workspace {
    /// Reads what lies in and below `folders`, and the person's own agent types and workflows.
    pub(crate) fn read(folders: &[PathBuf], home: Option<&Path>) -> Self {
        let mut workspace = Self::default();
        let mut left = MOST_ENTRIES;
        for folder in folders {
            workspace.walk(folder, &mut left);
        }
        if let Some(home) = home {
            workspace.read_dot_claude(&home.join(".claude"));
        }
        workspace.agents.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        workspace.agents.dedup_by(|a, b| a.name == b.name);
        workspace.workflows.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        workspace.workflows.dedup_by(|a, b| a.path == b.path);
        workspace
    }

    /// The agent types, as the analysis wants to know them.
    pub(crate) fn agent_types(&self) -> Vec<analysis::AgentType> {
        let known = |agent: &AgentType| analysis::AgentType {
            name: agent.name.clone(),
            tools: agent.tools.clone(),
            model: agent.model.clone(),
        };
        self.agents.iter().map(known).collect()
    }

    /// The workflows, as the analysis of `script` wants to know them: those of the folders above it come first, the closest first, as a
    /// run looks for them.
    pub(crate) fn known_workflows(&self, script: Option<&Path>) -> Vec<KnownWorkflow> {
        let closeness = |saved: &&Saved| {
            let project = saved.path.parent().and_then(|f| f.parent()).and_then(|f| f.parent());
            project.filter(|p| script.is_some_and(|s| s.starts_with(p))).map(|p| p.components().count())
        };
        let mut ordered: Vec<&Saved> = self.workflows.iter().collect();
        ordered.sort_by_key(|saved| std::cmp::Reverse(closeness(saved)));
        ordered.into_iter().map(|saved| saved.known.clone()).collect()
    }

    /// Takes in what an editor holds of the workflow saved at `path`, which may not be saved yet; whether that is news.
    pub(crate) fn edited(&mut self, path: &Path, analysis: &Analysis) -> bool {
        let Some(saved) = self.workflows.iter_mut().find(|saved| saved.path == path) else { return false };
        if saved.known.text.as_deref() == Some(&*analysis.script.text) {
            return false;
        }
        let Some(fresh) = saved_as(path, analysis) else { return false };
        *saved = fresh;
        true
    }

    fn walk(&mut self, folder: &Path, left: &mut usize) {
        for path in entries(folder) {
            if *left == 0 {
                return;
            }
            *left -= 1;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // A link could lead back up.
            if path.is_dir() && !path.is_symlink() {
                if name == ".claude" {
                    self.read_dot_claude(&path);
                } else if !SKIPPED.contains(&name.as_ref()) {
                    self.walk(&path, left);
                }
            } else if name.ends_with(".workflow.js") {
                self.workflows.extend(saved(&path));
            }
        }
    }

    fn read_dot_claude(&mut self, folder: &Path) {
        self.agents.extend(entries(&folder.join("agents")).iter().filter_map(|path| agent_type(path)));
        let scripts = entries(&folder.join("workflows")).into_iter().filter(|path| has_extension(path, "js"));
        self.workflows.extend(scripts.filter_map(|path| saved(&path)));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

/// Reads the front matter: `name:` and `description:` between two lines of dashes.
fn agent_type(path: &Path) -> Option<AgentType> {
    let text = fs::read_to_string(path).ok().filter(|_| has_extension(path, "md"))?;
    let head = text.strip_prefix("---").and_then(|rest| rest.split("\n---").next()).unwrap_or_default();
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().trim_matches(['"', '\'']).to_string()).filter(|value| !value.is_empty())
    };
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    Some(AgentType {
        name: field("name").unwrap_or(stem),
        description: field("description").unwrap_or_default(),
        tools: field("tools").map(|list| list.split(',').map(|tool| tool.trim().to_string()).collect()),
        model: field("model").filter(|model| model != "inherit"),
        path: path.to_path_buf(),
    })
}

fn saved(path: &Path) -> Option<Saved> {
    let text = fs::read_to_string(path).ok().filter(|text| text.len() <= script::MAX_BYTES)?;
    saved_as(path, &analysis::analyze(text, &Context::default()))
}

fn saved_as(path: &Path, analysis: &Analysis) -> Option<Saved> {
    let known = KnownWorkflow::of(&path.display().to_string(), &analysis.script, &analysis.plan)?;
    let meta = analysis.script.meta.as_ref()?;
    Some(Saved {
        name: known.name.clone(),
        description: meta.description.as_ref().map(|d| d.value.clone()).unwrap_or_default(),
        path: path.to_path_buf(),
        line: analysis.script.lines.line_of(meta.span.start),
        known,
    })
}

/// The folder or file behind an address, if it is one on this machine.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    uri.to_file_path().map(|path| path.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_types_and_workflows_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put(".claude/agents/critic.md", "---\nname: sharp-critic\ndescription: \"Finds faults\"\n---\nYou are…");
        put(".claude/agents/plain.md", "No front matter");
        put(".claude/agents/notes.txt", "");
        put("sub/.claude/workflows/a.js", "// A\nexport const meta = { name: 'audit', description: 'Audits' }");
        put("sub/.claude/workflows/none.js", "let x");
        put("flows/b.workflow.js", "export const meta = { name: 'build' }");
        put("node_modules/c.workflow.js", "export const meta = { name: 'no' }");
        let found = Workspace::read(&[folder.path().to_path_buf()], None);
        let agents: Vec<_> = found.agents.iter().map(|a| (a.name.as_str(), a.description.as_str())).collect();
        assert_eq!(agents, [("plain", ""), ("sharp-critic", "Finds faults")]);
        let workflows: Vec<_> = found.workflows.iter().map(|w| (w.name.as_str(), w.line)).collect();
        assert_eq!(workflows, [("audit", 1), ("build", 0)]);
    }
}
