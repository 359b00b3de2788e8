//! Kinds of agents, as files describe them: `.claude/agents/*.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where, under a project's folder, kinds of agents are kept.
const FOLDER: &str = ".claude/agents";

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
            let entries = fs::read_dir(place.join(FOLDER)).into_iter().flatten().flatten();
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            paths.sort();
            for kind in paths.iter().filter_map(|path| Self::read(path)) {
                if kinds.iter().all(|known| known.name != kind.name) {
                    kinds.push(kind);
                }
            }
        }
        kinds
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
