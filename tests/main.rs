//! What crosses crates, in one test program: linking the engines once keeps the build short.

mod cli;
mod conformance;
mod docs;
mod faults;
mod grammars;
mod hostile;
mod house;
mod kill;
mod lsp_stdio;
mod mcp;
mod perf;
mod providers;
mod rlm;
mod scripted;
mod settings;
mod soundness;
