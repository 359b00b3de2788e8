//! A root by policy: it decides by the message of each turn what to do next, and makes mistakes at a rate, as models do. What it arrives at
//! does not depend on the mistakes: errors keep the state, are told with their place, and cost turns only.

use std::{sync::Arc, time::Duration};

use models::{Answer, Model, Reply, Request};
use runtime::EventKind;
use serde_json::{Value, json};

use super::{is_root, now, oracle::Random, run, spec};

/// Mistakes, in so many of a hundred turns.
#[derive(Clone, Copy, Debug, Default)]
struct Mistakes {
    syntax: u64,
    runtime: u64,
    no_await: u64,
    prose: u64,
}

struct Policy {
    mistakes: Mistakes,
    seed: u64,
}

/// What comes next, as far as the message of the turn shows how far it is.
fn next(now: &str) -> &'static str {
    let variables = now.lines().find_map(|line| line.strip_prefix("Variables: ")).unwrap_or_default();
    let has = |name: &str| variables.split(", ").any(|shown| shown.split(' ').next() == Some(name));
    match () {
        () if has("total") => "submit(total)",
        () if has("counts") => "let total = 0; for (const count of counts) total += count",
        () if has("chunks") => {
            "const counts = (await llm_query_batched(chunks.map((c) => ({ prompt: 'count', context: c })))).map(Number); print(counts)"
        }
        () if has("size") => "const chunks = ctx.chunk({ by: 'lines', size: 25 }); print(chunks.length)",
        () => {
            "const size = [ctx.length, ctx.lines]; print(size, ctx.head(60)); for (let i = 0; i < 900; i++) print('noise', i)"
        }
    }
}

impl Policy {
    fn reply(&self, request: &Request) -> String {
        let (now, turn) = now(request);
        let mut random = Random(((self.seed * 0x9e37_79b9) ^ (turn as u64 * 0x85eb_ca6b)) | 1);
        for _ in 0..5 {
            random.below(100);
        }
        let Mistakes { syntax, runtime, no_await, prose } = self.mistakes;
        let drawn = random.below(100);
        let cell = next(now);
        let bounds = [syntax, runtime, no_await, prose];
        let until = |n: usize| bounds[..=n].iter().sum::<u64>();
        match () {
            () if drawn < until(0) => format!("```repl\n{cell}\n)\n```"),
            () if drawn < until(1) => format!("```repl\nconst half = 'kept'; nowhere.at.all\n{cell}\n```"),
            () if drawn < until(2) => "```repl\nconst early = llm_query('count').trim()\n```".into(),
            () if drawn < until(3) => format!("I am done.\nFINAL({turn})"),
            () => format!("Next.\n```repl\n{cell}\n```"),
        }
    }
}

impl Model for Policy {
    fn answer(&self, request: Request) -> Reply<'_> {
        let said = match is_root(&request) {
            true => self.reply(&request),
            false => request.prompt.lines().filter(|line| line.contains("wanted")).count().to_string(),
        };
        Box::pin(async move { Ok(Answer { value: Value::from(said), ..Answer::default() }) })
    }

    fn simulated_latency(&self, _request: &Request) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

#[test]
fn mistakes_cost_turns_and_nothing_else() {
    let text: String = (0..400).map(|n| format!("line {n}{}\n", if n % 7 == 3 { " wanted" } else { "" })).collect();
    let gold = text.matches("wanted").count();
    let some = Mistakes { syntax: 8, runtime: 8, no_await: 8, prose: 6 };
    let mut turns = Vec::new();
    let cases = std::iter::once((0, Mistakes::default())).chain((1..=12).map(|seed| (seed, some)));
    for (seed, mistakes) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = spec(&folder, json!({ "question": "How many?", "context": text }));
        let (outcome, events) = run(spec, Arc::new(Policy { mistakes, seed }));
        let took = events.iter().find_map(|event| match &event.kind {
            EventKind::RlmEnded { turns, .. } => Some(*turns),
            _ => None,
        });
        assert_eq!(outcome.result, Some(json!(gold)), "seed {seed}: {:?}", outcome.error);
        turns.push(took.expect("an end"));
    }
    assert_eq!(turns[0], 5, "look, cut, ask, add up, submit");
    assert!(turns[1..].iter().any(|took| *took > 6), "there were mistakes: {turns:?}");
}
