//! The workflows a script can call, read so that their agents are counted.

use std::{fs, path::Path};

use analysis::{Analysis, Context, KnownWorkflow, plan::Setting};

use crate::files::Source;

/// Analyses a script together with the saved workflows it calls.
pub(crate) fn analyze(source: &Source, context: &Context) -> Analysis {
    let mut context = context.clone();
    let path = Path::new(&source.path);
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

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn text(file: &Path) -> Option<String> {
    fs::read_to_string(file).ok()
}
