//! Writing workflow scripts: a model drafts one, the checker reads it, and what it finds goes back to the model.
//!
//! It is a run like any other, of a script of ours: journal, budget, usage and resume are those of all runs.

mod draft;
mod find;
mod place;
mod writer;

use std::{path::PathBuf, sync::Arc};

use analysis::{Analysis, reference, units::Tokens, vocabulary::Profile};
use models::AgentKind;
use serde_json::json;

pub use draft::{Draft, best, drafts};
pub use place::{free, save};
pub use writer::checked;

use crate::run::RunSpec;

/// The script behind `callsheet write`: one agent for each draft.
pub const SCRIPT: &str = include_str!("write.js");

/// Reads a script as it would be read where it is going to be.
pub type Check = Arc<dyn Fn(&str) -> Analysis + Send + Sync>;

/// The kind of agent that writes, as the script names it.
const WRITER: &str = "writer";

/// What the writer is told before the language.
const TOLD: &str = "\
You write workflow scripts. You are told what a workflow is to do, and answer with one whole script that does it, in one block fenced as ```js. \
A few sentences before it may say what you decided; nothing comes after it.

";

/// A script that is wanted, and what writing it may take.
#[derive(Clone, Debug)]
pub struct Task {
    /// What the workflow is to do.
    pub task: String,
    /// The name of the file it is going to be, where that is known.
    pub file_name: Option<String>,
    /// Drafts at most.
    pub attempts: u32,
    /// Output tokens of all drafts at most.
    pub budget_tokens: Option<Tokens>,
    /// The dialect it is to be written in.
    pub profile: Profile,
}

impl Task {
    /// Drafts where nobody says.
    pub const ATTEMPTS: u32 = 3;

    /// Drafts a person can ask for at most.
    pub const MOST_ATTEMPTS: u32 = 10;

    /// The run that writes it, kept in `runs_dir`. Who answers its calls must be [`checked`].
    pub fn run(self, runs_dir: impl Into<PathBuf>) -> RunSpec {
        let mut spec = RunSpec::new("write.workflow.js", SCRIPT, runs_dir);
        spec.args = Some(json!({"task": self.task, "attempts": self.attempts}));
        spec.limits.max_agents = self.attempts.into();
        spec.limits.budget_tokens = self.budget_tokens;
        let saved = self.file_name.map(|name| format!("Your script is saved as `{name}`.\n\n")).unwrap_or_default();
        let prompt = format!("{TOLD}{saved}{}", reference::reference(self.profile));
        spec.kinds = vec![AgentKind { name: WRITER.into(), prompt, ..AgentKind::default() }];
        spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_script_is_beyond_reproach() {
        let context = analysis::Context {
            args: Some(json!({"task": "t", "attempts": Task::ATTEMPTS})),
            ..analysis::Context::default()
        };
        let analysis = analysis::analyze(SCRIPT, &context);
        assert_eq!(analysis.findings, [], "{:?}", analysis.findings);
        assert_eq!((analysis.plan.agents.low, analysis.plan.agents.high), (1, Some(3)));
    }
}
