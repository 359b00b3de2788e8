//! What a workflow script will do, read from its text alone.
//!
//! Pure and total: any text in, an answer out, in bounded time and stack; no IO, no clock, no LSP types.

pub mod text;
pub mod units;
