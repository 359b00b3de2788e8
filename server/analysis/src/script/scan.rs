//! A cheap scan of any text into tokens: for what must be known before, or without, a parser.
//!
//! It never fails. Where the text is broken the tokens are a best guess; text inside strings, comments, templates and regular
//! expressions never becomes a token of its own.

use crate::text::Span;

/// A token, or a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where.
    pub(crate) span: Span,
    /// Whether a line ends between the token before and this one.
    pub(crate) after_newline: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A number.
    Number,
    /// A quoted string; `closed` is false where the line ends before the quote.
    Text {
        /// Whether the closing quote is there.
        closed: bool,
    },
    /// A piece of a template literal, from its back-tick or a `}` to the next `${` or the closing back-tick.
    Template {
        /// Whether it begins the literal.
        opens: bool,
        /// Whether it ends the literal.
        closes: bool,
    },
    /// A regular expression.
    Regex,
    /// Punctuation.
    Punct,
    /// A comment, without its line end.
    Comment,
}

impl Token {
    /// The token's text.
    pub(crate) fn text(self, text: &str) -> &str {
        self.span.slice(text)
    }
}

/// The tokens of a text, without its comments.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    Scan::new(text).filter(|token| token.kind != Kind::Comment).collect()
}

/// Iterates over the tokens and comments of a text.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    newline: bool,
    /// Whether an expression can begin here, so that `/` begins a regular expression.
    operand: bool,
    /// What each open bracket does to `operand` when it closes.
    open: Vec<Open>,
    /// The last word, if it is the last token.
    word: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Open {
    /// `(` after `if`, `while`, `for`, `with`: a statement follows.
    Head,
    /// `{` of a block: a statement follows.
    Block,
    /// `${`: the template goes on.
    Hole,
    /// Any other: an operator follows.
    Group,
}

/// Operators longest first, so that the first that fits is the right one.
const LONG: [&str; 34] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&",
    "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**", "//",
];

/// Words after which an expression begins.
const BEFORE_OPERAND: [&str; 17] = [
    "return",
    "typeof",
    "case",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "void",
    "delete",
    "throw",
    "await",
    "yield",
    "of",
    "extends",
    "default",
    "export",
];

