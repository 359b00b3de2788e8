//! Which texts are workflow scripts, and what their address and comments tell of them.

use std::{path::Path, sync::Arc};

use analysis::{Context, estimate::Assumptions, lint, prices::OwnPrices, script, units::Usd};
use models::{Names, Provider};
use tower_lsp::ls_types::Uri;

use crate::{
    settings::Settings,
    workspace::{Workspace, path_of},
};

/// Whether the text at `uri` is a workflow script: by its path, by a glob of the settings, or by what it says.
pub(crate) fn is_workflow(uri: &Uri, text: &str, globs: &[String]) -> bool {
    let path = uri.path().as_str();
    globs.iter().any(|glob| matches(glob, path)) || script::is_workflow(Some(path), text)
}

/// Whether a text that was a workflow before its last edit may be on its way to being one again.
pub(crate) fn may_become_one(text: &str) -> bool {
    text.contains("meta")
}

/// What the folder a script is written for, the settings and the workspace tell the analysis; it has no name yet.
pub(crate) fn context_in(folder: &Path, settings: &Settings, workspace: &Workspace) -> Context {
    context_of(Some(&folder.join(".claude/workflows/new.js")), None, settings, workspace)
}

/// What the address of a script, the settings and the workspace tell the analysis.
pub(crate) fn context(uri: &Uri, settings: &Settings, workspace: &Workspace) -> Context {
    let file_name = uri.path().as_str().rsplit('/').next().map(Into::into);
    context_of(path_of(uri).as_deref(), file_name, settings, workspace)
}

/// Agent types and workflows that were not found are taken for not looked for: they may be a plugin's, or another machine's.
fn context_of(path: Option<&Path>, file_name: Option<String>, settings: &Settings, workspace: &Workspace) -> Context {
    let (agent_types, workflows) = (workspace.agent_types(path), workspace.known_workflows(path));
    Context {
        file_name,
        path: path.map(|path| path.display().to_string()),
        profile: settings.profile,
        max_agents: settings.max_agents,
        settings: lint::Settings {
            levels: settings.rules.clone(),
            size_guideline: settings.size_guideline,
            cost_ceiling: settings.cost_ceiling.map(Usd),
        },
        agent_types: (!agent_types.is_empty()).then_some(agent_types),
        workflows: (!workflows.is_empty()).then_some(workflows),
        assumptions: Assumptions {
            history: workspace.history(path),
            provider: Provider::asked(&settings.model).map(str::to_owned),
            ..assumptions(settings, workspace)
        },
        ..Context::default()
    }
}

/// What estimates take for granted.
pub(crate) fn assumptions(settings: &Settings, workspace: &Workspace) -> Assumptions {
    let (concurrency, prices) = (settings.at_once(), prices(settings, workspace));
    let mut assumptions = Assumptions { concurrency, prices, ..Assumptions::default() };
    if let Ok(run) = settings.model.parse() {
        Names::new(run, settings.aliases.clone()).tell(&mut assumptions);
    }
    assumptions
}

/// The person's own prices: those of the settings, then those of the file.
pub(crate) fn prices(settings: &Settings, workspace: &Workspace) -> Arc<OwnPrices> {
    Arc::new(settings.prices.clone().or(&workspace.prices))
}

/// Whether `path` matches `glob`, in which `**` stands for any folders, `*` for anything within a name and `?` for one character.
/// A glob that does not begin at the root may begin anywhere.
fn matches(glob: &str, path: &str) -> bool {
    let anywhere = format!("**/{glob}");
    let glob = if glob.starts_with(['/', '*']) { glob } else { &anywhere };
    let (glob, path) = (glob.trim_start_matches('/'), path.trim_start_matches('/'));
    folders(&glob.split('/').collect::<Vec<_>>(), &path.split('/').collect::<Vec<_>>())
}

fn folders(glob: &[&str], path: &[&str]) -> bool {
    match (glob, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| folders(rest, &path[skipped..])),
        ([first, rest @ ..], [name, below @ ..]) => {
            name_matches(first.as_bytes(), name.as_bytes()) && folders(rest, below)
        }
        _ => false,
    }
}

fn name_matches(glob: &[u8], name: &[u8]) -> bool {
    match (glob, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skipped| name_matches(rest, &name[skipped..])),
        ([b'?', rest @ ..], [_, below @ ..]) => name_matches(rest, below),
        ([a, rest @ ..], [b, below @ ..]) => a == b && name_matches(rest, below),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_or_the_text_tells() {
        let is = |uri: &str, text| is_workflow(&uri.parse().unwrap(), text, &["flows/*.mjs".into()]);
        assert!(is("file:///p/.claude/workflows/a.js", ""));
        assert!(is("file:///p/a.workflow.js", ""));
        assert!(is("file:///p/flows/a.mjs", ""));
        assert!(is("untitled:Untitled-1", "export const meta = {}\nawait agent('x')"));
        assert!(!is("file:///p/src/a.js", "export const meta = {}\nexport default agents"));
        assert!(!is("file:///p/src/a.js", "// export const meta\nagent('x')"));
        assert!(!is("file:///p/.claude/workflows/deep/a.js", "let x"));
    }
}
