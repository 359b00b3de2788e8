//! Scripts that mean harm: each ends soon after its limit with one clear error, or does no harm at all.

mod fence;
mod inheritance;
mod nested;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::scripted::{
    all::all,
    case::{self, Case},
    run::run,
};

/// The folder of the cases: the project the scripts run in.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile/cases")
}

/// How long after its limit of time a run may still take to end.
const GRACE: Duration = Duration::from_secs(2);

/// How long a run may take that has no limit of time.
const MOST: Duration = Duration::from_secs(20);

#[test]
fn every_case_ends_soon_with_one_clear_error_and_harms_nobody() {
    let cases = case::read_all(&folder());
    assert!(cases.len() > 140, "cases are missing");
    let runs = tempfile::tempdir().expect("a folder for runs");
    all(&cases, |case| {
        let outcome = run(case, &folder(), runs.path());
        let mut wrong = outcome.check(case);
        let limit = case.limits.iter().filter(|(_, of)| of.starts_with("ms")).map(|(ms, _)| *ms).max();
        let most = limit.map_or(MOST, |ms| Duration::from_millis(ms) + GRACE);
        if outcome.took > most {
            wrong.push(format!("it took {:?}, which is more than {most:?}", outcome.took));
        }
        let next = run(&honest(), &folder(), runs.path());
        wrong.extend(next.check(&honest()).into_iter().map(|why| format!("the next run: {why}")));
        wrong
    });
}

/// A script that means well.
fn honest() -> Case {
    let text = "// honest\n// expect: [\"re: a\", \"re: b\"]\nexport const meta = { name: \"honest\", description: \"d\" };\n\
                return parallel([() => agent(\"a\"), () => agent(\"b\")]);\n";
    case::parse_file("honest", text).expect("a good header").remove(0)
}