impl<'a> Scan<'a> {
    /// Starts at the beginning of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Scan { text, at: start, newline: false, operand: true, open: Vec::new(), word: None }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn token(&mut self, kind: Kind, start: usize) -> Token {
        let token = Token { kind, span: Span::new(start as u32, self.at as u32), after_newline: self.newline };
        self.newline = false;
        token
    }

    /// Moves to the line's end.
    fn line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|b| *b == b'\n' || *b == b'\r').unwrap_or(rest.len());
    }

    fn comment(&mut self) -> bool {
        match (self.byte(0), self.byte(1)) {
            (Some(b'/'), Some(b'/')) => self.line_end(),
            (Some(b'#'), Some(b'!')) if self.at == 0 => self.line_end(),
            (Some(b'/'), Some(b'*')) => {
                let end = self.text[self.at + 2..].find("*/");
                self.at = end.map_or(self.text.len(), |e| self.at + 2 + e + 2);
            }
            _ => return false,
        }
        true
    }

    /// Moves to the next byte for which `stops` holds, or the end.
    fn skip_to(&mut self, stops: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|b| stops(*b)).unwrap_or(rest.len());
    }

    fn quoted(&mut self, quote: u8) -> bool {
        self.at += 1;
        loop {
            self.skip_to(|b| b == quote || matches!(b, b'\\' | b'\n' | b'\r'));
            let Some(b) = self.byte(0) else { break };
            match b {
                b'\\' => self.at += if self.byte(1) == Some(b'\r') && self.byte(2) == Some(b'\n') { 3 } else { 2 },
                b'\n' | b'\r' => return false,
                _ => self.at += 1,
            }
            if b == quote {
                return true;
            }
        }
        self.at = self.at.min(self.text.len());
        false
    }

    /// Reads template text after its back-tick or `}`; true where the literal ends.
    fn template(&mut self) -> bool {
        loop {
            self.skip_to(|b| matches!(b, b'\\' | b'`' | b'$'));
            let Some(b) = self.byte(0) else { break };
            match b {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    return true;
                }
                b'$' if self.byte(1) == Some(b'{') => {
                    self.at += 2;
                    self.open.push(Open::Hole);
                    return false;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        true
    }

    /// Reads a regular expression; false where the line ends first, so that it was a division.
    fn regex(&mut self) -> bool {
        let start = self.at;
        let mut class = false;
        self.at += 1;
        while let Some(b) = self.byte(0) {
            match b {
                b'\n' | b'\r' => break,
                b'\\' => self.at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.at += 1;
                    while self.byte(0).is_some_and(|b| b.is_ascii_alphanumeric()) {
                        self.at += 1;
                    }
                    return true;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = start;
        false
    }

    fn punct(&mut self, start: usize) -> Token {
        let rest = &self.text[start..];
        // Brackets and separators, most of all there is, begin no longer operator.
        let single =
            matches!(rest.as_bytes().first(), Some(b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b':'));
        let long = LONG.iter().find(|p| !single && rest.starts_with(**p)).filter(|p| **p != "//");
        // `?.5` is a conditional with a number.
        let long = long.filter(|p| **p != "?." || !rest.as_bytes().get(2).is_some_and(u8::is_ascii_digit));
        let length = long.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |p| p.len());
        let before = std::mem::replace(&mut self.operand, true);
        match (&rest[..length], before) {
            ("(", _) => {
                let head = self.word.map(|w| w.slice(self.text));
                let head = head.is_some_and(|w| matches!(w, "if" | "while" | "for" | "with" | "await"));
                self.open.push(if head { Open::Head } else { Open::Group });
            }
            ("[", _) => self.open.push(Open::Group),
            ("{", expression) => self.open.push(if self.block(expression, start) { Open::Block } else { Open::Group }),
            (")" | "]" | "}", _) => {
                let open = self.open.pop();
                self.operand = matches!(open, Some(Open::Head | Open::Block));
            }
            ("++" | "--", _) => self.operand = before,
            _ => {}
        }
        self.at = start + length;
        self.token(Kind::Punct, start)
    }

    /// Whether a `{` at `start` opens a block rather than an object.
    fn block(&self, expression_expected: bool, start: usize) -> bool {
        if !expression_expected {
            return true;
        }
        let before = self.text[..start].trim_end();
        match self.word.map(|w| w.slice(self.text)) {
            Some(word) => matches!(word, "do" | "else" | "try" | "finally"),
            None => before.is_empty() || before.ends_with([';', '{', '}', ')']) || before.ends_with("=>"),
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let start = self.at;
            match self.byte(0)? {
                b'\n' | b'\r' => {
                    self.newline = true;
                    self.at += 1;
                }
                b if b.is_ascii_whitespace() || b == 0x0b => {
                    self.at += 1;
                    self.skip_to(|b| b != b' ');
                }
                _ if self.comment() => {
                    let newline = self.newline;
                    let token = self.token(Kind::Comment, start);
                    // A block comment with a line break in it ends the line, too.
                    self.newline = newline || token.text(self.text).contains('\n');
                    return Some(token);
                }
                quote @ (b'"' | b'\'') => {
                    let closed = self.quoted(quote);
                    (self.operand, self.word) = (false, None);
                    return Some(self.token(Kind::Text { closed }, start));
                }
                b'`' => {
                    self.at += 1;
                    let closes = self.template();
                    (self.operand, self.word) = (!closes, None);
                    return Some(self.token(Kind::Template { opens: true, closes }, start));
                }
                b'}' if self.open.last() == Some(&Open::Hole) => {
                    self.open.pop();
                    self.at += 1;
                    let closes = self.template();
                    (self.operand, self.word) = (!closes, None);
                    return Some(self.token(Kind::Template { opens: false, closes }, start));
                }
                b'/' if self.operand && self.regex() => {
                    (self.operand, self.word) = (false, None);
                    return Some(self.token(Kind::Regex, start));
                }
                b if b.is_ascii_digit() || (b == b'.' && self.byte(1).is_some_and(|b| b.is_ascii_digit())) => {
                    while self.byte(0).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_') {
                        self.at += 1;
                    }
                    (self.operand, self.word) = (false, None);
                    return Some(self.token(Kind::Number, start));
                }
                b if word_byte(b) => {
                    self.skip_to(|b| !word_byte(b));
                    let after_dot = self.text[..start].ends_with('.') && !self.text[..start].ends_with("..");
                    let word = &self.text[start..self.at];
                    self.operand = !after_dot && BEFORE_OPERAND.contains(&word);
                    self.word = (!after_dot).then(|| Span::new(start as u32, self.at as u32));
                    return Some(self.token(Kind::Word, start));
                }
                _ => {
                    let token = self.punct(start);
                    self.word = None;
                    return Some(token);
                }
            }
        }
    }
}

fn word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'#') || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Scan::new(text).map(|t| format!("{:?}", t.text(text))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn brackets_in_text_are_no_tokens() {
        assert_eq!(
            shown("a('(', `[${b({})}]`) // {"),
            r#""a" "(" "'('" "," "`[${" "b" "(" "{" "}" ")" "}]`" ")" "// {""#
        );
    }

    #[test]
    fn a_slash_divides_after_an_operand_and_opens_a_regular_expression_elsewhere() {
        assert_eq!(shown("x = a / b / c"), r#""x" "=" "a" "/" "b" "/" "c""#);
        assert_eq!(shown("x.split(/[/(]/g)"), r#""x" "." "split" "(" "/[/(]/g" ")""#);
        assert_eq!(shown("if (a) /(/.test(b)"), r#""if" "(" "a" ")" "/(/" "." "test" "(" "b" ")""#);
        assert_eq!(shown("return /\\//"), r#""return" "/\\//""#);
        assert_eq!(shown("f(a) / 2 / (b)"), r#""f" "(" "a" ")" "/" "2" "/" "(" "b" ")""#);
    }

    #[test]
    fn broken_text_ends_at_the_end() {
        for text in ["'abc", "`a${", "`a", "/* x", "/a", "'\\", "`\\", "\u{feff}", "}", "é('"] {
            let last = Scan::new(text).last();
            assert!(last.is_none_or(|t| t.span.end as usize <= text.len()), "{text:?}");
        }
    }
}
