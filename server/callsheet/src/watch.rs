//! A run while it goes on: as JSON, as lines, or as a tree that is drawn anew.

use std::{
    io::{self, IsTerminal},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use runtime::{CallId, Event, EventKind, Events, RunHandle, RunState};

use crate::{numbers, output, output::Failure, tree};

/// How a run is shown while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Every event as a line of JSON.
    Json,
    /// What people want to know, a line each.
    Lines,
    /// The same on standard error, where standard output is for something else.
    Notes,
    /// A tree, drawn anew in place.
    Tree,
}

/// Between two drawings.
const TICK: Duration = Duration::from_millis(100);

impl View {
    pub(crate) fn choose(json: bool) -> Self {
        match json {
            true => Self::Json,
            false if io::stdout().is_terminal() && io::stderr().is_terminal() => Self::Tree,
            false => Self::Lines,
        }
    }
}

/// What Ctrl-C does.
pub(crate) enum CtrlC<'a> {
    /// The first stops this run, the second ends the program.
    Stops(&'a RunHandle),
    /// Nothing is shown any more; the run goes on.
    Leaves,
}

/// Where a run's events come from, in order.
pub(crate) trait Source {
    /// The next event; waits for it, and gives `None` at the end. What is given up while it waits is not lost.
    async fn next(&mut self) -> Result<Option<Arc<Event>>, Failure>;
}

impl Source for Events {
    async fn next(&mut self) -> Result<Option<Arc<Event>>, Failure> {
        Ok(Events::next(self).await)
    }
}

/// Shows a run until it ends. Gives what has become of it; `None` where a person has left before.
pub(crate) async fn until_end(
    mut events: impl Source,
    view: View,
    ctrl_c: CtrlC<'_>,
) -> Result<Option<RunState>, Failure> {
    let mut state = RunState::watched();
    let screen = (view == View::Tree).then(Screen::new);
    let mut tick = tokio::time::interval(TICK);
    let mut stopping = false;
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            // In this order, so that Ctrl-C is listened for before anything is shown, and drawing is not starved by events.
            biased;
            _ = &mut interrupted => {
                let CtrlC::Stops(run) = ctrl_c else { return Ok(None) };
                if stopping {
                    std::process::exit(130);
                }
                stopping = true;
                interrupted.set(tokio::signal::ctrl_c());
                let note = "stopping; press Ctrl-C again to leave at once";
                match &screen {
                    Some(screen) => screen.bar.println(format!(" {note}")),
                    None => output::note(note),
                }
                run.stop();
            }
            _ = tick.tick() => if let Some(screen) = &screen { screen.draw(&state) },
            event = events.next() => {
                let Some(event) = event? else { break };
                state.apply(&event);
                match (view, &screen) {
                    (View::Json, _) => output::json_line(&*event)?,
                    (View::Lines | View::Notes, _) => if let Some(line) = line(&state, &event) {
                        let line = format!(" {:>8}  {line}", tree::seconds(event.ms));
                        if view == View::Notes { output::note(&line) } else { output::line(&line)? }
                    },
                    (View::Tree, Some(screen)) => screen.say(&event),
                    (View::Tree, None) => {}
                }
            }
        }
    }
    if let Some(screen) = screen {
        screen.bar.finish_and_clear();
    }
    Ok(Some(state))
}

/// The tree on a terminal. Lines said stay above it.
struct Screen {
    bar: ProgressBar,
}

impl Screen {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    fn draw(&self, state: &RunState) {
        let (height, width) = console::Term::stderr().size();
        let frame =
            tree::Frame { width: usize::from(width).saturating_sub(2), height: usize::from(height).saturating_sub(3) };
        let lines: Vec<String> = tree::lines(state, frame).iter().map(|line| format!(" {line}")).collect();
        self.bar.set_message(lines.join("\n"));
        self.bar.tick();
    }

    fn say(&self, event: &Event) {
        if let Some(text) = said(event) {
            self.bar.println(format!(" {:>8}  {text}", tree::seconds(event.ms)));
        }
    }
}

/// What the script or the run itself has to say.
pub(crate) fn said(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::Log { message } => message.clone(),
        EventKind::Warning { message, at } => format!("! line {at}: {message}"),
        EventKind::SpendLimit { message, .. } => format!("! {message}"),
        EventKind::Dropped { from, index, reason, at, .. } => {
            format!("! line {at}: {from} dropped item {index}: {reason}")
        }
        _ => return None,
    })
}

/// An event as a line, if it is one people wait for.
fn line(state: &RunState, event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::RunStarted { run, simulated, concurrency, .. } => {
            let by = if *simulated { "simulated" } else { "live" };
            format!("run {run}, {by}, {concurrency} agents at a time")
        }
        EventKind::Phase { title, .. } => format!("phase {title}"),
        EventKind::RlmStarted { node, contexts, .. } => {
            let characters: u64 = contexts.iter().map(|context| context.characters).sum();
            format!("{node} begins on {characters} characters")
        }
        EventKind::Cell { node, turn, cell, ok, .. } => {
            format!("{node} turn {turn}, cell {cell} {}", if *ok { "ran" } else { "failed" })
        }
        EventKind::RlmEnded { node, how, turns, .. } => {
            format!("{node} {how} after {}", numbers::count((*turns).into(), "turn"))
        }
        EventKind::AgentRetried { call, attempt, reason, .. } => {
            format!("↻ {}  attempt {attempt}: {reason}", label(state, call.0))
        }
        EventKind::AgentDone { call, .. } | EventKind::AgentFailed { call, .. } | EventKind::AgentSkipped { call } => {
            tree::agent(state, call.0)?
        }
        _ => return said(event),
    })
}

fn label(state: &RunState, call: u64) -> &str {
    state.agent(CallId(call)).map_or("", |agent| &agent.label)
}
