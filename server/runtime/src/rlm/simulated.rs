//! A root model without a model: a policy that writes real cells, so that the whole machine can be tried without a key.

use std::{sync::Arc, time::Duration};

use analysis::tokens;
use models::{Answer, Model, ModelError, Reply, Request, Usage};
use serde_json::Value;

use super::prompt;

/// Plays the root of a recursive language model; all other calls go to the model inside.
///
/// It looks at all contexts, has their parts read, by REPLs of their own where the depth allows and the text is large, and submits what came
/// back. What to do next it reads from the message of the turn, as a model would. The cells are real; the answer means nothing, and says so.
#[derive(Clone)]
pub struct SimulatedRoot {
    /// Who answers all other calls.
    pub others: Arc<dyn Model>,
}

/// What the policy does in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Look,
    /// Few large parts, each to a REPL of its own.
    Branch,
    Read,
    /// Some parts could not be read.
    Again,
    /// Too many answers to look at.
    SumUp,
    /// Without calls.
    Alone,
    Submit,
}

/// Characters from which on parts are worth a REPL of their own.
const LARGE: u64 = 20_000;

const LOOK: &str = "\
This root model is simulated: it follows a fixed policy. First a look at what there is.
```repl
for (const one of Object.values(contexts)) print(one.name, one.length, 'characters,', one.lines, 'lines')
print(ctx.head(200))
```
";

/// Cuts all contexts up; what follows says to whom the parts go.
const CUT: &str = "\
const all = Object.values(contexts)
const length = all.reduce((sum, one) => sum + one.length, 0)
";

const BRANCH: &str = "\
const every = all.flatMap((one) => one.chunk({ by: 'chars', size: Math.max(2000, Math.ceil(length / 4)) }))
const prompts = every.slice(0, 8).map((chunk, i) => ({ prompt: question, context: chunk, label: `branch ${i + 1}` }))
const parts = await rlm_query_batched(prompts)
note('parts', `${parts.length} of ${every.length} parts were read`)
";

const READ: &str = "\
const every = all.flatMap((one) => one.chunk({ by: 'chars', size: Math.min(100000, Math.max(2000, Math.ceil(length / 16))) }))
const prompts = every.slice(0, 32).map((chunk, i) => ({ prompt: question, context: chunk, label: `part ${i + 1}` }))
print('calls:', plan(prompts).calls)
const parts = await llm_query_batched(prompts)
note('parts', `${parts.length} of ${every.length} parts were read`)
";

const AGAIN: &str = "\
Not all parts were read; those that were will do.
```repl
const slots = await llm_query_batched(prompts, { settle: true })
const parts = slots.filter((slot) => slot.ok).map((slot) => slot.value)
note('parts', `${parts.length} of ${every.length} parts were read`)
```
";

const SUM_UP: &str = "\
These are many answers: they are summed up.
```repl
const summary = await llm_query(`Sum these ${parts.length} answers up: ${question}`, { context: parts.join('\\n\\n'), label: 'sum up' })
```
";

const ALONE: &str = "\
Without sub-calls, the words that are longest are all there is.
```repl
const text = Object.values(contexts).map((one) => one.slice(0, 20000)).join('\\n')
const words = [...new Set(text.split('\\n').join(' ').split(' '))].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
const parts = words.slice(0, 5)
```
";

const SUBMIT: &str = "\
The answer is how many there were, and the first, or all in short.
```repl
const of = typeof every === 'undefined' ? '' : ` of ${every.length}`
const draft = `[simulated] ${parts.length}${of} parts; ${typeof summary === 'string' ? `in short: ${summary}` : `the first: ${parts[0]}`}`
submit(draft, { cite: typeof every === 'undefined' || parts.length === 0 ? [] : every.slice(0, 1) })
```
";

/// Answers that are looked at one by one.
const FEW: u64 = 8;

impl Step {
    /// What the message of the turn asks for; `None` where the request is no root model's.
    fn of(request: &Request) -> Option<Self> {
        let system = request.system.as_deref()?;
        if !system.starts_with(prompt::BEGINS) {
            return None;
        }
        let now = request.prompt.rsplit("\n== Turn ").next().unwrap_or_default();
        let variables = now.lines().find_map(|line| line.strip_prefix("Variables: ")).unwrap_or_default();
        let has = |name: &str| variables.split(", ").any(|shown| shown.split(' ').next() == Some(name));
        let parts = variables.split(", ").find_map(|shown| shown.strip_prefix("parts Array(")?.strip_suffix(')'));
        let many = parts.and_then(|count| count.parse::<u64>().ok()).is_some_and(|count| count > FEW);
        let asks = system.contains("llm_query_batched");
        Some(match () {
            () if has("parts") && many && asks && !has("summary") => Self::SumUp,
            () if has("parts") => Self::Submit,
            () if has("prompts") => Self::Again,
            () if !request.prompt.contains("\n== Turn 1: ") => Self::Look,
            () if !asks => Self::Alone,
            () if system.contains(prompt::DEEPER) && characters(&request.prompt) >= LARGE => Self::Branch,
            () => Self::Read,
        })
    }

