//! What is checked before any parser sees a text: its size and how deep it nests.
//!
//! Parsers descend recursively, and a stack overflow cannot be caught. The deepest of 455 public scripts nests 15 brackets.

use super::{
    SyntaxError, SyntaxErrorKind,
    scan::{Kind, Scan, Token},
};
use crate::{text::Span, units::thousands};

/// Most bytes of a text that is looked at. Twice what the dialect allows a script to have (WF118).
pub const MAX_BYTES: usize = 1 << 20;

/// Most brackets (and template holes) inside each other.
pub const MAX_BRACKETS: u32 = 64;

/// Most levels of a syntax tree by brackets, prefix operators, arrows, conditionals, assignments and statements without braces.
const MAX_LEVELS: u32 = 192;

/// Most operators, members or calls after one another in one expression: these nest to the left, which costs a walk of the tree stack, too.
const MAX_CHAIN: u32 = 500;

/// Most `else` of one statement: each nests in the one before.
const MAX_ELSES: u32 = 128;

/// Refuses a text that a recursive parser, or a walk of its tree, could not take in bounded stack and time.
///
/// # Errors
/// One [`SyntaxError`] at the place where a limit is passed.
pub fn prescan(text: &str) -> Result<(), SyntaxError> {
    prescan_noting(text).map(drop)
}

/// The same; gives the comments, strings and pieces of templates, as the scan sees them.
pub(super) fn prescan_noting(text: &str) -> Result<Vec<Span>, SyntaxError> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "This text has {} bytes and is not looked at: a script can have at most 524,288.",
            thousands(text.len() as u64)
        );
        return Err(SyntaxError::new(SyntaxErrorKind::TooLarge, Span::at(0), message));
    }
    let mut depth = Depth { text, frames: vec![Frame::default()], levels: 0, last: None, body: false };
    let mut prose = Vec::new();
    for token in Scan::new(text) {
        if matches!(token.kind, Kind::Comment | Kind::Text { .. } | Kind::Template { .. }) {
            prose.push(token.span);
        }
        if token.kind != Kind::Comment {
            depth.take(token)?;
        }
    }
    Ok(prose)
}

/// What one bracket level holds at the moment.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    /// Prefix operators directly before the next operand.
    prefix: u32,
    /// Constructs that nest to the right: arrows, conditionals, assignments, bodies without braces.
    right: u32,
    /// Binary operators of the expression.
    binary: u32,
    /// Members, calls and indices of the operand.
    postfix: u32,
    /// `else` of one statement.
    elses: u32,
    /// The bracket is the head of an `if` or loop.
    head: bool,
}

struct Depth<'a> {
    text: &'a str,
    frames: Vec<Frame>,
    /// Sum of `1 + prefix + right` over all frames but the last.
    levels: u32,
    last: Option<Token>,
    /// The last token closed the head of an `if` or loop: a body follows.
    body: bool,
}

