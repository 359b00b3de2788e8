//! The analysis of a text that differs from the last one in prose nobody read: all of it holds, at other places.
//!
//! See "Edits that change nothing" in docs/architecture.md for why that is so.

use std::sync::Arc;

use crate::{
    Analysis,
    carry::{Carry, Places},
    estimate,
    plan::Said,
    script::Rewording,
};

/// An edit of prose that nobody read.
pub(crate) struct Again {
    rewording: Rewording,
    said: Option<Said>,
}

impl Again {
    /// What was edited of the script of `last` to make `text`; `None` where that takes reading the text anew.
    pub(crate) fn of(text: &str, last: &Analysis) -> Option<Again> {
        let (plan, context) = (&last.plan, last.context.as_ref()?);
        let rewording = last.script.rewording(text, |place| plan.unread(place))?;
        let in_meta = last.script.meta.as_ref().is_some_and(|meta| meta.span.contains(rewording.token));
        if (in_meta && !rewording.is_comment()) || !last.looks_the_same(rewording.edit, text, context) {
            return None;
        }
        let said = plan.says(&rewording, &last.script.text, text)?;
        Some(Again { rewording, said })
    }

    /// Makes the analysis that of `text`. Gives whether it is: where a place in it is lost, nothing is changed.
    pub(crate) fn carry_out(self, analysis: &mut Analysis, text: Arc<str>) -> bool {
        let Analysis { script, plan, findings, estimate, learned, of_last_args: _, looks: _, context: Some(context) } =
            analysis
        else {
            return false;
        };
        let way = Carry::from(self.rewording.edit);
        // What only puts something in leaves all places there.
        if self.rewording.edit.removed > 0 && !(plan.survives(&way) && findings.survives(&way)) {
            return false;
        }
        let (is_comment, said) = (self.rewording.is_comment(), self.said);
        script.reword(text, &self.rewording);
        findings.follow(&way);
        plan.reword(&self.rewording, said);
        if !is_comment {
            *estimate = estimate::estimate(plan, context);
            *learned = crate::learned(script, plan, estimate, context);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write, sync::Arc};

    use expect_test::expect;

    use crate::{Context, Earlier, analyze_after, script::is_prose, text::Span};

    #[test]
    fn nearly_all_prose_of_a_script_can_be_edited_without_an_analysis() {
        let text = include_str!("../../lsp/benches/triage.js");
        let context = Arc::new(Context::default());
        let last = analyze_after(text, Earlier::default(), &context);
        let (mut all, mut others) = (0, String::new());
        let says = |token: &Span| token.slice(text).trim_matches(['\'', '`', '$', '{', '}']);
        for token in last.script.prose().iter().filter(|token| is_prose(says(token))) {
            all += 1;
            let middle = token.start as usize + token.slice(text).find(' ').unwrap_or(1);
            let now = format!("{}x{}", &text[..middle], &text[middle..]);
            if !analyze_after(now, Earlier::whole(&last), &context).goes_on() {
                let _ = writeln!(others, "{}", token.slice(text).lines().next().unwrap_or_default());
            }
        }
        // `meta` and schemas are read, an escape could reach that far, and `||` asks whether there is a text.
        expect![[r#"
            51 in all, but not
            'Sorts the open tickets of a week, looks for causes in the code and drafts answers'
            'One agent for each product area'
            'Every urgent ticket by itself, with a second opinion'
            'Drafts, and a page for the team'
            'What stands out in this area, in two sentences at most'
            'The id of the ticket as the tracker shows it'
            'The sentence of the ticket that decides the urgency'
            'What goes wrong, and since which change'
            'Path and line of the code that does it'
            'Whether you have seen it fail, or a test that shows it'
            'What the customer can do today; empty if there is nothing'
            }\`) and read each ticket it lists.
        "#]]
        .assert_eq(&format!("{all} in all, but not\n{others}"));
    }

    #[test]
    fn a_word_that_the_whole_text_is_searched_for_is_read_anew() {
        let text = "export const meta = { name: 'a', description: 'b' }\nreturn await agent('one thing', args.o) // and no more of it\n";
        let context = Arc::new(Context::default());
        let last = analyze_after(text, Earlier::default(), &context);
        for (was, is) in [("one thing", "one rlm thing"), ("no more", "no rlm, no more")] {
            let now = text.replace(was, is);
            let next = analyze_after(now.as_str(), Earlier::whole(&last), &context);
            assert!(!next.goes_on() && next.plan.rlms.len() == last.plan.rlms.len() + 1, "{now}");
            let back = analyze_after(text, Earlier::whole(&next), &context);
            assert!(!back.goes_on() && back.plan.rlms.len() == last.plan.rlms.len(), "{now}");
        }
    }

    #[test]
    fn the_size_of_a_large_script_is_told_anew() {
        let context = Arc::new(Context::default());
        let most = context.profile.flags().script_bytes;
        let head = "export const meta = { name: 'a', description: 'b' }\nreturn await agent('one thing and more')\n";
        let filler = "// just words\n".repeat((most * 4 / 5 - head.len()) / 14);
        let text = format!("{head}{filler}");
        let last = analyze_after(text.as_str(), Earlier::default(), &context);
        let sizes = |analysis: &crate::Analysis| {
            let told = analysis.findings.iter().filter(|f| f.code == "WF118");
            told.map(|f| f.message.clone()).collect::<Vec<_>>()
        };
        assert!(sizes(&last).is_empty());
        let now = text.replace("one thing", "one large thing of many words");
        let next = analyze_after(now.as_str(), Earlier::whole(&last), &context);
        assert_eq!(sizes(&next).len(), 1);
        assert!(sizes(&next)[0].contains(&now.len().to_string()), "{:?}", sizes(&next));
        let further = now.replace("many words", "many more words");
        let next = analyze_after(further.as_str(), Earlier::whole(&next), &context);
        assert!(sizes(&next)[0].contains(&further.len().to_string()), "{:?}", sizes(&next));
    }

    #[test]
    fn what_was_made_with_something_else_is_no_start() {
        let text = "export const meta = { name: 'a', description: 'b' }\nreturn await agent('one thing and more')\n";
        let context = Arc::new(Context::default());
        let last = analyze_after(text, Earlier::default(), &context);
        let now = text.replace("thing", "things");
        assert!(analyze_after(now.as_str(), Earlier::whole(&last), &context).goes_on());
        assert!(!analyze_after(now.as_str(), Earlier::whole(&last), &Arc::new(Context::default())).goes_on());
    }
}
