//! Says what is wrong with a text that does not parse, in terms of what people do wrong in workflow scripts.

use swc_ecma_parser::error::{Error, SyntaxError as Kinds};

use super::{
    SyntaxError, SyntaxErrorKind,
    scan::{self, Kind, Scan, Token},
};
use crate::{script, text::Span};

/// The errors of `text`, in source order, one for each cause.
pub(super) fn explain(text: &str, errors: &[Option<Error>]) -> Vec<SyntaxError> {
    if errors.is_empty() {
        return Vec::new();
    }
    let tokens = scan::tokens(text);
    let scan = Tokens { text, tokens };
    let mut found: Vec<SyntaxError> = errors.iter().map(|error| scan.one(error.as_ref())).collect();
    found.sort_by_key(|e| e.span);
    found.dedup_by_key(|e| e.span);
    found
}

/// What the parser says, without a look at what is around.
pub(super) fn plainly(error: &Error) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::Other, script::span(error), message(error.kind()))
}

struct Tokens<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

impl Tokens<'_> {
    fn one(&self, error: Option<&Error>) -> SyntaxError {
        let Some(error) = error else {
            return SyntaxError::new(
                SyntaxErrorKind::Other,
                self.widen(Span::at(0)),
                "The parser cannot read this text.",
            );
        };
        let place = match error.kind() {
            Kinds::UnterminatedBlockComment => {
                Scan::new(self.text).last().map_or(Span::at(0), |t| Span::new(t.span.start, t.span.start + 2))
            }
            _ => script::span(error),
        };
        let at = self.tokens.partition_point(|t| t.span.end <= place.start);
        if fatal(error.kind()) {
            let causes = [Self::back_tick, Self::typescript, Self::unclosed_text, Self::brackets, Self::loose_option];
            if let Some(cause) = causes.iter().find_map(|cause| cause(self, at)) {
                return cause;
            }
        }
        SyntaxError::new(SyntaxErrorKind::Other, self.widen(place), message(error.kind()))
    }

    /// A span that shows: the token at an empty place, or the last one before the end.
    fn widen(&self, place: Span) -> Span {
        if place.end > place.start && (place.end as usize) <= self.text.len() {
            return place;
        }
        let token = self.tokens.iter().find(|t| t.span.end > place.start).or(self.tokens.last());
        token.map_or_else(|| Span::new(0, self.text.chars().next().map_or(0, |c| c.len_utf8() as u32)), |t| t.span)
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map(|t| t.text(self.text)).unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// A template literal with a word directly behind it: its last back-tick was meant to be part of the text.
    fn back_tick(&self, at: usize) -> Option<SyntaxError> {
        let ends = |i: usize| matches!(self.kind(i), Some(Kind::Template { closes: true, .. }));
        let goes_on = |i: usize| {
            let next = self.tokens.get(i + 1)?;
            let same_line = !next.after_newline;
            (same_line
                && matches!(next.kind, Kind::Word | Kind::Number)
                && !matches!(self.word(i + 1), "in" | "instanceof" | "as"))
            .then_some(i)
        };
        let i = (at.saturating_sub(2)..=at).rev().filter(|i| ends(*i)).find_map(goes_on)?;
        let end = self.tokens[i].span.end;
        let message = "This back-tick ends the template: write \\` for a back-tick in its text.";
        Some(SyntaxError::new(SyntaxErrorKind::BackTick, Span::new(end - 1, end), message))
    }

    /// A string or template whose end is missing.
    fn unclosed_text(&self, at: usize) -> Option<SyntaxError> {
        let from = at.saturating_sub(1);
        let open = self.tokens.iter().skip(from).find(|t| match t.kind {
            Kind::Text { closed } => !closed,
            Kind::Template { closes: true, .. } => t.span.end as usize == self.text.len() && !self.text.ends_with('`'),
            _ => false,
        })?;
        let first = Span::new(open.span.start, open.span.start + 1);
        let message = match first.slice(self.text) {
            "`" | "}" => {
                "This template literal is never closed: a back-tick is missing, or one too many stands before."
                    .to_owned()
            }
            quote => format!(
                "This string is never closed: its line ends without {quote}. Use a template literal for text of several lines."
            ),
        };
        Some(SyntaxError::new(
            SyntaxErrorKind::Other,
            if first.slice(self.text) == "}" { first } else { open.span },
            message,
        ))
    }

    /// Brackets that do not match, counted from the start.
    fn brackets(&self, _: usize) -> Option<SyntaxError> {
        let mut open: Vec<Token> = Vec::new();
        for token in self.tokens.iter().filter(|t| matches!(t.kind, Kind::Punct | Kind::Template { .. })) {
            let word = token.text(self.text);
            match token.kind {
                Kind::Template { opens, closes } => {
                    if !opens {
                        open.pop();
                    }
                    if !closes {
                        open.push(*token);
                    }
                }
                _ if matches!(word, "(" | "[" | "{") => open.push(*token),
                _ if matches!(word, ")" | "]" | "}") => match open.last() {
                    Some(last) if closer(last.text(self.text)) == word => {
                        open.pop();
                    }
                    Some(last) => return Some(self.mismatch(*last, *token, &open)),
                    None => {
                        let message = format!("This `{word}` closes nothing: remove it, or add what it should close.");
                        return Some(SyntaxError::new(SyntaxErrorKind::Other, token.span, message));
                    }
                },
                _ => {}
            }
        }
        let last = open.last()?;
        let word = last.text(self.text);
        let (word, span) = if last.kind == Kind::Punct {
            (word, last.span)
        } else {
            ("${", Span::new(last.span.end - 2, last.span.end))
        };
        let message = format!("This `{word}` is never closed: add `{}`.", closer(word));
        Some(SyntaxError::new(SyntaxErrorKind::Other, span, message))
    }

    fn mismatch(&self, last: Token, close: Token, open: &[Token]) -> SyntaxError {
        let word = close.text(self.text);
        let outer = open.iter().rev().find(|t| closer(t.text(self.text)) == word);
        if outer.is_none() || last.kind != Kind::Punct {
            let message = format!("This `{word}` closes nothing: remove it, or add what it should close.");
            return SyntaxError::new(SyntaxErrorKind::Other, close.span, message);
        }
        let own = last.text(self.text);
        let message = format!(
            "This `{own}` is never closed: `{}` is missing before the `{word}` that closes what is around it.",
            closer(own)
        );
        let mut error = SyntaxError::new(SyntaxErrorKind::Other, last.span, message);
        error.related.push((close.span, format!("`{}` is missing before this", closer(own))));
        error
    }

    /// Constructs of TypeScript round the place where the parser gave up.
    fn typescript(&self, at: usize) -> Option<SyntaxError> {
        let near = (at.saturating_sub(1)..=at + 1).chain(at.saturating_sub(4)..at.saturating_sub(1));
        near.filter_map(|i| self.typescript_at(i)).next().map(|(span, what)| {
            let message = format!("{what} is TypeScript, and workflow scripts run as plain JavaScript: remove it.");
            SyntaxError::new(SyntaxErrorKind::TypeScript, span, message)
        })
    }

    fn typescript_at(&self, i: usize) -> Option<(Span, &'static str)> {
        let token = *self.tokens.get(i)?;
        let before = i.checked_sub(1).map(|b| self.word(b)).unwrap_or_default();
        let two_before = i.checked_sub(2).map(|b| self.word(b)).unwrap_or_default();
        let next_is_word = self.kind(i + 1) == Some(Kind::Word);
        let starts = i == 0 || token.after_newline || matches!(before, ";" | "}" | "{" | "export" | "declare");
        match token.text(self.text) {
            ":" => {
                let declared =
                    matches!(two_before, "const" | "let" | "var") || before == ")" || (before == "?" && next_is_word);
                let typed = next_is_word && TYPES.contains(&self.word(i + 1)) && self.kind(i - 1) == Some(Kind::Word);
                let after = self.tokens.get(i + 1).map_or(token.span.end, |t| t.span.end);
                (declared || typed).then_some((Span::new(token.span.start, after), "A type annotation"))
            }
            "interface" if starts && next_is_word => Some((token.span, "`interface`")),
            "enum" if starts && next_is_word => Some((token.span, "`enum`")),
            "type" if starts && next_is_word && matches!(self.word(i + 2), "=" | "<") => Some((token.span, "`type`")),
            "namespace" | "declare" | "abstract" if starts && next_is_word => {
                Some((token.span, "A declaration of types"))
            }
            "as" | "satisfies" if !starts && next_is_word && !matches!(before, "." | "," | "(" | "{") => {
                let end = self.tokens.get(i + 1).map_or(token.span.end, |t| t.span.end);
                Some((Span::new(token.span.start, end), "A type assertion"))
            }
            "<" if self.kind(i.wrapping_sub(1)) == Some(Kind::Word) && TYPES.contains(&self.word(i + 1)) => {
                let end = self.tokens.get(i + 1).map_or(token.span.end, |t| t.span.end);
                Some((Span::new(token.span.start, end), "A type argument"))
            }
            "!" if matches!(self.word(i + 1), "." | ")" | ";" | "[")
                && !matches!(before, "(" | "," | "=" | "&&" | "||" | "return") =>
            {
                Some((token.span, "The non-null `!`"))
            }
            _ => None,
        }
    }

    /// `agent('…', label: 'x')`: an option without its object.
    fn loose_option(&self, at: usize) -> Option<SyntaxError> {
        let colon = (at.saturating_sub(1)..=at + 1).find(|i| self.word(*i) == ":")?;
        let key = colon.checked_sub(1).filter(|k| self.kind(*k) == Some(Kind::Word))?;
        let before = key.checked_sub(1)?;
        let name = self.word(key);
        let option = crate::vocabulary::agent_options().any(|o| o.name == name);
        (option && matches!(self.word(before), "," | "(")).then(|| {
            let message = format!("Options are given as an object: `{{ {name}: … }}`.");
            SyntaxError::new(SyntaxErrorKind::Other, self.tokens[key].span, message)
        })
    }
}

