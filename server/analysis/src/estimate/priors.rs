//! Every number of an estimate that does not come from the script, with its source.
//!
//! Wherever one of these is used, the estimate's basis is [`super::Basis::Assumed`] and names it.

use crate::units::{Agents, Tokens, Usage};

/// Three sizes that stand in for one the script leaves open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// What it is the size of, as a person reads it.
    pub what: &'static str,
    /// Fewest.
    pub low: u64,
    /// What to expect.
    pub likely: u64,
    /// Most.
    pub high: u64,
    /// In what.
    pub unit: &'static str,
    /// Where the numbers are from.
    pub source: &'static str,
}

/// An answer without schema.
pub const TEXT_ANSWER: Prior = Prior {
    what: "an answer in text",
    low: 5,
    likely: 300,
    high: 4_000,
    unit: "tokens",
    source: "chosen: one sentence, a few paragraphs, some pages; not measured",
};

/// A string in a schema, as far as its own bounds leave it open.
pub const STRING: Prior = Prior {
    what: "a string in an answer",
    low: 1,
    likely: 20,
    high: 200,
    unit: "tokens",
    source: "chosen: a word, a sentence, a paragraph; not measured",
};

/// A number in an answer.
pub const NUMBER: Prior = Prior {
    what: "a number in an answer",
    low: 1,
    likely: 1,
    high: 6,
    unit: "tokens",
    source: "o200k_base writes three digits to a token",
};

/// Items of a list in an answer above its `minItems`, where there is no `maxItems`.
pub const OPEN_LIST: Prior = Prior {
    what: "a list without maxItems",
    low: 0,
    likely: 4,
    high: 50,
    unit: "items",
    source: "chosen; not measured",
};

/// A number of agents that nothing in the script limits, in each quantity that only the run decides.
pub const OPEN_COUNT: Prior = Prior {
    what: "a list or a loop that starts agents without a limit in the script",
    low: 0,
    likely: 4,
    high: 50,
    unit: "times",
    source: "chosen; not measured",
};

/// A value without a type in an answer.
pub const ANYTHING: Prior = Prior {
    what: "a value without a type",
    low: 1,
    likely: 20,
    high: 1_000,
    unit: "tokens",
    source: "chosen; not measured",
};

/// What fills a hole in a prompt, where nothing bounds it.
pub const OPEN_HOLE: Prior = Prior {
    what: "a part of a prompt that nothing bounds",
    low: 0,
    likely: 200,
    high: 4_000,
    unit: "tokens",
    source: "chosen: as an answer in text; not measured",
};

/// What a root model reads to write its next cells.
pub const RLM_TURN: Prior = Prior {
    what: "a turn of rlm(): what its root model reads",
    low: 600,
    likely: 8_000,
    high: 100_000,
    unit: "tokens",
    source: "the prompts alone; the mean of 953 published trajectories is 7,941 with a deviation of 5,057; the most is chosen",
};

/// The cells of one reply.
pub const RLM_CELLS: Prior = Prior {
    what: "a turn of rlm(): what its root model writes",
    low: 5,
    likely: 900,
    high: 8_000,
    unit: "tokens",
    source: "the mean of 953 published trajectories is 910 with a deviation of 701; the rest is chosen",
};

/// Replies of a root model.
pub const RLM_TURNS: Prior = Prior {
    what: "turns of rlm()",
    low: 1,
    likely: 5,
    high: 31,
    unit: "turns",
    source: "the mean of 953 published trajectories is 4.96 with a deviation of 1.74; the most is the runtime's limit, and one to close",
};

/// Calls that the cells of one tree make.
pub const RLM_CALLS: Prior = Prior {
    what: "calls that the cells of one rlm() make",
    low: 0,
    likely: 12,
    high: 200,
    unit: "calls",
    source: "published means by task are 1.5, 12, 53 and 56; the most holds only where neither the script nor the dialect sets one",
};

/// The prompt of a call that a cell makes.
pub const RLM_PART: Prior = Prior {
    what: "a call of a cell of rlm(): what it reads",
    low: 1,
    likely: 10_000,
    high: 100_000,
    unit: "tokens",
    source: "chosen; the runtime sends 400,000 characters at most",
};

/// Tokens of the models whose tokenizer is not public, for 100 tokens of `o200k_base`.
pub const NEW_CLAUDE_TOKENS: Prior = Prior {
    what: "tokens of Claude Opus 4.7 and later, Sonnet 5, Fable and Mythos for 100 counted",
    low: 110,
    likely: 135,
    high: 170,
    unit: "tokens",
    source: "Anthropic: about 30 % more tokens than earlier models, whose counts o200k_base undercuts on code",
};