impl Depth<'_> {
    fn take(&mut self, token: Token) -> Result<(), SyntaxError> {
        let word = token.text(self.text);
        let after_operand = self.last.is_some_and(|t| ends_operand(t, self.text));
        let last = self.last.map(|t| t.text(self.text)).unwrap_or_default();
        let closes_statement = matches!(last, "}" | ";");
        let body = std::mem::take(&mut self.body) || last == "else";
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        if closes_statement && word != "else" {
            frame.elses = 0;
        }
        match (token.kind, word) {
            (Kind::Comment, _) => return Ok(()),
            (Kind::Template { opens, closes }, _) => {
                if !opens {
                    self.pop();
                } else if after_operand {
                    frame.postfix += 1;
                } else {
                    *frame = frame.next_operand();
                }
                if !closes {
                    self.push(token)?;
                }
            }
            (Kind::Punct, "(" | "[" | "{") => {
                match (after_operand, word) {
                    (true, "{") => {}
                    (true, _) => frame.postfix += 1,
                    (false, _) => frame.postfix = 0,
                }
                self.push(token)?;
            }
            (Kind::Punct, ")" | "]" | "}") => self.pop(),
            (Kind::Punct, ";" | ",") => *frame = Frame { elses: frame.elses, head: frame.head, ..Frame::default() },
            (Kind::Punct, "=>" | "?" | "**") => frame.right += 1,
            (Kind::Punct, ":") => frame.right += u32::from(last != "?" && after_operand),
            (Kind::Punct, "." | "?.") => frame.postfix += 1,
            (Kind::Punct, "++" | "--") => {}
            (Kind::Punct, op) if op.ends_with('=') && !matches!(op, "==" | "===" | "!=" | "!==" | "<=" | ">=") => {
                frame.right += 1
            }
            (Kind::Punct, _) if after_operand => {
                frame.binary += 1;
                frame.postfix = 0;
            }
            (Kind::Punct, _) => frame.prefix += 1,
            (Kind::Word, "in" | "instanceof") => frame.binary += 1,
            (Kind::Word, "typeof" | "void" | "delete" | "await" | "yield" | "new" | "async") => {
                if after_operand {
                    *frame = frame.next_statement(body);
                }
                frame.prefix += 1;
            }
            (Kind::Word, "else") => frame.elses += 1,
            // A statement as the body of another: `if (a) if (b) …`.
            (Kind::Word, "if" | "for" | "while" | "do" | "with" | "switch" | "try")
                if (body && last != "else") || matches!(last, "do" | ":") =>
            {
                frame.right += 1
            }
            (Kind::Word, _) if matches!(last, "." | "?.") => {}
            (Kind::Word, w) if STATEMENTS.contains(&w) && last != "else" => *frame = frame.next_statement(body),
            _ if after_operand => *frame = frame.next_statement(body),
            _ => *frame = frame.next_operand(),
        }
        self.last = Some(token);
        self.check(token)
    }

    fn push(&mut self, token: Token) -> Result<(), SyntaxError> {
        let frame = self.frames.last().copied().unwrap_or_default();
        self.levels += 1 + frame.prefix + frame.right;
        let head = self.last.is_some_and(|t| self.heads(t));
        self.frames.push(Frame { head: head && token.text(self.text) == "(", ..Frame::default() });
        if self.frames.len() as u32 - 1 > MAX_BRACKETS {
            let message =
                format!("Brackets nest deeper than {MAX_BRACKETS} levels here: move the inner part into a function.");
            return Err(SyntaxError::new(SyntaxErrorKind::TooDeep, token.span, message));
        }
        Ok(())
    }

    /// Whether the bracket after `token` is the head of an `if` or loop.
    fn heads(&self, token: Token) -> bool {
        match token.text(self.text) {
            "if" | "while" | "for" | "with" => true,
            "await" => self.text[..token.span.start as usize].trim_end().ends_with("for"),
            _ => false,
        }
    }

    fn pop(&mut self) {
        if self.frames.len() > 1 {
            self.body = self.frames.pop().is_some_and(|f| f.head);
            let frame = self.frames.last_mut().copied().unwrap_or_default();
            self.levels = self.levels.saturating_sub(1 + frame.prefix + frame.right);
            if let Some(frame) = self.frames.last_mut() {
                frame.prefix = 0;
            }
        }
    }

    fn check(&self, token: Token) -> Result<(), SyntaxError> {
        let frame = self.frames.last().copied().unwrap_or_default();
        let levels = self.levels + frame.prefix + frame.right;
        if levels <= MAX_LEVELS && frame.binary + frame.postfix <= MAX_CHAIN && frame.elses <= MAX_ELSES {
            return Ok(());
        }
        let message = if levels > MAX_LEVELS {
            format!("This nests deeper than {MAX_LEVELS} levels: give parts of it names of their own.")
        } else {
            format!(
                "This goes on for too long ({MAX_CHAIN} operators or calls, {MAX_ELSES} branches): build it from an array, or in steps."
            )
        };
        Err(SyntaxError::new(SyntaxErrorKind::TooDeep, token.span, message))
    }
}

impl Frame {
    fn next_operand(self) -> Frame {
        Frame { prefix: 0, postfix: 0, ..self }
    }

    /// A body stays part of its statement, and what opened it counts.
    fn next_statement(self, body: bool) -> Frame {
        if body {
            Frame { prefix: 0, binary: 0, postfix: 0, ..self }
        } else {
            Frame { head: self.head, ..Frame::default() }
        }
    }
}

