//! What stands before a `.`, told from tokens alone: `found.bugs[0]`, and the list that a callback's parameter comes from.

use super::scan::{Kind, Token};
use crate::text::Span;

/// A variable and the way from it to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The variable.
    pub root: Span,
    /// The list whose elements the variable is, one by one: `list.map(root => …`, `for (const root of list)`.
    pub element_of: Option<Box<Chain>>,
    /// From the variable on.
    pub steps: Vec<Step>,
}

/// From one value to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`, `?.name`.
    Field(Span),
    /// `[0]`, `.find(…)`.
    Element,
}

/// Methods of lists that give a list of the same elements.
const KEEPING: [&str; 8] = ["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat", "splice"];

/// Methods of lists that give one of its elements.
const PICKING: [&str; 5] = ["find", "findLast", "at", "pop", "shift"];

/// Methods of lists that call back with one element after another.
const ITERATING: [&str; 11] =
    ["map", "filter", "forEach", "flatMap", "find", "findLast", "findIndex", "some", "every", "sort", "reduce"];

/// Deeper than this nobody nests callbacks.
const DEEP: usize = 16;

/// The chain that `tokens`, without comments, end with. `None` where it is no chain: a call, a group, a literal.
pub(super) fn at_the_end_of(tokens: &[Token], text: &str) -> Option<Chain> {
    nested(tokens, text, 0)
}

fn nested(tokens: &[Token], text: &str, depth: usize) -> Option<Chain> {
    let mut steps = Vec::new();
    let mut end = tokens.len();
    let root = loop {
        let last = tokens[..end].last()?;
        end -= 1;
        match (last.kind, last.text(text)) {
            (Kind::Word, _) if is_dot(tokens, end, text) => {
                steps.push(Step::Field(last.span));
                end -= 1;
            }
            (Kind::Word, _) => break last.span,
            (Kind::Punct, "]") => {
                end = opening(&tokens[..end], text)?;
                steps.push(Step::Element);
                end -= usize::from(is_dot(tokens, end, text));
            }
            (Kind::Punct, ")") => {
                let open = opening(&tokens[..end], text)?;
                let method = tokens.get(open.checked_sub(1)?)?.text(text);
                end = open.checked_sub(2).filter(|_| is_dot(tokens, open - 1, text))?;
                if PICKING.contains(&method) {
                    steps.push(Step::Element);
                } else if !KEEPING.contains(&method) {
                    return None;
                }
            }
            _ => return None,
        }
    };
    steps.reverse();
    let list = if depth < DEEP { list_of(&tokens[..end], root.slice(text), text, depth) } else { None };
    Some(Chain { root, element_of: list.map(Box::new), steps })
}

/// Whether a `.` stands before the token at `at`.
fn is_dot(tokens: &[Token], at: usize, text: &str) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(tokens[before].text(text), "." | "?."))
}

/// Where the bracket opens that closes behind `tokens`.
fn opening(tokens: &[Token], text: &str) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().rposition(|token| match (token.kind, token.text(text)) {
        (Kind::Punct, ")" | "]" | "}") | (Kind::Template { opens: false, closes: true }, _) => {
            depth += 1;
            false
        }
        (Kind::Punct, "(" | "[" | "{") | (Kind::Template { opens: true, closes: false }, _) if depth == 0 => true,
        (Kind::Punct, "(" | "[" | "{") | (Kind::Template { opens: true, closes: false }, _) => {
            depth -= 1;
            false
        }
        _ => false,
    })
}

/// The list whose elements `name` is behind `tokens`.
fn list_of(tokens: &[Token], name: &str, text: &str, depth: usize) -> Option<Chain> {
    let mut end = tokens.len();
    while let Some(open) = opening(&tokens[..end], text) {
        end = open;
        if tokens[open].text(text) != "(" {
            continue;
        }
        let word = |at: Option<usize>| at.map_or("", |at| tokens[at].text(text));
        let method = word(open.checked_sub(1));
        if ITERATING.contains(&method)
            && is_dot(tokens, open - 1, text)
            && takes(&tokens[open + 1..], name, method, text)
        {
            return nested(&tokens[..open - 2], text, depth + 1);
        }
    }
    for_of(tokens, name, text, depth)
}

/// Whether a function that begins with `tokens` has `name` for the element `method` hands it.
fn takes(tokens: &[Token], name: &str, method: &str, text: &str) -> bool {
    let mut words = tokens.iter().map(|token| token.text(text)).skip_while(|word| *word == "async");
    let place = usize::from(method == "reduce");
    match words.next() {
        Some("(") => words.step_by(2).nth(place) == Some(name),
        Some(word) => place == 0 && word == name && words.next() == Some("=>"),
        None => false,
    }
}

/// `for (const name of list)`, the last before the end of `tokens`.
fn for_of(tokens: &[Token], name: &str, text: &str, depth: usize) -> Option<Chain> {
    let declares = |window: &[Token]| {
        matches!(window[0].text(text), "const" | "let" | "var")
            && window[1].text(text) == name
            && window[2].text(text) == "of"
    };
    let from = tokens.windows(3).rposition(declares)? + 3;
    let mut open = 0;
    let length = tokens[from..].iter().position(|token| match token.text(text) {
        "(" | "[" | "{" => {
            open += 1;
            false
        }
        ")" if open == 0 => true,
        ")" | "]" | "}" => {
            open -= 1;
            false
        }
        _ => false,
    })?;
    nested(&tokens[..from + length], text, depth + 1).filter(|chain| chain.root.start >= tokens[from].span.start)
}
