//! `kill -9` of the scheduler or the sandbox wherever the journal happens to be: resumed, the run comes to the same
//! result, no finished call is asked again (counted at a server on loopback), and the journals are sound.
//!
//! `KILLS=1000 cargo test -p callsheet --test all kill` for the full number; without it a small one.

pub(crate) mod process;
mod trial;

use std::{
    env,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use runtime::runs;

use crate::scripted::{
    case::{self, Case},
    run::run,
};
use trial::Trial;

/// Kills where nobody asks for another number.
const FEW: usize = 24;

/// Trials at a time. They mostly wait.
const AT_ONCE: usize = 3;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kill/cases")
}

#[test]
fn a_killed_run_resumes_to_the_same_result_and_pays_for_nothing_twice() {
    let kills: usize = env::var("KILLS").map_or(FEW, |text| text.parse().expect("KILLS is a number"));
    let cases = case::read_all(&folder());
    let lines: Vec<u64> = cases.iter().map(undisturbed).collect();
    let next = AtomicUsize::new(0);
    let count = AtomicUsize::new(0);
    let killers = || {
        while count.load(Ordering::Relaxed) < kills {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let at = number % cases.len();
            let trial = Trial::new(&cases[at], lines[at], number as u64);
            count.fetch_add(trial.run(), Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for killer in (0..AT_ONCE).map(|_| scope.spawn(killers)).collect::<Vec<_>>() {
            if let Err(panic) = killer.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    println!("{} kills in {} trials", count.into_inner(), next.into_inner());
}

/// Lines of the journal of a run that nobody kills.
fn undisturbed(case: &Case) -> u64 {
    let runs = tempfile::tempdir().expect("a folder");
    let outcome = run(case, &folder(), runs.path());
    assert_eq!(outcome.check(case), Vec::<String>::new(), "{}", case.name);
    let run = runs::list(runs.path()).expect("a readable folder").remove(0);
    runs::open(runs.path(), &run).expect("a journal").recording.events.len() as u64
}
