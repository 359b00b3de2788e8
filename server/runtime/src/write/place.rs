//! Where a script that was written is saved.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use analysis::Analysis;

/// Where a script of this name is found by those who look for workflows in `project`, and where nothing is yet: in `.claude/workflows` where there
/// is such a folder, else beside everything as `NAME.workflow.js`. The path begins at `project`.
pub fn free(project: &Path, analysis: &Analysis) -> PathBuf {
    let name = analysis.script.meta.as_ref().and_then(|meta| meta.name.as_ref()).map_or("", |name| &name.value);
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    let plain = if plain.is_empty() { "workflow" } else { plain };
    let workflows = Path::new(".claude/workflows");
    let named = |name: &str| match project.join(workflows).is_dir() {
        true => workflows.join(format!("{name}.js")),
        false => PathBuf::from(format!("{name}.workflow.js")),
    };
    let further = (2..).map(|n| format!("{plain}-{n}"));
    let mut names = std::iter::once(plain.to_owned()).chain(further).map(|name| named(&name));
    names.find(|path| !project.join(path).exists()).unwrap_or_else(|| named(plain))
}

/// Writes a script to `path`, in a folder that is made where it is not there. One that is there is replaced only if that is wanted.
///
/// # Errors
///
/// When it cannot be written, or another is there.
pub fn save(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).create_new(!replace).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_script_goes_where_workflows_are_and_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path();
        let of = |name: &str| {
            let text = format!("export const meta = {{ name: '{name}', description: 'x' }}\n");
            free(project, &analysis::analyze(text, &analysis::Context::default())).display().to_string()
        };
        assert_eq!(of("a/../b c"), "a----b-c.workflow.js");
        assert_eq!(of("/"), "workflow.workflow.js");
        fs::create_dir_all(project.join(".claude/workflows")).unwrap();
        assert_eq!(of("audit"), ".claude/workflows/audit.js");
        fs::write(project.join(".claude/workflows/audit.js"), "").unwrap();
        assert_eq!(of("audit"), ".claude/workflows/audit-2.js");
    }
}
