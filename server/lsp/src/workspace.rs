//! What lies around a script: agent types and saved workflows. Read from disk in a thread of its own, at the start and on changes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use analysis::{Analysis, Context, KnownWorkflow, estimate::History, prices::OwnPrices, script};
use models::AgentKind;
use runtime::rlm::OTHER_PEOPLES;
use tower_lsp::ls_types::Uri;

/// Entries a walk looks at before it gives up; far more than a repository without its dependencies has.
const MOST_ENTRIES: usize = 50_000;

const AGENTS: &str = ".claude/agents";
const WORKFLOWS: &str = ".claude/workflows";

/// What lies around scripts. Cheap to clone: an edit of a saved workflow makes a new one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Workspace {
    /// Agent types: `.claude/agents/**/*.md`.
    pub(crate) agents: Vec<Arc<AgentType>>,
    /// Saved workflows: `.claude/workflows/*.js` and `*.workflow.js`.
    pub(crate) workflows: Vec<Arc<Saved>>,
    /// The folder whose `.claude` is the person's own.
    pub(crate) home: Option<PathBuf>,
    /// The person's own prices, of their file.
    pub(crate) prices: OwnPrices,
    /// What past runs tell, by the folder they were made in.
    pub(crate) histories: Vec<(PathBuf, Arc<History>)>,
}

