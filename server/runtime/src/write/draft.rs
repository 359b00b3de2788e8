//! One answer of a writer, and what the checker says to it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use analysis::{
    Analysis,
    lint::{Finding, Severity},
};
use serde::{Deserialize, Serialize};

use super::{Check, find};
use crate::{event::EventKind, handle::RunHandle};

/// Where a script is kept in the folder of the run that wrote it: editors know it for a workflow by this name.
const KEPT: &str = "draft.workflow.js";

/// An answer with the script in it and what is to be mended. A script that was written has neither errors nor warnings; what is only
/// worth knowing is not given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What the model said.
    pub answer: String,
    /// The script in it.
    pub script: Option<String>,
    /// What keeps the script from running, in words for the model.
    pub errors: Vec<String>,
    /// What is likely not what is meant, in the same words.
    pub warnings: Vec<String>,
}

impl Draft {
    pub(super) fn read(answer: String, check: &Check) -> Self {
        let script = find::script_in(&answer);
        let Some(text) = &script else {
            let missing = "There is no script in the answer: give it whole, in one block fenced as ```js.";
            return Self { answer, script, errors: vec![missing.into()], warnings: Vec::new() };
        };
        let analysis = check(text);
        let told = |severity| {
            let findings = analysis.findings.iter().filter(move |finding| finding.severity == severity);
            findings.map(|finding| in_words(&analysis, finding)).collect()
        };
        Self { errors: told(Severity::Error), warnings: told(Severity::Warning), answer, script }
    }

    /// Whether the checker has nothing to say.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.warnings.is_empty()
    }

    /// Keeps the script, or the answer where there is none in it, in the folder of the run that wrote it. Gives where.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(&self, run: &Path) -> io::Result<PathBuf> {
        let (name, text) = match &self.script {
            Some(script) => (KEPT, script),
            None => ("answer.txt", &self.answer),
        };
        let path = run.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// How far it is from that: first by what keeps it from running.
    fn wrong(&self) -> (bool, usize, usize) {
        (self.script.is_none(), self.errors.len(), self.warnings.len())
    }
}

/// `line 7: const today = new Date()`, what is wrong with it, and the way out.
fn in_words(analysis: &Analysis, finding: &Finding) -> String {
    let lines = &analysis.script.lines;
    let line = lines.line_column(&analysis.script.text, finding.span.start).line;
    let text = analysis.script.text.lines().nth(line as usize - 1).unwrap_or_default().trim();
    let fix = finding.fixes.first().map(|fix| format!(" ({})", fix.title)).unwrap_or_default();
    format!("- line {line}, `{text}`: {} {}: {}{fix}", finding.code, finding.name, finding.message)
}

/// The drafts a run has so far, in order. They are read from its events, so that they are there however the run ended.
pub fn drafts(run: &RunHandle) -> Vec<Draft> {
    let ended = run.state().agents.iter().filter_map(|agent| run.event(agent.ended?)).collect::<Vec<_>>();
    ended
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::AgentDone { result, .. } => serde_json::from_value(result.clone()).ok(),
            _ => None,
        })
        .collect()
}

/// The draft with the least to mend; of equals the last.
pub fn best(drafts: Vec<Draft>) -> Option<Draft> {
    drafts.into_iter().rev().min_by_key(Draft::wrong)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn read(answer: &str) -> Draft {
        let check: Check = Arc::new(|text| analysis::analyze(text, &analysis::Context::default()));
        Draft::read(answer.into(), &check)
    }

    #[test]
    fn findings_are_told_with_their_line() {
        let script = "export const meta = { name: 'a', description: 'A' }\nconst day = Date.now()\nreturn await agent(`Day ${day}`, { lable: 'x' })\n";
        let draft = read(script);
        expect_test::expect![[r#"
            - line 2, `const day = Date.now()`: WF201 clock: `Date.now()` is refused: a run must be repeatable, so pass the time in `args`. (Read `args?.now`)
            - line 3, `return await agent(`Day ${day}`, { lable: 'x' })`: WF304 agent-unknown-option: `agent` has no option `lable`: did you mean `label`? (Rename to `label`)"#]].assert_eq(&[draft.errors.clone(), draft.warnings.clone()].concat().join("\n"));
        assert!(!draft.is_clean() && draft.script.as_deref() == Some(script));
        assert!(read(analysis::reference::EXAMPLE).is_clean());
    }

    #[test]
    fn the_best_is_the_last_of_those_with_the_least_to_mend() {
        let of = |answer: &str, script: bool, errors: usize, warnings: usize| Draft {
            answer: answer.into(),
            script: script.then(String::new),
            errors: vec![String::new(); errors],
            warnings: vec![String::new(); warnings],
        };
        let drafts = vec![of("a", true, 0, 2), of("b", true, 0, 2), of("c", true, 1, 0), of("d", false, 1, 0)];
        assert_eq!(best(drafts).map(|d| d.answer).as_deref(), Some("b"));
        assert_eq!(best(vec![of("d", false, 1, 0), of("c", true, 5, 0)]).map(|d| d.answer).as_deref(), Some("c"));
        assert_eq!(best(Vec::new()), None);
    }
}
