//! A script's text and what its parser made of it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use swc_common::{BytePos, Spanned};
use swc_ecma_ast::{EsVersion, Module};
use swc_ecma_parser::{EsSyntax, Parser, StringInput, Syntax, error::Error, lexer::Lexer};

use crate::text::{LineIndex, Span};

/// A parsed script. Every text gives one.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text as it was given.
    pub text: Arc<str>,
    /// Where its lines start.
    pub lines: LineIndex,
    /// The syntax tree, if the text, or what the recovery made of it, has one. Convert its spans with [`span`].
    pub module: Option<Arc<Module>>,
    /// Syntax errors of the text as given, in source order.
    pub errors: Vec<SyntaxError>,
}

/// One syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// The byte range of a tree node. The one place that knows how swc counts: from 1.
pub fn span(node: &impl Spanned) -> Span {
    let span = node.span();
    Span::new(span.lo.0.saturating_sub(1), span.hi.0.saturating_sub(1))
}

/// Parses `text`. Never fails and never panics: what is wrong is in [`Script::errors`].
pub fn parse(text: impl Into<Arc<str>>) -> Script {
    let text = text.into();
    let lines = LineIndex::new(&text);
    let (module, errors) = match catch_unwind(AssertUnwindSafe(|| parse_module(&text))) {
        Ok((module, errors)) => (module.map(Arc::new), errors),
        Err(_) => (None, vec![SyntaxError { span: Span::at(0), message: "The parser gave up on this text.".into() }]),
    };
    Script { text, lines, module, errors }
}

fn parse_module(text: &str) -> (Option<Module>, Vec<SyntaxError>) {
    let syntax = Syntax::Es(EsSyntax { allow_return_outside_function: true, ..Default::default() });
    let input = StringInput::new(text, BytePos(1), BytePos(1 + text.len() as u32));
    let mut parser = Parser::new_from(Lexer::new(syntax, EsVersion::latest(), input, None));
    let result = parser.parse_module();
    let mut errors: Vec<SyntaxError> = parser.take_errors().iter().map(syntax_error).collect();
    let module = result.map_err(|e| errors.push(syntax_error(&e))).ok();
    (module, errors)
}

fn syntax_error(error: &Error) -> SyntaxError {
    SyntaxError { span: span(error), message: error.kind().msg().into_owned() }
}
