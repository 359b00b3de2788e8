//! Recursive language models: a root model writes code in a REPL where the context is a variable.
//!
//! This module holds what needs no engine: reading a reply, showing output, the prompts, texts and patterns. The REPL
//! itself lives in the sandbox; every call of a model takes the one path through the scheduler.

pub(crate) mod blocks;
mod coverage;
mod folder;
mod limits;
pub(crate) mod output;
pub(crate) mod pattern;
pub mod prompt;
mod question;
pub(crate) mod search;
mod simulated;
pub(crate) mod source;
pub(crate) mod text;

pub(crate) use coverage::Coverage;
pub use folder::{Folder, OTHER_PEOPLES};
pub use limits::RlmLimits;
pub use question::Question;
pub use simulated::SimulatedRoot;
pub(crate) use simulated::simulated_answer;
pub use source::{BadContext, Cited, ContextFile, Excerpt};

/// The script behind `callsheet rlm`: one call of the primitive.
pub const SCRIPT: &str = "\
export const meta = { name: 'rlm', description: 'Asks one question about a context' }
return await rlm(args)
";
