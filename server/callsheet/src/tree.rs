//! A run as a tree: its phases and their agents, as far as they have come.

use analysis::units::{Tokens, Usd};
use runtime::{AgentState, CallId, EventKind, Progress, RunState, Status};

use crate::{boughs, numbers, table::cut};

/// How much of a tree to show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Columns of a line at most.
    pub(crate) width: usize,
    /// Lines at most; agents that are over give way first, then those that wait.
    pub(crate) height: usize,
}

impl Frame {
    /// Everything, for a page that scrolls.
    pub(crate) const WHOLE: Frame = Frame { width: 100, height: usize::MAX };
}

/// The lines of the tree.
pub(crate) fn lines(state: &RunState, frame: Frame) -> Vec<String> {
    let shown = |show: &dyn Fn(&AgentState) -> bool| draw(state, frame, show);
    let all = shown(&|_| true);
    if all.len() <= frame.height {
        return all;
    }
    let open = shown(&|agent| !agent.progress.is_over() || agent.progress == Progress::Failed);
    if open.len() <= frame.height {
        return open;
    }
    let mut running = shown(&|agent| agent.progress == Progress::Running);
    running.truncate(frame.height);
    running
}

fn draw(state: &RunState, frame: Frame, show: &dyn Fn(&AgentState) -> bool) -> Vec<String> {
    let mut lines = vec![cut(&headline(state), frame.width)];
    let all = boughs::all(state, show);
    boughs::print(&all, " ", &mut |line| lines.push(cut(line, frame.width)));
    lines
}

/// `review · simulated · 12/18 agents · 9.8k tokens · 3.2 s`.
pub(crate) fn headline(state: &RunState) -> String {
    let mut parts = Vec::new();
    if let Some(EventKind::RunStarted { name, simulated, .. }) = state.started.as_ref().map(|e| &e.kind) {
        parts.push(name.clone());
        if *simulated {
            parts.push("simulated".into());
        }
    }
    match state.status() {
        Some(Status::Ok) => parts.push("done".into()),
        Some(Status::Failed) => parts.push("failed".into()),
        Some(Status::Stopped) => parts.push("stopped".into()),
        None => {}
    }
    if state.ended.is_none() {
        let limits = state.spend_limits.iter();
        parts.extend(
            limits.map(|of| format!("{}spend limit", of.as_ref().map_or(String::new(), |of| format!("{of}: ")))),
        );
    }
    let (all, over) = (state.totals.agents, state.finished());
    let agents = numbers::count(all, "agent");
    parts.push(if over == all { agents } else { format!("{over} of {agents}") });
    for (count, what) in [(state.totals.failed, "failed"), (state.totals.dropped, "dropped")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.push(format!("{} tokens", state.totals.usage.total()));
    if state.totals.usd > Usd(0.0) {
        parts.push(state.totals.usd.to_string());
    }
    parts.push(seconds(state.ms));
    parts.join(" · ")
}

/// One agent's line without its branch, if there is such a call.
pub(crate) fn agent(state: &RunState, call: u64) -> Option<String> {
    let agent = state.agent(CallId(call))?;
    Some(agent_line(agent, state.ms))
}

pub(crate) fn agent_line(agent: &AgentState, now: u64) -> String {
    let (sign, word) = match agent.progress {
        Progress::Queued => ("○", "waits".to_owned()),
        Progress::Running => ("●", seconds(now.saturating_sub(agent.started_ms.unwrap_or(now)))),
        Progress::Done => ("✓", taken(agent)),
        Progress::Cached => ("↺", "from the journal".into()),
        Progress::Failed => ("✗", failure(agent)),
        Progress::Skipped => ("–", "skipped".into()),
        Progress::Abandoned => ("–", "given up".into()),
    };
    let again = if agent.attempts > 1 { format!(", attempt {}", agent.attempts) } else { String::new() };
    format!("{sign} {}  {word}{again}", cut(&agent.label, 48))
}

/// `610 tokens, 0.4 s`.
fn taken(agent: &AgentState) -> String {
    let time = agent.ended_ms.unwrap_or(0).saturating_sub(agent.started_ms.unwrap_or(0));
    format!("{} tokens, {}", agent.usage.total(), seconds(time))
}

fn failure(agent: &AgentState) -> String {
    match &agent.error {
        Some(error) => error.lines().next().unwrap_or_default().to_owned(),
        None => "failed".into(),
    }
}

/// ` · 610 tokens · $0.02`.
pub(crate) fn spent(tokens: Tokens, usd: Usd) -> String {
    match (tokens, usd) {
        (Tokens(0), _) => String::new(),
        (tokens, Usd(0.0)) => format!(" · {tokens} tokens"),
        (tokens, usd) => format!(" · {tokens} tokens · {usd}"),
    }
}

/// `0.4 s`, `3 min 20 s`.
pub(crate) fn seconds(ms: u64) -> String {
    match ms {
        0..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}
