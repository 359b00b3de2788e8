//! The dialect, case by case: each script in `cases/` says what it shows and what must come of it. The numbers are
//! those of the list of conformance cases the dialect's implementations share.

use std::path::{Path, PathBuf};

use super::scripted::case;

/// The folder of the cases: the project the scripts run in, with saved workflows of its own.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/cases")
}

#[test]
fn every_case_says_what_must_come_of_it() {
    assert!(case::read_all(&folder()).len() > 150);
}
