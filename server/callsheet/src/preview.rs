//! The sheet of a run that is about to go on: what it has, what it asks again, and at what cost.

use analysis::{
    Analysis,
    estimate::{self, Assumptions, Cost},
    outline::Quantity,
    text::LineColumn,
};
use runtime::{Preview, Previewed, RunState, runs::Recorded};
use serde_json::{Value, json};

use crate::{
    numbers,
    table::{Align, Table, cut},
    tree,
};

/// Columns of a terminal that nobody has to scroll.
const WIDTH: usize = 96;

/// What is known before a run goes on.
pub(crate) struct Sheet<'a> {
    pub(crate) before: &'a Recorded,
    /// What that run came to.
    pub(crate) state: &'a RunState,
    pub(crate) preview: &'a Preview,
    pub(crate) analysis: &'a Analysis,
    pub(crate) script: &'a str,
    /// Whether the script is not the one that ran; `None` where the copy of that is gone.
    pub(crate) changed: Option<bool>,
    pub(crate) assumptions: &'a Assumptions,
    /// Whether agents in worktrees may work again.
    pub(crate) repeat: bool,
}

/// One place of the script and its calls.
struct Site<'a> {
    at: LineColumn,
    label: String,
    cached: usize,
    live: Vec<&'a Previewed>,
}

impl<'a> Sheet<'a> {
    /// For people.
    pub(crate) fn render(&self) -> String {
        let mut lines = vec![format!(" RESUME  {}", tree::headline(self.state))];
        lines.push(format!("         {}", self.before.id));
        lines.push(String::new());
        lines.extend(self.body().lines(1, WIDTH));
        lines.push(String::new());
        lines.extend(self.notes().lines(1, usize::MAX));
        lines.join("\n")
    }

    fn body(&self) -> Table {
        let right = Align::Right;
        let mut table = Table::new(&[Align::Left, right, right, right, right, right, right, Align::Left]);
        table.row(["", "journal", "to run", "tokens", "range", "cost", "range", "basis"]);
        table.rule();
        for (phase, sites) in self.phases() {
            table.row([phase.unwrap_or("(no phase)")]);
            for site in sites {
                let name = format!("  {} · line {}", cut(&site.label, 28), site.at.line);
                let requests = site.live.iter().map(|call| call.request());
                let cost = estimate::requests(requests, self.assumptions);
                table.row(row(name, site.cached, site.live.len(), &cost));
            }
        }
        table.rule();
        let cost = self.preview.cost(self.assumptions);
        table.row(row("As far as it is known".into(), self.preview.cached.len(), self.preview.live.len(), &cost));
        table
    }

    fn notes(&self) -> Table {
        let mut table = Table::new(&[Align::Left, Align::Left]);
        let changed = match self.changed {
            Some(true) => "changed since that run",
            Some(false) => "as it was in that run",
            None => "and the copy that ran is gone",
        };
        table.row(["script", &format!("{}, {changed}", self.script)]);
        if let Some(error) = self.state.error() {
            table.row(["before", &format!("failed: {}", first_line(&error.placed()))]);
        }
        if let Some(damage) = self.before.recording.damage {
            table.row(["journal", &damage.to_string()]);
        }
        for call in self.preview.may_be_paid() {
            let text = "was under way when the run broke off; it may already have been paid for";
            table.row(["paid?", &format!("{} · line {}: {text}", cut(&call.label, 40), call.at.line)]);
        }
        for call in self.preview.repeats() {
            let way = if self.repeat { "it works again" } else { "only `--repeat-worktrees` lets it work again" };
            let text = format!("was begun in a git worktree and has no answer; {way}");
            table.row(["twice?", &format!("{} · line {}: {text}", cut(&call.label, 40), call.at.line)]);
        }
        table.row(["then", &self.then()]);
        if !self.preview.live.is_empty() {
            let free = if self.state.is_simulated() { "nothing is spent: simulated; " } else { "" };
            let own = self.preview.cost(self.assumptions).own_price;
            table.row(["cost", &format!("{free}{}", numbers::price_basis(&self.assumptions.prices, own))]);
            if self.preview.live.iter().any(|call| call.model.is_none())
                && let Some(model) = self.assumptions.prices.find("inherit")
            {
                table.row(["", &format!("  no model named = {} (assumed)", model.id)]);
            }
        }
        table
    }

