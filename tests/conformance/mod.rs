//! The dialect, case by case. The numbers are those of the list of conformance cases the dialect's implementations share, of which 1 to 66
//! concern a runtime. A script in `cases/` begins with its number and says what it shows and what must come of it; [`ACTED`] names the tests of
//! those that take more than a script.

mod journal;
mod resume;
mod steering;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::scripted::{all::all, case, run::run};

/// The folder of the cases: the project the scripts run in, with saved workflows of its own.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/cases")
}

/// A test by its function.
type Test = fn();

/// Cases in which somebody acts while the script runs, or between two runs, by number.
const ACTED: &[(u32, &[Test])] = &[
    (25, &[steering::a_skipped_agent_gives_null_at_once, steering::a_queued_agent_that_is_skipped_never_leaves]),
    (47, &[resume::cached_agents_take_nothing_from_the_budget]),
    (49, &[resume::what_an_earlier_run_spent_is_not_in_the_budget_of_the_next]),
    (
        54,
        &[
            resume::an_edited_call_is_asked_again_and_only_that,
            resume::by_the_prefix_rule_everything_after_an_edit_runs_again,
        ],
    ),
    (
        55,
        &[
            resume::labels_phases_and_places_do_not_matter,
            resume::model_effort_and_schema_do,
            resume::what_depends_on_an_edited_call_is_asked_again,
            resume::where_names_count_a_renamed_call_is_asked_again,
        ],
    ),
    (56, &[resume::a_call_that_failed_is_asked_again]),
    (57, &[resume::the_same_script_asks_nothing_again, resume::in_a_fan_out_neighbours_keep_their_answers]),
    (58, &[resume::in_a_fan_out_neighbours_keep_their_answers, resume::the_same_prompt_twice_is_two_calls]),
    (59, &[journal::a_run_that_is_not_there_is_not_resumed, journal::a_run_under_way_is_not_resumed]),
    (
        60,
        &[
            journal::every_call_has_a_line_before_it_leaves_and_one_when_it_is_back,
            journal::a_line_that_was_cut_off_costs_only_itself,
        ],
    ),
    (61, &[journal::a_line_that_was_changed_is_found_and_named, journal::a_line_that_is_missing_is_found]),
    (63, &[steering::a_stop_ends_whatever_the_script_does]),
    (66, &[journal::a_large_result_is_kept_whole]),
];

#[test]
fn every_case_that_concerns_a_runtime_has_a_test() {
    let scripts = case::read_all(&folder()).into_iter().map(|case| case.file[..2].parse().expect("a number first"));
    let acted = ACTED.iter().filter(|(_, tests)| !tests.is_empty()).map(|(number, _)| *number);
    let shown: BTreeSet<u32> = scripts.chain(acted).collect();
    assert_eq!(shown, (1..=66).collect());
}

#[test]
fn every_case_comes_out_as_it_says() {
    let cases = case::read_all(&folder());
    assert!(cases.len() > 150, "cases are missing");
    let runs = tempfile::tempdir().expect("a folder for runs");
    all(&cases, |case| run(case, &folder(), runs.path()).check(case));
}
