//! The thread that reads scripts, so that the owner loop never waits for one.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use analysis::{Analysis, Context, Earlier};
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use crate::{
    settings::Settings,
    workflows,
    workspace::{Workspace, path_of},
};

/// Stack of the thread, in bytes: the parser recurses, and an overflow could not be caught. Only touched pages count.
pub(crate) const STACK: usize = 32 << 20;

/// What a script is analysed with, besides its text.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    /// The settings in force.
    pub(crate) settings: Arc<Settings>,
    /// What lies around the script.
    pub(crate) workspace: Arc<Workspace>,
    /// The arguments of its last run.
    pub(crate) args: Option<Arc<Value>>,
}

impl Basis {
    /// Whether the script at `uri`, of which `last` is known, is analysed with the same on both. What the workspace knows of a script changes
    /// with each of its edits, which only matters to those who call it.
    pub(crate) fn is_same(&self, other: &Basis, uri: &Uri, last: Option<&Analysis>) -> bool {
        let but_for_own = || {
            let path = path_of(uri).zip(last).filter(|(path, last)| !calls(last, path));
            path.is_some_and(|(path, _)| self.workspace.is_same_but_for(&path, &other.workspace))
        };
        Arc::ptr_eq(&self.settings, &other.settings)
            && self.args == other.args
            && (Arc::ptr_eq(&self.workspace, &other.workspace) || but_for_own())
    }
}

/// Whether a script calls the workflow saved at `path`.
fn calls(analysis: &Analysis, path: &Path) -> bool {
    let called = analysis.plan.workflows.iter().flat_map(|call| &call.nested);
    called.into_iter().any(|nested| Path::new(&nested.path) == path)
}

/// A text to analyse.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The script's address.
    pub(crate) uri: Uri,
    /// The client's version.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: Arc<str>,
    /// What to analyse it with.
    pub(crate) basis: Basis,
    /// The script's last analysis of a whole tree: it tells what was edited, where the text is broken.
    pub(crate) last: Option<Arc<Analysis>>,
    /// The last one of a broken text: while the same line is broken it holds but for that.
    pub(crate) broken: Option<Arc<Analysis>>,
}

/// What became of a [`Job`].
#[derive(Debug)]
pub(crate) struct Report {
    /// The script's address.
    pub(crate) uri: Uri,
    /// The version that was analysed.
    pub(crate) version: i32,
    /// The analysis; `None` where it panicked.
    pub(crate) analysis: Option<Arc<Analysis>>,
    /// What it was analysed with.
    pub(crate) basis: Basis,
}

#[derive(Default)]
struct Queue {
    /// By address: a newer text takes the place of one not yet begun.
    waiting: HashMap<Uri, Job>,
    /// What nobody asks any more.
    outdated: Vec<Arc<Analysis>>,
    closed: bool,
}

/// A handle to the thread; dropping it ends the thread.
pub(crate) struct Analyst {
    queue: Arc<(Mutex<Queue>, Condvar)>,
}

impl Analyst {
    /// Starts the thread; `report` is called on it.
    pub(crate) fn start(report: impl Fn(Report) + Send + 'static) -> std::io::Result<Self> {
        let queue = Arc::new((Mutex::new(Queue::default()), Condvar::new()));
        let theirs = queue.clone();
        thread::Builder::new().name("analyst".into()).stack_size(STACK).spawn(move || {
            let mut contexts = Contexts::default();
            while let Some(job) = next(&theirs) {
                report(contexts.carry_out(job));
            }
        })?;
        Ok(Self { queue })
    }

    /// Asks for an analysis. Of several asked for one address before the thread gets to it, only the last is done.
    pub(crate) fn ask(&self, job: Job) {
        let (queue, bell) = &*self.queue;
        queue.lock().unwrap_or_else(PoisonError::into_inner).waiting.insert(job.uri.clone(), job);
        bell.notify_one();
    }

    /// Has analyses freed by the thread that made them, once it has nothing better to do: a tree of some thousand pieces takes its time.
    pub(crate) fn free(&self, outdated: impl IntoIterator<Item = Arc<Analysis>>) {
        let (queue, bell) = &*self.queue;
        queue.lock().unwrap_or_else(PoisonError::into_inner).outdated.extend(outdated);
        bell.notify_one();
    }
}

impl Drop for Analyst {
    fn drop(&mut self) {
        let (queue, bell) = &*self.queue;
        queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        bell.notify_one();
    }
}

fn next(queue: &(Mutex<Queue>, Condvar)) -> Option<Job> {
    let (lock, bell) = queue;
    let mut queue = lock.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if queue.closed {
            return None;
        }
        if let Some(uri) = queue.waiting.keys().next().cloned() {
            return queue.waiting.remove(&uri);
        }
        let outdated = std::mem::take(&mut queue.outdated);
        queue = if outdated.is_empty() {
            bell.wait(queue).unwrap_or_else(PoisonError::into_inner)
        } else {
            drop(queue);
            drop(outdated);
            lock.lock().unwrap_or_else(PoisonError::into_inner)
        };
    }
}

/// What scripts were analysed with. As long as it is the same, an analysis can go on from the last one.
#[derive(Default)]
struct Contexts {
    known: HashMap<Uri, (Basis, Arc<Context>)>,
}

/// Contexts kept: there are more scripts open than this in no editor.
const MOST_CONTEXTS: usize = 256;

impl Contexts {
    /// The context of a script, of which `last` is known, and the basis it was made from.
    fn of(&mut self, uri: &Uri, basis: &Basis, last: Option<&Analysis>) -> (Basis, Arc<Context>) {
        if let Some(known) = self.known.get(uri).filter(|(made, _)| made.is_same(basis, uri, last)) {
            return known.clone();
        }
        if self.known.len() >= MOST_CONTEXTS {
            self.known.clear();
        }
        let last_args = basis.args.as_deref().cloned();
        let context = workflows::context(uri, &basis.settings, &basis.workspace);
        let context = Arc::new(Context { last_args, ..context });
        self.known.insert(uri.clone(), (basis.clone(), context.clone()));
        (basis.clone(), context)
    }

    fn carry_out(&mut self, job: Job) -> Report {
        let Job { uri, version, text, basis: newest, mut last, broken } = job;
        loop {
            let (basis, context) = self.of(&uri, &newest, last.as_deref());
            let earlier = Earlier { whole: last.as_deref(), broken: broken.as_deref() };
            let analyse = || analysis::analyze_after(text.clone(), earlier, &context);
            let analysis = catch_unwind(AssertUnwindSafe(analyse))
                .inspect_err(|_| tracing::error!("the analysis of a script panicked"))
                .ok()
                .map(Arc::new);
            // It has come to call itself, and what it was analysed with may know an older text of it.
            if let Some(found) = analysis.as_ref().filter(|found| !basis.is_same(&newest, &uri, Some(found))) {
                last = Some(found.clone());
                continue;
            }
            return Report { uri, version, analysis, basis };
        }
    }
}
