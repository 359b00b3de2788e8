//! The open workflow scripts: for each, what is known, who waits for it, and what the editor was told.

use std::{collections::HashMap, sync::Arc};

use analysis::{Analysis, script::Tree};
use tokio::sync::oneshot;
use tower_lsp::ls_types::{Diagnostic, Uri};

use crate::{
    analyst::{Basis, Report},
    carry::{Carry, TextEdit},
    plans::{Carried, Plans},
    run::{last::LastRun, view::RunView},
    simulator::Simulated,
    snapshot::Snapshot,
};

/// The analysis of the newest text.
#[derive(Clone, Debug, Default)]
pub(crate) enum Fresh {
    /// Under way.
    #[default]
    Pending,
    /// It panicked; the next edit gets another try.
    Failed,
    /// Done.
    Ready(Arc<Analysis>),
}

/// One open script.
#[derive(Default)]
pub(crate) struct Script {
    /// What is known of the newest text.
    pub(crate) fresh: Fresh,
    /// What to show while the text is broken.
    plans: Plans,
    /// What the newest of these was analysed with.
    basis: Option<Basis>,
    /// The newest analysis of a broken text.
    broken: Option<Arc<Analysis>>,
    /// Requests that wait for the analysis of the newest text.
    waiting: Vec<oneshot::Sender<Option<Snapshot>>>,
    /// What was published last.
    pub(crate) published: Option<Vec<Diagnostic>>,
    /// What simulated runs of one of its texts took.
    pub(crate) simulated: Option<Arc<Simulated>>,
    /// The script's newest run and the way from the text it ran to the editor's.
    run: Option<(Arc<RunView>, Arc<Carry>)>,
    /// The newest run that is over.
    pub(crate) last: Option<Arc<LastRun>>,
}

impl Script {
    /// Notes that the text changed, last on `line` (from 0): what is fresh is so no more.
    pub(crate) fn edited(&mut self, edits: &[TextEdit], line: u32) {
        self.fresh = Fresh::Pending;
        self.plans.edited(edits, line);
        if let Some((_, carry)) = &mut self.run {
            let carry = Arc::make_mut(carry);
            edits.iter().for_each(|edit| carry.push(*edit));
        }
    }

    /// The newest analysis of a whole text, be it an earlier one.
    pub(crate) fn last_whole(&self) -> Option<Arc<Analysis>> {
        self.plans.newest().cloned()
    }

    /// The newest analysis of a broken text, be it an earlier one.
    pub(crate) fn last_broken(&self) -> Option<Arc<Analysis>> {
        self.broken.clone()
    }

    /// Takes in what the analyst found of the newest text; gives back what that takes the place of.
    pub(crate) fn analysed(&mut self, report: Report) -> Vec<Arc<Analysis>> {
        let Some(fresh) = report.analysis else {
            self.fresh = Fresh::Failed;
            return vec![];
        };
        let mut outdated = self.plans.analysed(&fresh);
        if fresh.script.tree == Tree::Whole {
            self.basis = Some(report.basis);
        } else {
            outdated.extend(self.broken.replace(fresh.clone()));
        }
        self.fresh = Fresh::Ready(fresh);
        outdated
    }

    /// Makes what is known of the script true of `text`, where that takes no reading of the text and `basis` is what it was analysed with.
    /// Gives whether it is.
    pub(crate) fn go_on(&mut self, uri: &Uri, text: &Arc<str>, basis: &Basis) -> bool {
        let last = self.plans.newest().map(Arc::as_ref);
        if !self.basis.as_ref().is_some_and(|known| known.is_same(basis, uri, last)) {
            return false;
        }
        // The one that is there can be changed only if nobody else has it.
        self.fresh = Fresh::Pending;
        match self.plans.go_on(text) {
            Some(fresh) => self.fresh = Fresh::Ready(fresh),
            None => return false,
        }
        true
    }

    /// The analysis whose plan is shown, and the way from its text to the editor's.
    pub(crate) fn known(&self) -> Option<Carried> {
        let fresh = || if let Fresh::Ready(fresh) = &self.fresh { Some((fresh.clone(), Arc::default())) } else { None };
        self.plans.shown().cloned().or_else(fresh)
    }

    /// Lets a request wait for the newest text's analysis.
    pub(crate) fn wait(&mut self, reply: oneshot::Sender<Option<Snapshot>>) {
        self.waiting.push(reply);
    }

    /// Those who waited.
    pub(crate) fn take_waiting(&mut self) -> Vec<oneshot::Sender<Option<Snapshot>>> {
        std::mem::take(&mut self.waiting)
    }

    /// Shows a run that begins with the text as it is.
    pub(crate) fn begin_run(&mut self, run: Arc<RunView>) {
        self.run = Some((run, Arc::default()));
    }

    /// Shows how the run got on, if it is still the newest.
    pub(crate) fn update_run(&mut self, newer: Arc<RunView>) {
        if let Some((run, _)) = &mut self.run
            && run.ticket == newer.ticket
        {
            *run = newer;
        }
    }

    /// The newest run and the way from the text it ran.
    pub(crate) fn run(&self) -> Option<(Arc<RunView>, Arc<Carry>)> {
        self.run.clone()
    }
}

/// All open scripts by address.
pub(crate) type Scripts = HashMap<Uri, Script>;
