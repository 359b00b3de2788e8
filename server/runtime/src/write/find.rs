//! The script in an answer.

use analysis::script;

use crate::rlm::blocks::{Fence, without_thoughts};

/// How a workflow script begins, comments aside.
const META: &str = "export const meta";

/// Blocks of one answer that are looked at.
const BLOCKS: usize = 64;

/// Ends of one block that are tried: a script's own text may hold lines that look like one.
const TRIED: usize = 16;

/// The script, in a fence or bare: of several blocks the longest that is a workflow, else the longest of JavaScript.
pub(super) fn script_in(answer: &str) -> Option<String> {
    let text = without_thoughts(answer);
    let lines: Vec<&str> = text.lines().collect();
    let blocks = blocks(&lines);
    let longest = |fits: &dyn Fn(&Fence, &str) -> bool| {
        let fitting = blocks.iter().filter(|(fence, code)| !code.trim().is_empty() && fits(fence, code));
        fitting.max_by_key(|(_, code)| code.len()).map(|(_, code)| code.clone())
    };
    longest(&|_, code| code.contains(META)).or_else(|| bare(&lines)).or_else(|| longest(&|fence, _| fence.is_ours()))
}

/// The fenced blocks, one after the other.
fn blocks(lines: &[&str]) -> Vec<(Fence, String)> {
    let (mut blocks, mut at) = (Vec::new(), 0);
    while at < lines.len() && blocks.len() < BLOCKS {
        let opened = Fence::open(lines[at]);
        at += 1;
        if let Some(fence) = opened {
            let (code, length) = block(&fence, &lines[at..]);
            at += length + 1;
            blocks.push((fence, code));
        }
    }
    blocks
}

/// The block that `fence` opens and its length in lines: up to the first line that can close it and leaves what reads as a script, else to the
/// first that can close it.
fn block(fence: &Fence, lines: &[&str]) -> (String, usize) {
    let closing: Vec<usize> = (0..lines.len()).filter(|at| fence.closes(lines[*at])).take(TRIED).collect();
    let until = |end: usize| {
        let code = lines[..end].iter().map(|line| fence.unindented(line).to_owned() + "\n").collect::<String>();
        (code, end)
    };
    let first = until(closing.first().copied().unwrap_or(lines.len()));
    if closing.len() < 2 || !first.0.contains(META) || reads(&first.0) {
        return first;
    }
    closing.iter().skip(1).map(|end| until(*end)).find(|(code, _)| reads(code)).unwrap_or(first)
}

fn reads(code: &str) -> bool {
    script::parse(code).errors.is_empty()
}

/// A script without a fence: from its first line on, or from the comments above that.
fn bare(lines: &[&str]) -> Option<String> {
    let meta = lines.iter().position(|line| line.trim_start().starts_with(META))?;
    let comments = lines[..meta].iter().rev().take_while(|line| line.trim_start().starts_with("//")).count();
    Some(lines[meta - comments..].iter().map(|line| format!("{line}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "export const meta = { name: 'a', description: 'A' }\nreturn await agent(`Say \\`a\\``)\n";

    #[test]
    fn a_script_is_found_fenced_or_bare() {
        let fenced = format!("Here it is:\n\n```js\n{ONE}```\n\nRun it with `callsheet run`.");
        assert_eq!(script_in(&fenced).as_deref(), Some(ONE));
        assert_eq!(script_in(ONE).as_deref(), Some(ONE));
        assert_eq!(script_in(&format!("Sure.\n\n// Says a.\n{ONE}")), Some(format!("// Says a.\n{ONE}")));
        assert_eq!(script_in(&format!("```\n{ONE}")).as_deref(), Some(ONE), "cut off, or never closed");
        assert_eq!(script_in(&format!("<think>```js\nfoo()\n```</think>{ONE}")).as_deref(), Some(ONE));
    }

    #[test]
    fn of_several_blocks_the_workflow_counts() {
        let answer = format!("```sh\n{}\n```\n```js\n{ONE}```\n```js\nlog(1)\n```", "npm i\n".repeat(50));
        assert_eq!(script_in(&answer).as_deref(), Some(ONE));
        assert_eq!(
            script_in("```js\nlog(1)\n```").as_deref(),
            Some("log(1)\n"),
            "what is wrong with it, the checker says"
        );
        assert_eq!(script_in("```python\nprint(1)\n```"), None);
        assert_eq!(script_in("I would rather not."), None);
    }

    #[test]
    fn a_fence_inside_the_script_does_not_end_it() {
        let commented = format!("{ONE}/*\n```\nan aside\n```\n*/\n");
        assert_eq!(script_in(&format!("```js\n{commented}```\nDone.")), Some(commented));
    }
}
