//! The one place that calls swc's parser.

use std::panic::{AssertUnwindSafe, catch_unwind};

use swc_common::{
    BytePos,
    comments::{Comment, SingleThreadedComments},
};
use swc_ecma_ast::{EsVersion, Module};
use swc_ecma_parser::{
    EsSyntax, Parser, StringInput, Syntax, TsSyntax,
    error::{Error, SyntaxError},
    lexer::Lexer,
};

use super::span;
use crate::text::Span;

/// What the parser answers.
pub(super) struct Parsed {
    /// The tree. There can be one although there are errors.
    pub(super) module: Option<Module>,
    /// The comments, in source order.
    pub(super) comments: Vec<Span>,
    /// What is wrong; `None` for a text on which the parser panicked (about one in a million mutated texts).
    pub(super) errors: Vec<Option<Error>>,
}

/// Parses a text that passed the prescan.
pub(super) fn parse(text: &str) -> Parsed {
    catch_unwind(AssertUnwindSafe(|| parse_module(text))).unwrap_or(Parsed {
        module: None,
        comments: vec![],
        errors: vec![None],
    })
}

/// The tree of a text that passed the prescan, as TypeScript; the first error where it is none, `None` where the parser panicked.
pub(super) fn typed(text: &str) -> Result<Module, Option<Error>> {
    let parse = || {
        let input = StringInput::new(text, BytePos(1), BytePos(1 + text.len() as u32));
        let syntax = Syntax::Typescript(TsSyntax::default());
        let mut parser = Parser::new_from(Lexer::new(syntax, EsVersion::latest(), input, None));
        let module = parser.parse_module().map_err(Some)?;
        match parser.take_errors().into_iter().find(|error| !is_harmless(error)) {
            Some(error) => Err(Some(error)),
            None => Ok(module),
        }
    };
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or(Err(None))
}

/// Whether an error is none where a cell is read: it may return at its top level.
fn is_harmless(error: &Error) -> bool {
    matches!(error.kind(), SyntaxError::ReturnNotAllowed)
}

fn parse_module(text: &str) -> Parsed {
    let syntax = Syntax::Es(EsSyntax { allow_return_outside_function: true, ..Default::default() });
    let input = StringInput::new(text, BytePos(1), BytePos(1 + text.len() as u32));
    let comments = SingleThreadedComments::default();
    let mut parser = Parser::new_from(Lexer::new(syntax, EsVersion::latest(), input, Some(&comments)));
    let result = parser.parse_module();
    let mut errors: Vec<Option<Error>> = parser.take_errors().into_iter().map(Some).collect();
    let module = result.map_err(|e| errors.push(Some(e))).ok();
    drop(parser);
    Parsed { module, comments: places(comments), errors }
}

fn places(comments: SingleThreadedComments) -> Vec<Span> {
    let (leading, trailing) = comments.borrow_all();
    let all = leading.values().chain(trailing.values()).flatten();
    let mut places: Vec<Span> = all.map(|comment: &Comment| span(&comment.span)).collect();
    // The parser tries some texts in more than one way.
    places.sort();
    places.dedup();
    places
}
