//! The workflows a script can call, read so that their agents are counted.

use std::{fs, path::Path};

use analysis::{AgentType, Analysis, Context, KnownWorkflow, plan::Setting};

use crate::files::Source;

/// Analyses a script together with the saved workflows it calls.
pub(crate) fn analyze(source: &Source, context: &Context) -> Analysis {
    let mut context = context.clone();
    let path = Path::new(&source.path);
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    context.path = Some(shown(&absolute));
    if source.text.contains("agentType") || source.text.contains("workflow") {
        let folder = absolute.parent().unwrap_or(path);
        let kinds = models::AgentKind::read_all(folder, std::env::home_dir().as_deref());
        // As below.
        context.agent_types = (!kinds.is_empty()).then(|| kinds.into_iter().map(known).collect());
    }
    if source.text.contains("workflow") {
        let files = runtime::saved_workflows(path, runtime::personal_workflows());
        let known: Vec<KnownWorkflow> =
            files.iter().filter_map(|file| KnownWorkflow::read_for(&source.text, &shown(file), text(file)?)).collect();
        // None found is none looked for: they may be a plugin's, or on another machine.
        context.workflows = (!known.is_empty()).then_some(known);
    }
    let analysis = analysis::analyze(source.text.as_str(), &context);
    // Files named by their path can lie anywhere.
    let named =
        analysis.plan.workflows.iter().filter(|call| call.missing.is_some()).filter_map(|call| match &call.name {
            Setting::Known(name) if name.ends_with(".js") => {
                let file = runtime::workflow_at(path, name);
                KnownWorkflow::read(&shown(&file), text(&file)?)
            }
            _ => None,
        });
    let named: Vec<KnownWorkflow> = named.collect();
    if named.is_empty() {
        return analysis;
    }
    context.workflows.get_or_insert_default().extend(named);
    analysis::analyze(source.text.as_str(), &context)
}

fn known(kind: models::AgentKind) -> AgentType {
    AgentType { name: kind.name, tools: kind.tools, model: kind.model }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn text(file: &Path) -> Option<String> {
    fs::read_to_string(file).ok()
}
