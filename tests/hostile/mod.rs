//! Scripts that mean harm: each ends soon after its limit with one clear error, or does no harm at all.

use std::path::{Path, PathBuf};

use super::scripted::case;

/// The folder of the cases: the project the scripts run in.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile/cases")
}

#[test]
fn every_case_says_what_must_come_of_it() {
    assert!(case::read_all(&folder()).len() > 130);
}