/// Words that begin a statement.
const STATEMENTS: [&str; 20] = [
    "const", "let", "var", "return", "if", "for", "while", "do", "switch", "try", "throw", "break", "continue",
    "function", "class", "import", "export", "case", "default", "debugger",
];

fn ends_operand(token: Token, text: &str) -> bool {
    match token.kind {
        Kind::Number | Kind::Text { .. } | Kind::Regex | Kind::Template { closes: true, .. } => true,
        Kind::Punct => matches!(token.text(text), ")" | "]" | "}" | "++" | "--"),
        Kind::Word => !matches!(
            token.text(text),
            "if" | "for"
                | "while"
                | "with"
                | "const"
                | "let"
                | "var"
                | "function"
                | "class"
                | "return"
                | "typeof"
                | "case"
                | "do"
                | "else"
                | "in"
                | "of"
                | "instanceof"
                | "new"
                | "void"
                | "delete"
                | "throw"
                | "await"
                | "yield"
        ),
        Kind::Template { .. } | Kind::Comment => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<SyntaxErrorKind> {
        prescan(text).err().map(|e| e.kind)
    }

    #[test]
    fn nesting_is_refused_in_every_form_before_a_parser_sees_it() {
        let n = 50_000;
        let forms = [
            "(".repeat(n),
            "[".repeat(n),
            "{a:".repeat(n),
            "!".repeat(n),
            "- ".repeat(n),
            "1+".repeat(n),
            "1**".repeat(n),
            "x.a".repeat(n),
            format!("f{}", "()".repeat(n)),
            "a=>".repeat(n),
            "a?".repeat(n),
            "a?b:".repeat(n),
            "`${".repeat(n),
            "function f(){".repeat(n),
            "if(a);else ".repeat(n),
            "if(a)".repeat(n),
            "await ".repeat(n),
            "a=".repeat(n),
            "new ".repeat(n),
            "x:".repeat(n),
            "for(;;)".repeat(n),
            "for await(a of b)".repeat(n),
            "async()=>".repeat(n),
        ];
        for form in forms {
            assert_eq!(refused(&form), Some(SyntaxErrorKind::TooDeep), "{}…", &form[..20]);
        }
        assert_eq!(refused(&" ".repeat(MAX_BYTES + 1)), Some(SyntaxErrorKind::TooLarge));
    }

    #[test]
    fn what_stands_side_by_side_is_not_nested() {
        let n = 3000;
        let forms = [
            "a = b\n".repeat(n),
            "f(a)(b)\n;".repeat(n),
            "if (a) b(); else c()\n".repeat(n),
            "const x = !a && -b ? c : d\n".repeat(n),
            "{ let a = [1, 2] }\n".repeat(n),
            format!("const a = [{}]", "{ b: -1, c: x.y.z(1)[2] }, ".repeat(n)),
            format!("const s = `{}`", "( [ { ${a} ".repeat(n)),
            "// ((((\n".repeat(n),
            "xs.map(async x => await agent(x))\n".repeat(n),
        ];
        for form in forms {
            assert_eq!(prescan(&form), Ok(()), "{}…", &form[..20]);
        }
    }

    #[test]
    fn what_passes_fits_a_small_stack() {
        let deepest = [
            format!("{}1{}", "(".repeat(64), ")".repeat(64)),
            format!("agent{}1{}", "(()=>[".repeat(32), "])".repeat(32)),
            format!("x = 1{}", "+1".repeat(498)),
            format!("x{}", ".a()".repeat(240)),
            format!("{}b", "a=>".repeat(180)),
            format!("if(a);{}", "else if(a);".repeat(120)),
            format!("x = {}1", "a?b:".repeat(90)),
        ];
        for text in deepest {
            assert_eq!(prescan(&text), Ok(()), "{}…", &text[..20]);
            let small = std::thread::Builder::new().stack_size(2 << 20);
            let parsed = small.spawn(move || crate::script::parse(text).module().is_some()).expect("a thread").join();
            assert!(parsed.expect("no overflow"));
        }
    }
}