    fn reply(self) -> String {
        let cell = |first: &str, code: &str| format!("{first}\n```repl\n{CUT}{code}```\n");
        match self {
            Self::Look => LOOK.into(),
            Self::Branch => cell("Then large parts, each to a REPL of its own.", BRANCH),
            Self::Read => cell("Then the parts are read, about 16 of them, or the first 32 of a large context.", READ),
            // The budget may leave no further turn.
            Self::Again => format!("{AGAIN}{SUBMIT}"),
            Self::SumUp => SUM_UP.into(),
            Self::Alone => ALONE.into(),
            Self::Submit => SUBMIT.into(),
        }
    }
}

/// Characters of all contexts, as the message of a turn tells them: "- `name`: string, 2,655 characters, …".
fn characters(prompt: &str) -> u64 {
    let told = prompt.lines().take_while(|line| !line.starts_with("== Turn ")).filter(|line| line.starts_with("- `"));
    let number = |line: &str| -> Option<u64> {
        let digits = line.split_once(" characters")?.0.rsplit(' ').next()?.replace(',', "");
        digits.parse().ok()
    };
    told.filter_map(number).sum()
}

impl SimulatedRoot {
    /// What the root says in this step. Where the answer must satisfy a schema, the model inside makes it up.
    async fn said(&self, step: Step, request: &Request) -> Result<String, ModelError> {
        let schema = request.system.as_deref().and_then(prompt::schema_in);
        let (Step::Submit | Step::Again, Some(schema)) = (step, schema) else { return Ok(step.reply()) };
        let asked = Request { schema: Some(schema), ..request.clone() };
        let answer = self.others.answer(asked).await?;
        Ok(format!("The answer is made up, to satisfy the schema.\n```repl\nsubmit({})\n```\n", answer.value))
    }
}

/// An answer that nobody gave, with the tokens it would have taken.
pub(crate) fn simulated_answer(request: &Request, text: String) -> Answer {
    let read = [request.prompt.as_str(), request.system.as_deref().unwrap_or_default()];
    let input = read.into_iter().map(tokens::count).sum();
    let usage = Usage { input, output: tokens::count(&text), ..Usage::default() };
    Answer { value: Value::from(text), usage, ..Answer::default() }
}

impl Model for SimulatedRoot {
    fn answer(&self, request: Request) -> Reply<'_> {
        let Some(step) = Step::of(&request) else { return self.others.answer(request) };
        Box::pin(async move {
            let latency = self.simulated_latency(&request).unwrap_or_default();
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            let text = self.said(step, &request).await?;
            Ok(simulated_answer(&request, text))
        })
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        self.others.simulated_latency(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(told: &str, deeper: bool) -> Step {
        let system = format!("{}{} llm_query_batched", prompt::BEGINS, if deeper { prompt::DEEPER } else { "" });
        let prompt = format!("Question: q\n\nContext:\n{told}");
        Step::of(&Request { system: Some(system), prompt, ..Request::default() }).unwrap()
    }

    #[test]
    fn the_message_of_the_turn_decides() {
        let contexts = "- `a`: string, 12,655 characters, 3 lines\n- `b`: array, 8,000 characters, 1 lines\n";
        let now =
            |past: &str, variables: &str| format!("{contexts}{past}\n== Turn 3/30 · depth\nVariables: {variables}\n");
        assert_eq!(step(&format!("{contexts}\n== Turn 1/30"), true), Step::Look);
        let past = "\n== Turn 1: you wrote\n- `c`: string, 9 characters\n";
        assert_eq!((step(&now(past, ""), true), step(&now(past, ""), false)), (Step::Branch, Step::Read));
        for (variables, expected) in [
            ("every Array(40), prompts Array(32)", Step::Again),
            ("prompts Array(32), parts Array(9)", Step::SumUp),
            ("parts Array(9), summary string(3)", Step::Submit),
            ("parts Array(8)", Step::Submit),
        ] {
            assert_eq!(step(&now(past, variables), true), expected, "{variables}");
        }
        assert!(Step::of(&Request { prompt: "== Turn 1/30".into(), ..Request::default() }).is_none());
    }
}
