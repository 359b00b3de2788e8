//! Finds the code in a reply, as CommonMark reads fences.

/// What a reply holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Code to run, in order.
    pub(crate) cells: Vec<String>,
    /// What the model should know about the rest.
    pub(crate) remarks: Vec<String>,
}

/// Names of fences whose code is run.
const OURS: [&str; 6] = ["repl", "js", "javascript", "ts", "typescript", "mjs"];

/// Tags of reasoning: what stands between them is not meant for anyone.
const THOUGHTS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// How lines begin that give an answer, which counts in code only.
const FINALS: [&str; 3] = ["FINAL(", "FINAL_VAR(", "submit("];

/// Reads a reply.
pub(crate) fn read(reply: &str) -> Reply {
    let text = without_thoughts(reply);
    let mut found = Reply::default();
    let mut lines = text.lines();
    let mut others: Vec<String> = Vec::new();
    let mut answers = false;
    while let Some(line) = lines.next() {
        let Some(fence) = Fence::open(line) else {
            answers |= FINALS.iter().any(|call| line.trim_start().starts_with(call));
            continue;
        };
        let mut code = String::new();
        let mut closed = false;
        for line in lines.by_ref() {
            if fence.closes(line) {
                closed = true;
                break;
            }
            code.push_str(fence.unindented(line));
            code.push('\n');
        }
        match fence.is_ours() {
            _ if code.trim().is_empty() => {}
            false => others.push(fence.name.clone()),
            true => {
                if !closed {
                    found.remarks.push("The last code block was not closed; it was run as it stood.".into());
                }
                found.cells.push(code);
            }
        }
    }
    others.retain(|name| !name.is_empty());
    others.dedup();
    if !others.is_empty() {
        found
            .remarks
            .push(format!("Blocks of {} were not run: only ```repl blocks of JavaScript are.", others.join(", ")));
    }
    if answers {
        found.remarks.push("An answer in prose does not count: only code that runs can submit(value).".into());
    }
    found
}

/// The text without a model's reasoning.
pub(crate) fn without_thoughts(reply: &str) -> String {
    let mut text = reply.to_owned();
    for (open, close) in THOUGHTS {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |at| start + at + close.len());
            text.replace_range(start..end, "");
        }
    }
    text
}

/// The line that opens a block.
pub(crate) struct Fence {
    mark: char,
    length: usize,
    indent: usize,
    name: String,
}

impl Fence {
    pub(crate) fn open(line: &str) -> Option<Self> {
        let trimmed = line.trim_start_matches(' ');
        let indent = line.len() - trimmed.len();
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = trimmed.chars().take_while(|c| *c == mark).count();
        let info = trimmed[length..].trim();
        let plain = mark == '~' || !info.contains('`');
        let name = info.split_whitespace().next().unwrap_or_default().to_owned();
        (length >= 3 && indent <= 3 && plain).then_some(Self { mark, length, indent, name })
    }

    /// Whether the block is in a language that is run here.
    pub(crate) fn is_ours(&self) -> bool {
        OURS.contains(&self.name.to_ascii_lowercase().as_str())
    }

    pub(crate) fn closes(&self, line: &str) -> bool {
        let trimmed = line.trim_start_matches(' ');
        let length = trimmed.chars().take_while(|c| *c == self.mark).count();
        line.len() - trimmed.len() <= 3 && length >= self.length && trimmed[length..].trim().is_empty()
    }

    pub(crate) fn unindented<'l>(&self, line: &'l str) -> &'l str {
        let spaces = line.bytes().take(self.indent).take_while(|b| *b == b' ').count();
        &line[spaces..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(reply: &str) -> Vec<String> {
        read(reply).cells
    }

    #[test]
    fn fences_are_found_as_markdown_has_them() {
        assert_eq!(cells("Look:\n```repl\nlet a = 1\n```\nand\n```js\na\n```"), ["let a = 1\n", "a\n"]);
        assert_eq!(cells("~~~repl\na\n~~~\n````repl\nconst s = `\n```\n`\n````"), ["a\n", "const s = `\n```\n`\n"]);
        assert_eq!(cells("```repl\r\na()\r\n```\r\n"), ["a()\n"]);
        assert_eq!(cells("  ```repl\n  a\n    b\n  ```"), ["a\n  b\n"]);
        assert_eq!(cells("no code, `inline` only"), Vec::<String>::new());
    }

    #[test]
    fn an_empty_block_swallows_nothing() {
        assert_eq!(cells("```repl\n```\nprose\n```repl\nb\n```"), ["b\n"]);
    }

    #[test]
    fn thoughts_are_not_run() {
        assert_eq!(cells("<think>```repl\nbad()\n```</think>\n```repl\ngood()\n```"), ["good()\n"]);
        assert_eq!(cells("<think>```repl\nnever closed"), Vec::<String>::new());
    }

    #[test]
    fn the_rest_is_remarked_on() {
        let reply = read("```python\nprint(1)\n```\nFINAL(42)\n```repl\nsubmit(1)");
        assert_eq!(reply.cells, ["submit(1)\n"]);
        expect_test::expect![[r#"
            The last code block was not closed; it was run as it stood.
            Blocks of python were not run: only ```repl blocks of JavaScript are.
            An answer in prose does not count: only code that runs can submit(value)."#]]
        .assert_eq(&reply.remarks.join("\n"));
    }
}
