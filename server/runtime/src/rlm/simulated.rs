//! A root model without a model: it writes real cells by a fixed plan, so that the whole machine can be tried without a key.

use std::{sync::Arc, time::Duration};

use analysis::tokens;
use models::{Answer, Model, Reply, Request, Usage};
use serde_json::Value;

use super::prompt;

/// Plays the root of a recursive language model; all other calls go to the model inside.
///
/// It looks at the context, has its parts read, and submits what came back. The cells are real; the answer means nothing,
/// and says so.
#[derive(Clone)]
pub struct SimulatedRoot {
    /// Who answers all other calls.
    pub others: Arc<dyn Model>,
}

const LOOK: &str = "\
This root model is simulated: it follows a fixed plan. First a look at the context.
```repl
print(ctx.length, 'characters,', ctx.lines, 'lines')
print(ctx.head(200))
```
";

const READ: &str = "\
Then its parts are read, about 16 of them, or the first 32 of a large context.
```repl
const size = Math.min(100000, Math.max(2000, Math.ceil(ctx.length / 16)))
const every = ctx.chunk({ by: 'chars', size })
const chunks = every.slice(0, 32)
const prompts = chunks.map((chunk) => ({ prompt: question, context: chunk, label: `part ${chunk.i + 1}` }))
print('calls:', plan(prompts).calls)
const parts = await llm_query_batched(prompts)
note('parts', `${parts.length} of ${every.length} parts were read`)
```
";

const ALONE: &str = "\
Without sub-calls, the words that are longest are all there is.
```repl
const words = [...new Set(ctx.slice(0, 20000).split('\\n').join(' ').split(' '))].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
const parts = words.slice(0, 5)
```
";

const SUBMIT: &str = "\
The answer is how many there were, and the first.
```repl
const of = typeof every === 'undefined' ? '' : ` of ${every.length}`
const draft = `[simulated] ${parts.length}${of} parts; the first: ${parts[0]}`
submit(draft)
```
";

impl SimulatedRoot {
    fn reply(request: &Request) -> Option<&'static str> {
        let system = request.system.as_deref()?;
        if !system.starts_with(prompt::BEGINS) {
            return None;
        }
        // What the turn message says decides what comes next, as it would for a model.
        let now = request.prompt.rsplit("\n== Turn ").next().unwrap_or_default();
        let has = |name: &str| now.lines().any(|l| l.starts_with("Variables: ") && l.contains(&format!("{name} ")));
        Some(match () {
            () if has("parts") => SUBMIT,
            () if !request.prompt.contains("\n== Turn 1: ") => LOOK,
            () if system.contains("llm_query_batched") => READ,
            () => ALONE,
        })
    }
}

impl Model for SimulatedRoot {
    fn answer(&self, request: Request) -> Reply<'_> {
        match Self::reply(&request) {
            None => self.others.answer(request),
            Some(text) => {
                let read = [request.prompt.as_str(), request.system.as_deref().unwrap_or_default()];
                let input = read.into_iter().map(tokens::count).sum();
                let usage = Usage { input, output: tokens::count(text), ..Usage::default() };
                let latency = self.simulated_latency(&request).unwrap_or_default();
                Box::pin(async move {
                    if !latency.is_zero() {
                        tokio::time::sleep(latency).await;
                    }
                    Ok(Answer { value: Value::from(text), usage, ..Answer::default() })
                })
            }
        }
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        self.others.simulated_latency(request)
    }
}
