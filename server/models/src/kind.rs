//! Kinds of agents, as files describe them: `.claude/agents/**/*.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where, under a project's folder, kinds of agents are kept.
const FOLDER: &str = ".claude/agents";

/// Folders of kinds that are looked into; far more than anybody keeps.
const MOST_FOLDERS: usize = 500;

/// A kind of agent: what `agentType` names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentKind {
    /// Its name.
    pub name: String,
    /// Its own words: when to use it.
    pub description: String,
    /// Its model, where a call names none.
    pub model: Option<String>,
    /// Its effort, where a call names none.
    pub effort: Option<String>,
    /// The tools it may use; `None` for all.
    pub tools: Option<Vec<String>>,
    /// Its system prompt: the text below the front matter.
    pub prompt: String,
}

impl AgentKind {
    /// The kinds a script in `folder` can name: those of the folders above it, the closest first, then those of `home`.
    pub fn read_all(folder: &Path, home: Option<&Path>) -> Vec<Self> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut kinds: Vec<Self> = Vec::new();
        for place in folder.ancestors().chain(home) {
            for kind in Self::files(&place.join(FOLDER)).iter().filter_map(|path| Self::read(path)) {
                if kinds.iter().all(|known| known.name != kind.name) {
                    kinds.push(kind);
                }
            }
        }
        kinds
    }

    /// The files in `folder`, a `.claude/agents`, and in the folders below it, in the order of their paths. What they are called says nothing
    /// of a kind that has a name of its own.
    pub fn files(folder: &Path) -> Vec<PathBuf> {
        fn search(folder: &Path, seen: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) {
            // Links may lead back up.
            let Some(real) =
                fs::canonicalize(folder).ok().filter(|real| seen.len() < MOST_FOLDERS && !seen.contains(real))
            else {
                return;
            };
            seen.push(real);
            for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.is_dir() { search(&path, seen, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        search(folder, &mut Vec::new(), &mut found);
        found.sort();
        found
    }

    /// The kind a file describes; `None` where it is none: no Markdown, or not readable.
    pub fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok().filter(|_| path.extension().is_some_and(|e| e == "md"))?;
        let stem = path.file_stem()?.to_string_lossy().into_owned();
        Some(Self::parse(&text, stem))
    }

    /// Reads a file: fields between two lines of dashes, and the prompt below.
    fn parse(text: &str, stem: String) -> Self {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let split = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---"));
        let (head, prompt) = split.unwrap_or(("", &text));
        let field = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(unquoted(line)).filter(|value| !value.is_empty())
        };
        Self {
            name: field("name").unwrap_or(stem),
            description: field("description").unwrap_or_default(),
            model: field("model").filter(|model| model != "inherit"),
            effort: field("effort"),
            tools: field("tools").map(|tools| list(&tools)).or_else(|| items(head, "tools")),
            prompt: prompt.trim_start_matches('-').trim().to_owned(),
        }
    }
}

/// `a, b` or `[a, b]`.
fn list(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    text.split(',').map(unquoted).filter(|item| !item.is_empty()).collect()
}

/// The lines `- a` below `name:`.
fn items(head: &str, name: &str) -> Option<Vec<String>> {
    let mut lines = head.lines().skip_while(|line| line.trim_end() != format!("{name}:"));
    lines.next()?;
    Some(lines.map_while(|line| Some(unquoted(line.trim_start().strip_prefix("- ")?))).collect())
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_describes_a_kind() {
        let text = "---\nname: judge\ndescription: \"Judges\"\nmodel: opus\neffort: high\ntools: Read, Grep\n---\n\nYou judge.\n---\nStrictly.\n";
        let kind = AgentKind::parse(text, "file".into());
        let tools = Some(vec!["Read".to_owned(), "Grep".to_owned()]);
        let expected = AgentKind {
            name: "judge".into(),
            description: "Judges".into(),
            model: Some("opus".into()),
            effort: Some("high".into()),
            tools: tools.clone(),
            prompt: "You judge.\n---\nStrictly.".into(),
        };
        assert_eq!(kind, expected);
        let listed =
            AgentKind::parse("---\r\nmodel: inherit\r\ntools:\r\n  - Read\r\n  - \"Grep\"\r\n---\r\nX", "file".into());
        assert_eq!(listed, AgentKind { name: "file".into(), tools, prompt: "X".into(), ..AgentKind::default() });
        assert_eq!(AgentKind::parse("Just words.", "file".into()).prompt, "Just words.");
    }

    #[test]
    fn folders_below_are_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let agents = folder.path().join(".claude/agents");
        for (at, text) in [
            ("review/deep/security.md", "---\nname: guard\n---\nYou guard."),
            ("review/notes.txt", ""),
            ("plain.md", "Plain."),
        ] {
            let path = agents.join(at);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&agents, agents.join("review/back")).unwrap();
        let kinds = AgentKind::read_all(folder.path(), None);
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(names, ["plain", "guard"]);
    }

    #[test]
    fn the_closest_of_a_name_counts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |at: &str, text: &str| {
            let path = folder.path().join(at);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(".claude/agents/a.md", "far");
        write(".claude/agents/b.md", "far too");
        write("deep/.claude/agents/a.md", "near");
        let kinds = AgentKind::read_all(&folder.path().join("deep"), None);
        let found: Vec<(&str, &str)> = kinds.iter().map(|k| (k.name.as_str(), k.prompt.as_str())).collect();
        assert!(found.starts_with(&[("a", "near"), ("b", "far too")]), "{found:?}");
    }
}
