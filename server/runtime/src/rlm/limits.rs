use analysis::vocabulary::{RLM_DEEPEST, RLM_DEPTH, RLM_MOST_TURNS, RLM_TURNS};
use serde::{Deserialize, Serialize};

/// What one recursive language model may take. Calls and tokens of the whole tree are the run's own limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RlmLimits {
    /// 0: a REPL without sub-calls; 1: code may ask plain models; more: code may start further REPLs.
    pub depth: u32,
    /// The deepest that options can ask for.
    pub deepest: u32,
    /// Replies of the root model, before it is asked for what it has.
    pub turns: u32,
    /// The most that options can ask for.
    pub most_turns: u32,
    /// Calls one cell may make before it has to confirm them.
    pub fan_out: u64,
    /// Characters (UTF-16 units) of one prompt, with what is attached.
    pub prompt: usize,
    /// Turns of loops and calls of functions in one cell.
    pub fuel: u64,
    /// Turns in a row without a cell that ran to its end.
    pub errors: u32,
    /// Contexts of at most so many tokens are answered with one plain call; `None` is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct: Option<u64>,
    /// Characters (UTF-16 units) of output the root model is shown of a turn.
    pub shown: usize,
}

impl RlmLimits {
    /// Calls of one cell where nobody says.
    pub const FAN_OUT: u64 = 64;

    /// Tokens up to which a plain call answers as well, as published results have it.
    pub const DIRECT: u64 = 16_000;
}

impl Default for RlmLimits {
    fn default() -> Self {
        Self {
            depth: RLM_DEPTH,
            deepest: RLM_DEEPEST,
            turns: RLM_TURNS,
            most_turns: RLM_MOST_TURNS,
            fan_out: Self::FAN_OUT,
            prompt: 400_000,
            fuel: 50_000_000,
            errors: 5,
            direct: None,
            shown: 10_000,
        }
    }
}
