//! A script's text and what its parser made of it.

mod bodies;
mod chain;
mod comments;
pub mod cursor;
pub(crate) mod drafts;
mod engine;
mod explain;
pub mod index;
mod meta;
mod parser;
mod prescan;
mod prose;
mod reading;
mod recognize;
mod recover;
mod scan;
mod scope;
pub mod walk;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use swc_common::Spanned;
use swc_ecma_ast::Module;

pub use bodies::{count_turns, statements};
pub use chain::{Chain, Step};
pub use comments::{Ignore, IgnoreScope, Pragmas};
pub use engine::for_engine;
pub use meta::{Meta, MetaKey, MetaPhase, MetaProblem, MetaProblemKind, Spelled};
pub(crate) use meta::{constant_string, is_constant, word};
pub use prescan::{MAX_BRACKETS, MAX_BYTES, prescan};
pub(crate) use prose::{Prose, Rewording, is_prose};
pub(crate) use reading::{Reading, Typed};
pub use recognize::{is_workflow, is_workflow_path};
pub(crate) use scope::bound;

use crate::text::{LineIndex, Span};

/// A parsed script. Every text gives one.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text as it was given.
    pub text: Arc<str>,
    /// Where its lines start.
    pub lines: LineIndex,
    /// The syntax tree; parsed when first asked for where it is known what the parser says.
    module: OnceLock<Option<Arc<Module>>>,
    /// How the tree was got.
    pub tree: Tree,
    /// Syntax errors of the text as given, in source order.
    pub errors: Vec<SyntaxError>,
    /// The `meta` declaration, if the tree has one.
    pub meta: Option<Meta>,
    /// What comments tell this tool.
    pub pragmas: Pragmas,
    /// The line of code that is being typed, where the tree is that of the text without it.
    blank: Option<Span>,
    /// The comments, as the parser sees them.
    comments: Vec<Span>,
    /// Comments, strings and pieces of templates, as the scan sees them.
    prose: Vec<Span>,
}

impl Script {
    /// The syntax tree, if the text, or what the recovery made of it, has one. Convert its spans with [`span`].
    pub fn module(&self) -> Option<&Arc<Module>> {
        let parsed = || {
            let rest = self.blank.map(|line| recover::without(&self.text, line));
            parser::parse(rest.as_deref().unwrap_or(&self.text)).module.map(Arc::new)
        };
        self.module.get_or_init(parsed).as_ref()
    }
}

/// How a script's tree was got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// From the whole text.
    Whole,
    /// From the text without the spans given: what stood there is not in the tree, all else is, at its place.
    Recovered {
        /// What was blanked, in source order.
        blanked: Vec<Span>,
    },
    /// No tree.
    None,
}

/// One syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where; never empty in a text that is not.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Its cause, as far as it is recognized.
    pub kind: SyntaxErrorKind,
    /// Other places that matter.
    pub related: Vec<(Span, String)>,
}

/// All else follows from the text and from how its tree was got.
impl PartialEq for Script {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.tree == other.tree
    }
}

impl Eq for Script {}

/// The cause of a syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Any not named here.
    Other,
    /// A back-tick inside a template literal ends it.
    BackTick,
    /// Types: the runtime takes plain JavaScript.
    TypeScript,
    /// A text longer than [`MAX_BYTES`].
    TooLarge,
    /// Nested deeper than [`prescan`] allows.
    TooDeep,
}

impl SyntaxError {
    fn new(kind: SyntaxErrorKind, span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind, related: Vec::new() }
    }
}

/// The byte range of a tree node. The one place that knows how swc counts: from 1.
pub fn span(node: &impl Spanned) -> Span {
    let span = node.span();
    Span::new(span.lo.0.saturating_sub(1), span.hi.0.saturating_sub(1))
}

/// Parses `text`. Never fails and never panics: what is wrong is in [`Script::errors`].
pub fn parse(text: impl Into<Arc<str>>) -> Script {
    parse_after(text, None)
}

/// The tree of `text` read as TypeScript. Never panics.
///
/// # Errors
///
/// Where it is none: the first thing that is wrong, as far as it is known.
pub(crate) fn typed(text: &str) -> Result<Module, Option<SyntaxError>> {
    prescan(text).map_err(Some)?;
    parser::typed(text).map_err(|error| error.as_ref().map(explain::plainly))
}

/// Parses `text`, which came from editing `last`, a script with a whole tree: where `text` has no tree of its own, the lines that differ are
/// the first suspects.
pub fn parse_after(text: impl Into<Arc<str>>, last: Option<&Script>) -> Script {
    Reading::of(text.into()).recovered(last)
}
