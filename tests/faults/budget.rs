//! Limits under random loads: whatever the script does and however much is under way at once, the server never sees the
//! call beyond the limit, and never writes a token beyond the budget.

use std::{sync::Arc, time::Duration};

use analysis::units::Tokens;
use models::{Http, Key, wire::OpenAiChat};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use runtime::{Outcome, Retry, RunSpec, SandboxCommand, Status};

use super::server::{Deed, Server};
use crate::scripted::run::TOKIO;

/// What a run is given to do, and what it may take.
#[derive(Clone, Debug)]
struct Load {
    /// Agents in each of a few lists that run at once.
    lists: Vec<u8>,
    /// Whether what throws is caught, agent by agent.
    swallows: bool,
    at_once: usize,
    /// Every so many-th request is answered with 429 or an answer that breaks off.
    faulty: usize,
    agents: u64,
    tokens: Option<u64>,
}

fn load() -> impl Strategy<Value = Load> {
    let lists = prop::collection::vec(1..12u8, 1..4);
    (lists, any::<bool>(), 1..9usize, 2..9usize, 1..30u64, prop::option::of(1..60u64)).prop_map(
        |(lists, swallows, at_once, faulty, agents, tokens)| Load { lists, swallows, at_once, faulty, agents, tokens },
    )
}

const SCRIPT: &str = "export const meta = { name: 'load', description: 'As many agents as told' };
const one = async (prompt) => {
  if (!args.swallows) return agent(prompt);
  try { return await agent(prompt); } catch { return agent(prompt + ' again').catch(() => 'swallowed'); }
};
await parallel(args.lists.map((count, list) => () =>
  parallel(Array.from({ length: count }, (_, i) => () => one(`${list} ${i}`)))));
return 'came to its end';
";

async fn run(load: &Load) -> (Server, Outcome) {
    let faulty = load.faulty;
    let count = std::sync::atomic::AtomicUsize::new(1);
    let server = Server::start(move |_| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        n if n % faulty != 0 => Deed::Slowly(Duration::from_millis(n as u64 % 4), "five tokens".into()),
        n if n % 2 == 0 => Deed::Status(429, vec![("retry-after-ms", "1".into())]),
        _ => Deed::Cut("half".into()),
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = RunSpec::new(folder.path().join("load.js"), SCRIPT, folder.path().join("runs"));
    spec.args = Some(serde_json::json!({ "lists": load.lists, "swallows": load.swallows }));
    spec.simulated = false;
    spec.sandbox = SandboxCommand::Thread;
    spec.concurrency = Some(load.at_once);
    spec.limits.max_agents = load.agents;
    spec.limits.budget_tokens = load.tokens.map(Tokens);
    spec.retry = Retry { wait: Duration::from_millis(1), longest_wait: Duration::from_millis(2), ..Retry::default() };
    let model = Http::new(Box::new(OpenAiChat::default()), &server.base, Key::default(), "tiny").expect("a client");
    let outcome = runtime::start(spec, Arc::new(model)).expect("it starts").wait().await;
    (server, outcome)
}

#[test]
fn no_load_gets_past_a_limit() {
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let held = runner.run(&load(), |load| {
        let (server, outcome) = TOKIO.block_on(run(&load));
        let asked = server.asked();
        let mut calls: Vec<&str> = asked.iter().map(|asked| asked.prompt.as_str()).collect();
        calls.sort_unstable();
        calls.dedup();
        prop_assert!(calls.len() as u64 <= load.agents, "{} calls reached the server", calls.len());
        let wanted: u64 = load.lists.iter().map(|count| u64::from(*count)).sum();
        if wanted > load.agents {
            prop_assert_eq!(outcome.status, Status::Failed, "a breach of the cap was swallowed");
            let message = outcome.error.map(|error| error.message).unwrap_or_default();
            prop_assert!(message.contains(&format!("at most {} agents", load.agents)), "{}", message);
        }
        if let Some(budget) = load.tokens {
            // The server writes five tokens, or fewer where the request allows no more; it does so for a whole answer only.
            let written: u64 = server
                .whole()
                .iter()
                .map(|asked| asked.body["max_completion_tokens"].as_u64().unwrap_or(u64::MAX).min(5))
                .sum();
            prop_assert!(written <= budget, "{written} tokens were written");
        }
        Ok(())
    });
    held.unwrap_or_else(|broken| panic!("{broken}"));
}