/// A registered agent type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentType {
    /// What its file says.
    pub(crate) kind: AgentKind,
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
            walk(folder, &mut left, &mut |path, name, is_folder| {
                match (is_folder, name) {
                    (true, ".claude") => workspace.read_dot_claude(path),
                    (true, _) => return true,
                    (false, _) if name.ends_with(".workflow.js") => {
                        workspace.workflows.extend(saved(path).map(Arc::new))
                    }
                    (false, _) => {}
                }
                false
            });
        }
        // What lies above a folder is found from within it.
        let above: BTreeSet<&Path> = folders.iter().flat_map(|folder| folder.ancestors().skip(1)).chain(home).collect();
        for folder in above {
            workspace.read_dot_claude(&folder.join(".claude"));
        }
        workspace.home = home.map(Path::to_owned);
        workspace.agents.sort_by(|a, b| (&a.kind.name, &a.path).cmp(&(&b.kind.name, &b.path)));
        workspace.agents.dedup_by(|a, b| a.path == b.path);
        workspace.workflows.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        workspace.workflows.dedup_by(|a, b| a.path == b.path);
        workspace
    }

    /// What the past runs of `script` tell: those of the innermost folder around it.
    pub(crate) fn history(&self, script: Option<&Path>) -> Arc<History> {
        let around =
            self.histories.iter().filter(|(folder, _)| script.is_some_and(|script| script.starts_with(folder)));
        let innermost = around.max_by_key(|(folder, _)| folder.components().count());
        innermost.map(|(_, history)| history.clone()).unwrap_or_default()
    }

    /// How soon a run of `script` comes upon what lies in `inside`, a folder of a `.claude`, the more the sooner: it looks in those of the
    /// folders above, the closest first, then in the person's own. `None` where it does not look there. A script that is not saved can come to
    /// lie anywhere.
    fn closeness(&self, inside: Option<&Path>, script: Option<&Path>) -> Option<usize> {
        let project = inside?.parent()?.parent()?;
        let depth = project.components().count();
        match script {
            Some(script) if script.starts_with(project) => Some(depth),
            None => Some(depth),
            Some(_) => (self.home.as_deref() == Some(project)).then_some(0),
        }
    }

    /// The agent types that a run of `script` finds, one of a name.
    pub(crate) fn agents_of(&self, script: Option<&Path>) -> Vec<&AgentType> {
        let closeness =
            |agent: &AgentType| self.closeness(agent.path.ancestors().find(|folder| folder.ends_with(AGENTS)), script);
        let mut found: Vec<&AgentType> =
            self.agents.iter().map(|agent| &**agent).filter(|agent| closeness(agent).is_some()).collect();
        found.sort_by(|a, b| (&a.kind.name, closeness(b)).cmp(&(&b.kind.name, closeness(a))));
        found.dedup_by(|a, b| a.kind.name == b.kind.name);
        found
    }

    /// The workflows that a run of `script` finds by their name, in the order in which it looks through them.
    pub(crate) fn workflows_of(&self, script: Option<&Path>) -> Vec<&Saved> {
        let closeness =
            |saved: &Saved| self.closeness(saved.path.parent().filter(|folder| folder.ends_with(WORKFLOWS)), script);
        let mut found: Vec<&Saved> =
            self.workflows.iter().map(|saved| &**saved).filter(|saved| closeness(saved).is_some()).collect();
        found.sort_by(|a, b| closeness(b).cmp(&closeness(a)).then(a.path.cmp(&b.path)));
        found
    }

    /// The agent types, as the analysis of `script` wants to know them.
    pub(crate) fn agent_types(&self, script: Option<&Path>) -> Vec<analysis::AgentType> {
        let known = |kind: &AgentKind| analysis::AgentType {
            name: kind.name.clone(),
            tools: kind.tools.clone(),
            model: kind.model.clone(),
        };
        self.agents_of(script).into_iter().map(|agent| known(&agent.kind)).collect()
    }

    /// The workflows, as the analysis of `script` wants to know them: those that a run finds by name come first.
    pub(crate) fn known_workflows(&self, script: Option<&Path>) -> Vec<KnownWorkflow> {
        let by_name = self.workflows_of(script);
        let by_path_only = self.workflows.iter().filter(|saved| by_name.iter().all(|named| named.path != saved.path));
        let others = by_path_only.map(|saved| KnownWorkflow { by_path_only: true, ..saved.known.clone() });
        by_name.iter().map(|saved| saved.known.clone()).chain(others).collect()
    }

    /// Whether all is the same in both but what they know of the workflow saved at `path`. What is equal, but was read anew, is not the same.
    pub(crate) fn is_same_but_for(&self, path: &Path, other: &Self) -> bool {
        let Self { agents, workflows, home, prices, histories } = self;
        let same_agents = agents.iter().map(Arc::as_ptr).eq(other.agents.iter().map(Arc::as_ptr));
        let same_workflows = workflows.len() == other.workflows.len()
            && workflows.iter().zip(&other.workflows).all(|(a, b)| {
                // Under another name it is another one to all who look for it.
                Arc::ptr_eq(a, b) || a.path == path && b.path == path && a.name == b.name
            });
        let histories = || histories.iter().map(|(folder, history)| (folder, Arc::as_ptr(history)));
        same_agents
            && same_workflows
            && *home == other.home
            && *prices == other.prices
            && histories().eq(other.histories.iter().map(|(folder, history)| (folder, Arc::as_ptr(history))))
    }

    /// What an editor holds of the workflow saved at `path`, which may not be saved yet, and its place among the workflows. `None` where
    /// that is no news.
    pub(crate) fn news(&self, path: &Path, analysis: &Analysis) -> Option<(usize, Arc<Saved>)> {
        let at = self.workflows.iter().position(|saved| saved.path == path)?;
        let known = &self.workflows[at].known.script;
        let is_known = known.as_ref().is_some_and(|script| script.text == analysis.script.text);
        if is_known { None } else { Some((at, Arc::new(saved_as(path, analysis)?))) }
    }

    fn read_dot_claude(&mut self, folder: &Path) {
        let agent = |path: PathBuf| Some(Arc::new(AgentType { kind: AgentKind::read(&path)?, path }));
        self.agents.extend(AgentKind::files(&folder.join("agents")).into_iter().filter_map(agent));
        let scripts = entries(&folder.join("workflows")).into_iter().filter(|path| has_extension(path, "js"));
        self.workflows.extend(scripts.filter_map(|path| saved(&path).map(Arc::new)));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Goes through a folder in the order of names, as long as entries are `left` to look at. `visit` is given each with its name and whether it
/// is a folder, and says whether to go into it; other people's folders are passed over, and a link is no folder: it could lead back up.
fn walk(folder: &Path, left: &mut usize, visit: &mut dyn FnMut(&Path, &str, bool) -> bool) {
    for path in entries(folder) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_folder = path.is_dir() && !path.is_symlink();
        let passed_over = is_folder && OTHER_PEOPLES.contains(&name.as_ref());
        if !passed_over && visit(&path, &name, is_folder) && is_folder {
            walk(&path, left, visit);
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
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

/// What the runs made in `folder` tell of runs to come, and what a person should know of it.
pub(crate) fn learn(folder: &Path) -> (Arc<History>, Option<String>) {
    match runtime::history::learn(&folder.join(".callsheet").join("runs")) {
        Ok((history, note)) => (Arc::new(history), note),
        Err(error) => (Arc::default(), Some(format!("Nothing is learned from past runs: {error}"))),
    }
}

/// The folder or file behind an address, if it is one on this machine.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    uri.to_file_path().map(|path| path.into_owned())
}

/// Whether the declarations of a script's words lie beside it, for a TypeScript server to show.
pub(crate) fn has_types_beside(script: &Uri) -> bool {
    path_of(script).is_some_and(|path| path.with_file_name("workflow.d.ts").is_file())
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
        put(".claude/agents/review/security.md", "---\nname: guard\ndescription: Guards\n---\nYou are…");
        put(".claude/workflows/below/c.js", "export const meta = { name: 'below', description: 'x' }");
        put("sub/.claude/workflows/a.js", "// A\nexport const meta = { name: 'audit', description: 'Audits' }");
        put("sub/.claude/workflows/none.js", "let x");
        put("flows/b.workflow.js", "export const meta = { name: 'build' }");
        put("node_modules/c.workflow.js", "export const meta = { name: 'no' }");
        let found = Workspace::read(&[folder.path().to_path_buf()], None);
        let agents: Vec<_> = found.agents.iter().map(|a| (a.kind.name.as_str(), a.kind.description.as_str())).collect();
        assert_eq!(agents, [("guard", "Guards"), ("plain", ""), ("sharp-critic", "Finds faults")]);
        let script = folder.path().join("sub/.claude/workflows/a.js");
        assert_eq!(found.agents_of(Some(&script)).len(), 3, "a folder below is found from wherever the others are");
        let workflows: Vec<_> = found.workflows.iter().map(|w| (w.name.as_str(), w.line)).collect();
        assert_eq!(workflows, [("audit", 1), ("build", 0)]);
    }

    #[test]
    fn a_script_finds_what_lies_above_it_the_closest_first() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let workflow = |name: &str| format!("export const meta = {{ name: '{name}', description: 'x' }}");
        put("home/.claude/agents/mine.md", "---\nname: mine\n---\nYou are…");
        put("repo/.claude/agents/critic.md", "---\nname: critic\nmodel: opus\n---\nYou are…");
        put("repo/.claude/workflows/audit.js", &workflow("audit"));
        put("repo/sub/.claude/agents/critic.md", "---\nname: critic\nmodel: haiku\n---\nYou are…");
        put("repo/sub/.claude/workflows/audit.js", &workflow("audit"));
        put("repo/other/.claude/workflows/audit.js", &workflow("audit"));
        put("repo/sub/flows/build.workflow.js", &workflow("build"));
        // What lies above the folder that is open is read, too.
        let open = [folder.path().join("repo/sub"), folder.path().join("repo/other")];
        let found = Workspace::read(&open, Some(&folder.path().join("home")));
        let seen = |script: &str| {
            let script = folder.path().join(script);
            let models = found.agents_of(Some(&script)).into_iter();
            let models: Vec<_> =
                models.map(|a| format!("{}: {}", a.kind.name, a.kind.model.clone().unwrap_or_default())).collect();
            let paths = found.workflows_of(Some(&script)).into_iter();
            let paths: Vec<_> = paths
                .map(|w| {
                    w.path.strip_prefix(folder.path()).unwrap().iter().nth(1).unwrap().to_string_lossy().into_owned()
                })
                .collect();
            format!("{} | {}", models.join(", "), paths.join(", "))
        };
        assert_eq!(seen("repo/sub/flows/build.workflow.js"), "critic: haiku, mine:  | sub, .claude");
        assert_eq!(seen("repo/other/.claude/workflows/audit.js"), "critic: opus, mine:  | other, .claude");
        let known = found.known_workflows(Some(&folder.path().join("repo/sub/flows/build.workflow.js")));
        let by_path: Vec<_> = known.iter().filter(|w| w.by_path_only).map(|w| w.name.as_str()).collect();
        assert_eq!(by_path, ["audit", "build"], "that of the folder beside, and what lies in no `.claude`");
    }

    #[test]
    fn only_what_an_edit_changes_is_made_anew() {
        let saved = |name: &str| {
            let text = format!("export const meta = {{ name: '{name}', description: 'x' }}\n");
            let path = PathBuf::from(format!("/p/{name}.workflow.js"));
            Arc::new(saved_as(&path, &analysis::analyze(text, &Context::default())).unwrap())
        };
        let before = Workspace { workflows: vec![saved("a"), saved("b")], ..Workspace::default() };
        let edited = |text: &str| analysis::analyze(text, &Context::default());
        let path = Path::new("/p/b.workflow.js");
        assert_eq!(before.news(path, &edited("export const meta = { name: 'b', description: 'x' }\n")), None);
        assert_eq!(before.news(path, &edited("export const meta = {")), None, "it keeps the name it had");
        let (at, fresh) = before.news(path, &edited("export const meta = { name: 'c' }")).unwrap();
        let mut after = before.clone();
        after.workflows[at] = fresh;
        assert_eq!(after.workflows[1].name, "c");
        assert!(Arc::ptr_eq(&before.workflows[0], &after.workflows[0]), "the others are not copied");
    }
}
