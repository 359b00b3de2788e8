//! The dialect, case by case: each script in `cases/` says what it shows and what must come of it. The numbers are
//! those of the list of conformance cases the dialect's implementations share.

mod journal;
mod resume;
mod steering;

use std::path::{Path, PathBuf};

use super::scripted::{all::all, case, run::run};

/// The folder of the cases: the project the scripts run in, with saved workflows of its own.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/cases")
}

#[test]
fn every_case_comes_out_as_it_says() {
    let cases = case::read_all(&folder());
    assert!(cases.len() > 150, "cases are missing");
    let runs = tempfile::tempdir().expect("a folder for runs");
    all(&cases, |case| run(case, &folder(), runs.path()).check(case));
}