    /// What comes after the calls that are known.
    fn then(&self) -> String {
        if let Some(error) = &self.preview.error {
            let place = error.at.map(|at| format!(" at line {}", at.line)).unwrap_or_default();
            return format!("the script fails{place}: {}", first_line(&error.message));
        }
        if self.preview.complete {
            return "the script comes to its end, no other agent is called".into();
        }
        let (low, high) = self.more();
        match high {
            Some(0) => "no other agent can be called".into(),
            Some(high) if high == low => format!("{high} more, which depend on these answers; not in the cost above"),
            Some(high) => format!("{low}..{high} more, which depend on these answers; not in the cost above"),
            None => format!("{low} or more further ones, without bound; not in the cost above"),
        }
    }

    /// Fewest and most agents beyond those that are known.
    fn more(&self) -> (u64, Option<u64>) {
        if self.preview.complete {
            return (0, Some(0));
        }
        let known = (self.preview.cached.len() + self.preview.live.len()) as u64;
        let agents = &self.analysis.plan.agents;
        (agents.low.saturating_sub(known), agents.most().map(|most| most.saturating_sub(known)))
    }

    /// The calls by phase and place, in the order in which they appear.
    fn phases(&self) -> Vec<(Option<&'a str>, Vec<Site<'a>>)> {
        let cached = self.preview.cached.iter().map(|call| (call, true));
        let mut phases: Vec<(Option<&str>, Vec<Site>)> = Vec::new();
        for (call, cached) in cached.chain(self.preview.live.iter().map(|call| (call, false))) {
            let phase = call.phase.as_deref();
            let at = phases.iter().position(|(title, _)| *title == phase).unwrap_or_else(|| {
                phases.push((phase, vec![]));
                phases.len() - 1
            });
            let sites = &mut phases[at].1;
            let index = sites.iter().position(|site| site.at == call.at).unwrap_or_else(|| {
                sites.push(Site { at: call.at, label: call.label.clone(), cached: 0, live: vec![] });
                sites.len() - 1
            });
            let site = &mut sites[index];
            site.label = common(&site.label, &call.label);
            match cached {
                true => site.cached += 1,
                false => site.live.push(call),
            }
        }
        phases
    }

    /// For programs: the first line of `resume --json`.
    pub(crate) fn json(&self) -> Value {
        let cost = self.preview.cost(self.assumptions);
        let (low, high) = self.more();
        let live = |call: &Previewed| {
            let cost = estimate::requests([call.request()], self.assumptions);
            let mut line = self::call(call);
            line["mayBePaid"] = call.may_be_paid.into();
            line["repeats"] = call.repeats().into();
            line["tokens"] = json!(Quantity::of(&cost.tokens, |t| t.0));
            line["usd"] = json!(Quantity::of(&cost.usd, |u| u.0));
            line
        };
        json!({
            "type": "preview",
            "run": self.before.id,
            "script": self.script,
            "scriptChanged": self.changed,
            "simulated": self.state.is_simulated(),
            "complete": self.preview.complete,
            "error": self.preview.error,
            "cached": self.preview.cached.iter().map(call).collect::<Vec<_>>(),
            "live": self.preview.live.iter().map(live).collect::<Vec<_>>(),
            "tokens": Quantity::of(&cost.tokens, |t| t.0),
            "usd": Quantity::of(&cost.usd, |u| u.0),
            "more": {"low": low, "high": high},
        })
    }
}

fn call(call: &Previewed) -> Value {
    let (label, phase, at, model) = (&call.label, &call.phase, call.at, &call.model);
    json!({"label": label, "phase": phase, "line": at.line, "column": at.column, "model": model})
}

fn row(name: String, cached: usize, live: usize, cost: &Cost) -> Vec<String> {
    let mut row = vec![name, cached.to_string(), live.to_string()];
    if live > 0 {
        row.extend(numbers::cells(cost));
        row.push(numbers::basis(cost.usd.basis));
    }
    row
}

/// What both names have in common.
fn common(one: &str, other: &str) -> String {
    if one == other {
        return one.to_owned();
    }
    let one = one.trim_end_matches('…');
    let same: String = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    format!("{same}…")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
