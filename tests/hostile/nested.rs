//! A limit that a saved workflow hits is told with that workflow's name and line.

use runtime::{RunError, Status};

use crate::{
    cli::folder,
    scripted::{case, run},
};

/// How a run ends whose saved workflow `harm` has this body.
fn ended(body: &str) -> RunError {
    let harm = format!("export const meta = {{ name: 'harm', description: 'd' }};\nconst on = args;\n{body}\n");
    let folder = folder(&[(".claude/workflows/harm.js", &harm)]);
    let text = "// calls\n// limits: 64 MiB, 400 ms slice\n// expect: null\n\
                export const meta = { name: 'calls', description: 'd' };\nreturn workflow('harm');\n";
    let case = case::parse_file("calls", text).expect("a good header").remove(0);
    let spec = run::spec(&case, folder.path(), &folder.path().join("runs"));
    let model = std::sync::Arc::new(models::Simulated::new(1));
    let outcome = run::TOKIO.block_on(async { runtime::start(spec, model).expect("it starts").wait().await });
    assert_eq!(outcome.status, Status::Failed);
    outcome.error.expect("a reason")
}

#[test]
fn a_limit_hit_in_a_saved_workflow_is_told_with_its_name_and_line() {
    for (body, said) in [
        ("return 'x'.repeat(2 ** 29)", "64 MiB"),
        ("return [...'ab'.repeat(1e8)].length", "64 MiB"),
        ("for (;;);", "400 ms"),
        ("return /^(a+)+$/.test('a'.repeat(40) + 'b')", "400 ms"),
    ] {
        let error = ended(body);
        assert!(error.message.contains(said), "{body}: {error:?}");
        assert_eq!(
            (error.at.map(|at| at.line), error.workflow.as_deref()),
            (Some(3), Some("harm")),
            "{body}: {error:?}"
        );
    }
}
