//! What crosses crates, in one test program: linking the engines once keeps the build short.

mod conformance;
mod grammars;
mod hostile;
mod house;
mod lsp_stdio;
#[expect(dead_code, reason = "cases are read and checked from here on; running them waits for the runtime")]
mod scripted;
mod settings;
mod soundness;
