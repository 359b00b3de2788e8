use std::{fs, path::Path, sync::Arc, thread};

use analysis::estimate::Schema;
use models::Simulated;

use super::*;
use crate::{RunSpec, SandboxCommand, journal, runs, start};

const BODY: &str = "export const meta = { name: 'test', description: 'A test' };\n\
    phase('Look');\n\
    const found = await agent('Find it.', { label: 'find', model: 'haiku', schema: { type: 'object', properties: { a: { type: 'string' } } } });\n\
    await parallel([1, 2, 3].map((n) => () => agent(`Read part ${n} of a thing so long that its name is cut.`)));\n\
    return found";

/// A run in `folder`; one that is not simulated is, in truth, but says otherwise.
async fn ran(folder: &Path, simulated: bool, seed: u64) -> RunId {
    let mut spec = RunSpec::new(folder.join("test.js"), BODY, folder.join("runs"));
    spec.sandbox = SandboxCommand::Thread;
    spec.provider = Some("anthropic".into());
    spec.price = Some(Arc::new(analysis::estimate::would_cost));
    spec.simulated = simulated;
    spec.seed = seed;
    start(spec, Arc::new(Simulated::new(seed))).unwrap().wait().await.run
}

fn all(folder: &Path) -> (Vec<PastRun>, Option<String>) {
    let history = read(&folder.join("runs"), Wanted::default()).unwrap();
    (history.runs, history.note)
}

/// The names of the `newest` runs before another.
fn newest(folder: &Path, newest: Option<usize>, before: Option<&RunId>) -> Vec<RunId> {
    let history = read(&folder.join("runs"), Wanted { newest, before }).unwrap();
    history.runs.into_iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn the_newest_are_given_of_all_or_of_those_before_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut runs = Vec::new();
    for seed in 0..4 {
        runs.push(ran(folder, false, seed).await);
    }
    assert_eq!(newest(folder, None, None), runs);
    assert_eq!(newest(folder, Some(2), None), runs[2..]);
    assert_eq!(newest(folder, Some(2), Some(&runs[3])), runs[1..3], "what the newest two were as the last began");
    assert_eq!(newest(folder, Some(2), Some(&runs[0])), []);
}

#[tokio::test]
async fn the_index_tells_what_the_journals_tell() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!((all(folder), path(&folder.join("runs")).exists()), ((vec![], None), false), "no runs, no file");
    let first = ran(folder, false, 1).await;
    let second = ran(folder, true, 2).await;
    let (found, note) = all(folder);
    assert_eq!((found.iter().map(|run| &run.id).collect::<Vec<_>>(), note), (vec![&first, &second], None));
    assert_eq!(found.iter().map(|run| run.simulated).collect::<Vec<_>>(), [false, true]);
    for run in &found {
        let state = runs::open(&folder.join("runs"), &run.id).unwrap().state();
        assert_eq!((run.status, run.ms), (Some(Status::Ok), state.ms));
        assert_eq!(run.calls.iter().map(|call| call.usage).sum::<Usage>(), state.totals.usage);
        assert_eq!(run.calls.iter().map(|call| call.unpriced).sum::<u64>(), state.totals.unpriced);
    }
    let [find, read, ..] = &found[0].calls[..] else { panic!("four calls") };
    assert_eq!(
        (find.asked.label.as_str(), find.asked.head.as_str(), find.asked.model.as_deref()),
        ("find", "Find it.", Some("haiku"))
    );
    assert_eq!((find.asked.phase.as_deref(), find.progress), (Some("Look"), Progress::Done));
    assert_eq!(find.asked.schema.value().unwrap()["properties"]["a"]["type"], "string");
    assert!(find.ms.is_some() && find.usd.0 > 0.0, "{find:?}");
    assert_eq!(
        (read.asked.head.as_str(), &read.asked.schema),
        ("Read part 1 of a thing so long that its…", &Schema::None)
    );
    assert_eq!(newest(folder, Some(0), None), []);
}

#[tokio::test]
async fn it_grows_with_a_journal_and_forgets_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let id = ran(folder, false, 1).await;
    let file = folder.join("runs").join(id.as_str()).join(journal::FILE_NAME);
    let whole = fs::read_to_string(&file).unwrap();
    let (before, _) = all(folder);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    fs::write(&file, lines[..lines.len() - 3].concat()).unwrap();
    let (cut, _) = all(folder);
    assert_eq!(cut[0].status, None);
    assert!(cut[0].calls.iter().any(|call| !call.progress.is_over()));
    fs::write(&file, whole).unwrap();
    assert_eq!(all(folder).0, before);
    crate::prune::remove(&folder.join("runs"), &id).unwrap();
    assert_eq!(all(folder).0, []);
}

#[tokio::test]
async fn it_can_be_removed_and_is_built_anew_where_it_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ran(folder, false, 1).await;
    let (before, _) = all(folder);
    let file = path(&folder.join("runs"));
    fs::remove_file(&file).unwrap();
    assert_eq!(all(folder), (before.clone(), None));
    // No database; a page that is no more; another program's tables; words nobody knows.
    fs::write(&file, "this is not a database, and longer than a page header of one hundred bytes".repeat(20)).unwrap();
    let (found, note) = all(folder);
    assert_eq!(found, before);
    assert!(note.as_ref().is_some_and(|note| note.contains("history.db was broken")), "{note:?}");
    assert_eq!(all(folder), (before.clone(), None), "said once");
    let mut bytes = fs::read(&file).unwrap();
    bytes[4096..].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    assert_eq!(all(folder).0, before);
    let sql = |sql: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    sql("DROP TABLE calls");
    assert_eq!(all(folder).0, before);
    sql("PRAGMA user_version = 7");
    assert_eq!(all(folder), (before, None), "an index of another version is no broken one");
}

#[tokio::test]
async fn many_may_open_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for seed in 0..40 {
        ran(folder, seed % 2 == 0, seed).await;
    }
    let found: Vec<_> = thread::scope(|scope| {
        let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| all(folder))).collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.iter().all(|one| *one == found[0] && one.0.len() == 40 && one.1.is_none()));
}

#[tokio::test]
async fn estimates_learn_from_runs_whose_answers_were_not_made_up() {
    use analysis::{Context, estimate::Assumptions, estimate::Basis};
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let expected = || {
        let (history, _) = learn(&folder.join("runs")).unwrap();
        let assumptions = Assumptions { history: Arc::new(history), ..Assumptions::default() };
        analysis::analyze(BODY, &Context { assumptions, ..Context::default() }).learned
    };
    ran(folder, true, 1).await;
    assert_eq!(expected(), None, "made-up answers teach nothing");
    let mut took = Vec::new();
    for seed in 2..4 {
        let id = ran(folder, false, seed).await;
        took.push(runs::open(&folder.join("runs"), &id).unwrap().state().totals.usage.total().0);
    }
    let learned = expected().unwrap();
    assert_eq!(learned.answered_by.as_deref(), Some("anthropic"));
    assert_eq!(learned.total.tokens.basis, Basis::History { runs: 2 });
    assert_eq!(learned.total.tokens.likely, Some(Tokens(took.iter().sum::<u64>() / 2)));
    assert!(learned.calls.iter().all(|call| call.usd.basis == Basis::History { runs: 2 }), "{learned:?}");
}