const TYPES: [&str; 14] = [
    "string", "number", "boolean", "any", "unknown", "void", "never", "object", "bigint", "Record", "Array", "Promise",
    "Map", "Set",
];

fn closer(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Whether an error can come from what stands before it.
fn fatal(kind: &Kinds) -> bool {
    !matches!(
        kind,
        Kinds::AwaitInFunction
            | Kinds::WithInStrict
            | Kinds::LegacyOctal
            | Kinds::DuplicateLabel(_)
            | Kinds::NotSimpleAssign
    )
}

fn message(kind: &Kinds) -> String {
    match kind {
        Kinds::AwaitInFunction | Kinds::InvalidIdentInAsync => {
            "`await` stands in a function that is not `async`: write `async` before the function.".into()
        }
        Kinds::Eof => "The script ends in the middle of something: a bracket or an operand is missing.".into(),
        Kinds::ConstDeclarationsRequireInitialization => {
            "A `const` needs a value: write `= …`, or declare it with `let`.".into()
        }
        Kinds::PatVarWithoutInit => "A pattern needs something to take apart: write `= …` after it.".into(),
        Kinds::ExpectedSemi | Kinds::ExpectedSemiForExprStmt { .. } => {
            "The statement should end here: an operator or a comma is missing, or a word too many.".into()
        }
        Kinds::NonTopLevelImportExport | Kinds::ImportExportInScript => {
            "`import` and `export` stand only at the top level, and a workflow has one `export`: `export const meta`."
                .into()
        }
        Kinds::UnterminatedRegExp => "This regular expression is never closed: its line ends without `/`.".into(),
        Kinds::UnterminatedBlockComment => "This comment is never closed: write `*/`.".into(),
        Kinds::NullishCoalescingWithLogicalOp => {
            "`??` and `||` or `&&` cannot be mixed without brackets: put one of them in `(…)`.".into()
        }
        Kinds::WithInStrict => "`with` is not allowed in modules: name the object.".into(),
        Kinds::NotSimpleAssign | Kinds::InvalidAssignTarget => {
            "This cannot be assigned to: only a variable, a property or a pattern can.".into()
        }
        Kinds::InvalidIdentInStrict(word) => format!("`{word}` is reserved: choose another name."),
        Kinds::Unexpected { got, .. } => {
            format!("Unexpected {}: remove it, or complete what stands before.", quoted(got))
        }
        Kinds::Expected(token, _) => format!("{} is missing here.", quoted(token)),
        Kinds::ExpectedIdent | Kinds::TS1003 => "A name is missing here, or the word is reserved.".into(),
        Kinds::TS1109 => "A value is missing here.".into(),
        Kinds::UnexpectedChar { c } if "\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}\u{201a}".contains(*c) => {
            format!("`{c}` is a typographic quote: write ' or \" or a back-tick.")
        }
        other => {
            let text = other.msg();
            let text = text.trim_end_matches('.');
            let mut chars = text.chars();
            chars.next().map(|c| format!("{}{}.", c.to_uppercase(), chars.as_str())).unwrap_or_default()
        }
    }
}

/// A token as the parser names it, in quotes; `<eof>` in words.
fn quoted(token: &str) -> String {
    match token {
        "<eof>" | "eof" => "the end of the script".into(),
        other => format!("`{other}`"),
    }
}