/// The wait for an answer's first token.
pub const FIRST_TOKEN: Prior = Prior {
    what: "the wait for an answer's first token",
    low: 1,
    likely: 2,
    high: 15,
    unit: "seconds",
    source: "chosen; not measured",
};

/// How fast an answer is written.
pub const SPEED: Prior = Prior {
    what: "tokens that a model writes in a second",
    low: 20,
    likely: 60,
    high: 150,
    unit: "tokens",
    source: "chosen; not measured",
};

/// How long a tool-using agent works.
pub const AGENT_TIME: Prior = Prior {
    what: "the time of an agent with tools",
    low: 30,
    likely: 120,
    high: 370,
    unit: "seconds",
    source: "public reports of runs with 16 at a time: 20 agents in 63 s, 34 in 255 s, 46 in 1065 s; as if all slots were busy",
};

/// What a tool-using agent spends beyond its prompt and its answer, see [`AGENT_OVERHEAD`].
pub const AGENT_TOKENS: Prior = Prior {
    what: "what an agent with tools reads and writes besides",
    low: total(0),
    likely: total(1),
    high: total(2),
    unit: "tokens",
    source: "public reports of Claude Code runs: 20 agents with trivial prompts, 70 agents at work, a review of 23; most of it is cached",
};

/// What so many agents would take if they had tools: `1.1M more tokens each, 30k to 3.5M, 11M in all; public reports`.
pub(super) fn with_tools(agents: Agents) -> String {
    let Prior { low, likely, high, .. } = AGENT_TOKENS;
    let all = Tokens(likely.saturating_mul(agents.0));
    let [low, likely, high] = [low, likely, high].map(Tokens);
    format!("{likely} more tokens each, {low} to {high}, {all} in all; public reports")
}

const fn total(i: usize) -> u64 {
    let Usage { input, output, cache_read, cache_write } = AGENT_OVERHEAD[i];
    input.0 + output.0 + cache_read.0 + cache_write.0
}

/// Adds those of `more` that are not in the list yet.
pub(super) fn assume(known: &mut Vec<&'static Prior>, more: impl IntoIterator<Item = &'static Prior>) {
    for prior in more {
        if !known.contains(&prior) {
            known.push(prior);
        }
    }
}

/// All of them, for the page that lists them.
pub const ALL: [&Prior; 17] = [
    &TEXT_ANSWER,
    &STRING,
    &NUMBER,
    &OPEN_LIST,
    &OPEN_COUNT,
    &ANYTHING,
    &OPEN_HOLE,
    &RLM_TURN,
    &RLM_CELLS,
    &RLM_TURNS,
    &RLM_CALLS,
    &RLM_PART,
    &NEW_CLAUDE_TOKENS,
    &FIRST_TOKEN,
    &SPEED,
    &AGENT_TIME,
    &AGENT_TOKENS,
];

/// Bytes of a token, for texts of which only the length is known: 4.08 measured on documentation, 4.68 on code (`o200k_base`).
pub const BYTES_PER_TOKEN: u64 = 4;

/// What a tool-using agent spends beyond its prompt and its answer: reading files, thinking, calling tools. Per agent.
///
/// Low: twenty one-shot agents with trivial prompts took 36,000 tokens each, and a reference run of 34 took 30,000. Likely: a
/// run of 70 agents took 334,000 out, 5.9 M cache writes, 69 M cache reads, 1.5 M in. High: a design review of 23 agents took
/// 656,000 out, 5.59 M cache writes, 72.7 M cache reads. (Public reports of Claude Code runs from June to October 2026; runs
/// differ by 10 to 100 times.)
pub const AGENT_OVERHEAD: [Usage; 3] = [
    Usage { input: Tokens(0), output: Tokens(0), cache_read: Tokens(0), cache_write: Tokens(30_000) },
    Usage { input: Tokens(21_000), output: Tokens(4_800), cache_read: Tokens(990_000), cache_write: Tokens(84_000) },
    Usage {
        input: Tokens(21_000),
        output: Tokens(28_000),
        cache_read: Tokens(3_200_000),
        cache_write: Tokens(243_000),
    },
];

/// The tokenizer's factor for a model, in percent of `o200k_base`: low, likely, high. Models whose tokenizer it is, and older
/// ones that come near it, have 100.
pub fn tokenizer_percent(model_id: &str) -> [u64; 3] {
    let newer = [
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-sonnet-5",
        "claude-haiku-5",
        "claude-fable",
        "claude-mythos",
    ];
    match newer.iter().any(|m| model_id.starts_with(m)) {
        true => [NEW_CLAUDE_TOKENS.low, NEW_CLAUDE_TOKENS.likely, NEW_CLAUDE_TOKENS.high],
        false => [100; 3],
    }
}
