//! The analysis of a text that is broken at the line where it was broken before: what is left of both without that line is the same.
//!
//! See "Edits that change nothing" in docs/architecture.md for why that is so.

use crate::{
    Analysis, Context,
    carry::{Carry, Places},
    lint::{self, Finding},
    plan::Plan,
    script::{Reading, Script, Typed},
    vocabulary::names_rlm,
};

/// An edit of the line that is broken, and all that holds after it as before.
pub(crate) struct Still {
    typed: Typed,
    plan: Plan,
    findings: Vec<Finding>,
}

impl Still {
    /// What was typed since `broken`, an analysis with the same context of a text that was recovered; both came from editing `whole`. `None`
    /// where the text has to be analysed anew.
    pub(crate) fn of(reading: &Reading, whole: &Script, broken: &Analysis, context: &Context) -> Option<Still> {
        let typed = reading.typed(&broken.script, whole)?;
        let (was, now, edit) = (&broken.script.text, reading.text(), typed.edit);
        if names_rlm(was) != names_rlm(now) || !broken.looks_the_same(edit, now, context) {
            return None;
        }
        let way = Carry::from(edit);
        let (mut plan, mut findings) = (broken.plan.clone(), broken.findings.clone());
        let survives = edit.removed == 0 || plan.survives(&way) && findings.survives(&way);
        if !survives || !plan.shift(edit) {
            return None;
        }
        findings.follow(&way);
        Some(Still { typed, plan, findings })
    }

    /// The analysis of the text that was read.
    pub(crate) fn carry_out(self, reading: Reading, broken: &Analysis, context: &Context) -> Analysis {
        let Still { typed, plan, mut findings } = self;
        let script = reading.without(typed);
        lint::check_errors(&mut findings, &script, &crate::with_own(&script, context));
        let (estimate, learned) = (broken.estimate.clone(), broken.learned.clone());
        let (of_last_args, looks, known) = (broken.of_last_args, broken.looks.clone(), broken.context.clone());
        Analysis { script, plan, findings, estimate, learned, of_last_args, looks, context: known }
    }
}
