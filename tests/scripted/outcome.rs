//! What came of a run, and how it is held against what a case expects.

use std::time::Duration;

use serde_json::Value;

use super::case::{Case, Expect};

/// What a run left to be seen.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The result, `None` for `undefined`, or the run's error.
    pub(crate) end: Result<Option<Value>, Failure>,
    /// The prompts of the agents that left, in order.
    pub(crate) prompts: Vec<String>,
    /// How often the model was asked, repairs included.
    pub(crate) calls: usize,
    /// The phase of each agent, in the order they were called.
    pub(crate) phases: Vec<String>,
    /// Narrator and failure lines.
    pub(crate) lines: Vec<String>,
    /// What is wrong with the journal, if anything is.
    pub(crate) unsound: Option<String>,
    /// From start to end.
    pub(crate) took: Duration,
}

/// How a run failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// Line and column in the script, from 1.
    pub(crate) place: Option<(u32, u32)>,
}

impl Outcome {
    /// Every way in which this is not what `case` expects, one a line; empty when it is.
    pub(crate) fn check(&self, case: &Case) -> Vec<String> {
        let expect = &case.expect;
        let mut wrong: Vec<String> = self.unsound.iter().cloned().collect();
        match &self.end {
            Ok(result) => self.check_result(result.as_ref(), expect, &mut wrong),
            Err(failure) => failure.check(expect, &mut wrong),
        }
        same("prompts", expect.prompts.as_ref(), &self.prompts, &mut wrong);
        same("calls", expect.calls.as_ref(), &self.calls, &mut wrong);
        same("phases", expect.phases.as_ref(), &self.phases, &mut wrong);
        for part in &expect.log {
            if !self.lines.iter().any(|line| line.contains(part.as_str())) {
                wrong.push(format!("no line says {part:?}: {:?}", self.lines));
            }
        }
        wrong
    }

    fn check_result(&self, result: Option<&Value>, expect: &Expect, wrong: &mut Vec<String>) {
        let shown = result.map_or("undefined".to_owned(), |value| start(&value.to_string()));
        match &expect.result {
            None => wrong.push(format!("it gave {shown} where an error was expected: {:?}", expect.error)),
            Some(told) if told.as_ref() != result => {
                let told = told.as_ref().map_or("undefined".to_owned(), Value::to_string);
                wrong.push(format!("it gave     {shown}\n  expected    {told}"));
            }
            Some(_) => {}
        }
    }
}

impl Failure {
    fn check(&self, expect: &Expect, wrong: &mut Vec<String>) {
        let message = start(&self.message);
        if expect.error.is_empty() {
            wrong.push(format!("it failed: {message} at {:?}", self.place));
        }
        for told in &expect.error {
            if !told.split(" or ").any(|part| self.message.contains(part)) {
                wrong.push(format!("the error does not say {told:?}: {message}"));
            }
        }
        match (expect.place, self.place) {
            (Some((line, column)), Some(at)) if at.0 == line && column.is_none_or(|column| column == at.1) => {}
            (Some(told), at) => wrong.push(format!("the error is at {at:?}, expected {told:?}: {message}")),
            (None, _) => {}
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, told: Option<&T>, is: &T, wrong: &mut Vec<String>) {
    if let Some(told) = told.filter(|told| *told != is) {
        wrong.push(format!("{what}: {is:?}\n  expected {told:?}"));
    }
}

/// The first part of a long text.
fn start(text: &str) -> String {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
    }
}
