//! Which texts are workflow scripts. All other JavaScript is none of our business.

use super::scan;
use crate::vocabulary;

/// Whether `text`, kept at `path` where that is known, is a workflow script: by its path, or by `export const meta = {` and a call of a
/// primitive.
pub fn is_workflow(path: Option<&str>, text: &str) -> bool {
    path.is_some_and(is_workflow_path) || is_workflow_text(text)
}

/// Whether a path (or the path of a URI) names a workflow script: `**/.claude/workflows/*.js`, `*.workflow.js`.
pub fn is_workflow_path(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let folder = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    name.len() > ".workflow.js".len() && name.ends_with(".workflow.js")
        || name.len() > ".js".len() && name.ends_with(".js") && folder == ("workflows", ".claude")
}

fn is_workflow_text(text: &str) -> bool {
    if !text.contains("meta") || text.len() > super::MAX_BYTES {
        return false;
    }
    let tokens = scan::tokens(text);
    let words = |i: usize, expected: &[&str]| {
        let found = tokens.iter().skip(i).map(|t| t.text(text));
        found.take(expected.len()).eq(expected.iter().copied())
    };
    let meta = (0..tokens.len()).any(|i| words(i, &["export", "const", "meta", "=", "{"]));
    let before = |i: usize| i.checked_sub(1).map(|b| tokens[b].text(text)).unwrap_or_default();
    // A name the file declares or imports is not the dialect's.
    let own = |name: &str| {
        let import = tokens.iter().position(|t| t.text(text) == "import").unwrap_or(tokens.len());
        let imports = tokens.iter().rposition(|t| t.text(text) == "from").unwrap_or(0);
        (0..tokens.len()).any(|i| {
            let declared = matches!(before(i), "function" | "const" | "let" | "var" | "class");
            tokens[i].text(text) == name && (declared || (import..imports).contains(&i))
        })
    };
    let call = |i: usize| {
        let name = tokens[i].text(text);
        let free = !matches!(before(i), "." | "?.");
        free && vocabulary::RECOGNIZED_BY.contains(&name) && words(i + 1, &["("]) && !own(name)
    };
    meta && (0..tokens.len()).any(call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_workflows() {
        assert!(is_workflow_path("/home/a/.claude/workflows/audit.js"));
        assert!(is_workflow_path("file:///c:/x/review.workflow.js"));
        assert!(is_workflow_path("C:\\x\\.claude\\workflows\\a.js"));
        assert!(!is_workflow_path("/home/a/.claude/workflows/lib/audit.js"));
        assert!(!is_workflow_path("/home/a/workflow.js"));
        assert!(!is_workflow_path("/home/a/workflows/audit.js"));
    }

    #[test]
    fn content_needs_meta_and_a_call_outside_text() {
        let meta = "export const meta = { name: 'a' };\n";
        assert!(is_workflow(None, &format!("{meta}await agent('x')")));
        assert!(is_workflow(None, &format!("// a note\n{meta}log(`${{await parallel(jobs)}}`)")));
        assert!(!is_workflow(None, meta), "a page's metadata");
        assert!(!is_workflow(None, &format!("{meta}const s = \"agent('x')\"")), "in a string");
        assert!(!is_workflow(None, &format!("{meta}// agent('x')")), "in a comment");
        assert!(!is_workflow(None, &format!("{meta}audio.phase('x')")), "a method");
        assert!(!is_workflow(None, &format!("import {{ agent }} from './x'\n{meta}agent('x')")), "another agent");
        assert!(!is_workflow(None, "const t = `export const meta = {`; agent('x')"), "in a template");
    }
}
