//! The thread that reads scripts, so that the owner loop never waits for one.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use analysis::{Analysis, Context};
use tower_lsp::ls_types::Uri;

use crate::{settings::Settings, workflows, workspace::Workspace};

/// Stack of the thread, in bytes: the parser recurses, and an overflow could not be caught. Only touched pages count.
pub(crate) const STACK: usize = 32 << 20;

/// A text to analyse.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The script's address.
    pub(crate) uri: Uri,
    /// The client's version.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: Arc<str>,
    /// The settings in force.
    pub(crate) settings: Arc<Settings>,
    /// What lies around the script.
    pub(crate) workspace: Arc<Workspace>,
    /// The script's last analysis of a whole tree: it tells what was edited, where the text is broken.
    pub(crate) last: Option<Arc<Analysis>>,
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
                report(carry_out(&job, contexts.of(&job)));
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

/// What scripts were analysed with. As long as it is the very same, an analysis can go on from the last one.
#[derive(Default)]
struct Contexts {
    known: HashMap<Uri, Made>,
}

/// A context, and what it was made from.
struct Made {
    settings: Arc<Settings>,
    workspace: Arc<Workspace>,
    context: Arc<Context>,
}

/// Contexts kept: there are more scripts open than this in no editor.
const MOST_CONTEXTS: usize = 256;

impl Contexts {
    fn of(&mut self, job: &Job) -> Arc<Context> {
        let is_same =
            |made: &&Made| Arc::ptr_eq(&made.settings, &job.settings) && Arc::ptr_eq(&made.workspace, &job.workspace);
        if let Some(made) = self.known.get(&job.uri).filter(is_same) {
            return made.context.clone();
        }
        if self.known.len() >= MOST_CONTEXTS {
            self.known.clear();
        }
        let context = Arc::new(workflows::context(&job.uri, &job.settings, &job.workspace));
        let (settings, workspace) = (job.settings.clone(), job.workspace.clone());
        self.known.insert(job.uri.clone(), Made { settings, workspace, context: context.clone() });
        context
    }
}

fn carry_out(job: &Job, context: Arc<Context>) -> Report {
    let analyse = || analysis::analyze_after(job.text.clone(), job.last.as_deref(), &context);
    let analysis =
        catch_unwind(AssertUnwindSafe(analyse)).inspect_err(|_| tracing::error!("the analysis of a script panicked"));
    Report { uri: job.uri.clone(), version: job.version, analysis: analysis.ok().map(Arc::new) }
}
