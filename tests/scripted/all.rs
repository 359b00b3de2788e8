//! Many cases at a time, one verdict.

use std::{
    collections::BTreeMap,
    env,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::case::Case;

/// How many cases run at a time. Each has a sandbox process of its own and most of them wait, so a few more than cores.
const AT_ONCE: usize = 4;

/// Runs `attempt` for every case and fails with everything it found wrong. `CASE=text` in the environment picks the
/// cases whose name has that text.
pub(crate) fn all(cases: &[Case], attempt: impl Fn(&Case) -> Vec<String> + Sync) {
    let wanted = env::var("CASE").unwrap_or_default();
    let cases: Vec<&Case> = cases.iter().filter(|case| case.name.contains(&wanted)).collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = attempt(case);
                    if !found.is_empty() {
                        wrong.lock().expect("no holder panics").insert(&case.name, found.join("\n  "));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no holder panicked");
    let listed: String = wrong.iter().map(|(name, why)| format!("\n{name}\n  {why}\n")).collect();
    assert!(wrong.is_empty(), "{} of {} cases failed:\n{listed}", wrong.len(), cases.len());
}
