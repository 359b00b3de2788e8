//! The language in one text, for models that write scripts: read from the vocabulary and the rules, so that it says what hover,
//! completion and the checker say.

use std::fmt::Write;

use crate::{
    lint::{self, Level},
    vocabulary::{self, GLOBALS, GlobalKind, Profile},
};

/// A whole script, tested like all examples.
pub const EXAMPLE: &str = include_str!("../../../examples/review.workflow.js");

/// What a script is, what it can name, what it must not do, and one example, in Markdown.
pub fn reference(profile: Profile) -> String {
    let flags = profile.flags();
    let agents = flags.agent_cap.map(|most| format!(" A run calls at most {most} agents.")).unwrap_or_default();
    let mut text = format!(
        "# Workflow scripts\n\n\
         A workflow script is one file of plain JavaScript that decides which agents are called, with what, and what becomes of their answers. \
         It begins with `export const meta = {{ … }}`. All after it is the body of an async function: `await` and `return` stand at its top \
         level, and what it returns is the result of the run.{agents} A fan-out has at most {} items, the file at most {} bytes.\n\n\
         ## What it can name\n\n\
         Besides the language itself, these, declared in TypeScript for you to read; the script has no types.\n\n```ts\n{}```\n",
        flags.item_cap,
        flags.script_bytes,
        vocabulary::declarations(profile),
    );
    text.push_str("\n## What is not there\n\n");
    for global in GLOBALS {
        if let GlobalKind::Host { profiles, instead, .. } = global.kind
            && !profiles.has(profile)
        {
            let _ = writeln!(text, "- `{}`: {instead}", global.name);
        }
    }
    text.push_str("\n## What a checker finds\n\nEach of these is wrong in a script.\n\n");
    for rule in lint::rules().iter().filter(|rule| rule.level_for(profile) >= Level::Warning) {
        let _ = writeln!(text, "- {} {}: {}", rule.code, rule.name, rule.summary());
    }
    let _ = write!(text, "\n## An example\n\n```js\n{EXAMPLE}```\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, tokens, vocabulary::PRIMITIVES};

    #[test]
    fn the_reference_has_all_a_profile_has_and_nothing_else() {
        let text = reference(Profile::ClaudeCode);
        for primitive in PRIMITIVES {
            assert!(text.contains(primitive.doc), "{}", primitive.name);
        }
        assert!(text.contains("at most 1000 agents") && text.contains("- `console`: write `log(…)`"), "{text}");
        assert!(text.contains("- WF201 clock: The script asks for the time."));
        assert!(!text.contains("WF318"), "a rule that is off forbids nothing");
        assert!(reference(Profile::Qwen).contains("stepId") && !text.contains("stepId"));
        assert!(!reference(Profile::Portable).contains("rlm("));
    }

    /// It is sent with every draft.
    #[test]
    fn the_reference_is_short() {
        let tokens = tokens::count(&reference(Profile::ClaudeCode)).0;
        assert!(tokens < 8_000, "{tokens}");
    }

    #[test]
    fn the_example_is_beyond_reproach() {
        let findings = crate::analyze(EXAMPLE, &Context::default()).findings;
        assert!(findings.iter().all(|f| f.severity < lint::Severity::Warning), "{findings:?}");
    }
}
