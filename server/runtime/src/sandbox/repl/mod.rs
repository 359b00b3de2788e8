//! REPLs of recursive language models: a node each, with a realm of its own.
//!
//! The loop is a state machine that looks at promises: ask the root model, run the cells of its reply, tell what came of
//! them, until a cell submits. It never runs code of a cell itself, so nothing a cell does to its own realm reaches it.

mod calls;
mod cell;
mod contexts;
mod natives;
mod node;
mod order;
mod step;
mod strings;
mod turns;

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use boa_engine::{Context, JsString, JsValue, realm::Realm};

pub(super) use cell::Over;
pub(super) use order::{answer, rlm};
pub(super) use step::step;

use self::{cell::CellState, node::Node, order::Birth};
use super::host::Host;
use crate::rlm::{Coverage, RlmLimits, text::Text};

/// Largest context that is also given as a string, in UTF-16 units.
const LARGEST_STRING: usize = 64 << 20;

/// All REPLs of a run.
pub(super) struct Repl {
    pub(super) limits: RlmLimits,
    /// Calls the whole run may make.
    pub(super) most_calls: u64,
    /// Texts of files, by their name.
    pub(super) files: Vec<(String, Arc<Text>)>,
    births: RefCell<Vec<Birth>>,
    nodes: RefCell<Vec<Node>>,
    /// Cells by their frame.
    cells: RefCell<HashMap<usize, CellState>>,
    loaded: RefCell<Vec<Rc<Loaded>>>,
    /// REPLs begun in a scope so far.
    begun: RefCell<HashMap<usize, u64>>,
}

/// A text that code can reach by its number.
pub(super) struct Loaded {
    text: Arc<Text>,
    /// The whole text as a string, where it is not too large.
    js: Option<JsString>,
    /// Bytes that code has read.
    read: RefCell<Coverage>,
    /// Bytes that models were sent.
    sent: RefCell<Coverage>,
}

impl Loaded {
    /// The part between two offsets in units, as JavaScript slices.
    fn slice(&self, start: usize, end: usize) -> JsString {
        if let Some(js) = &self.js {
            return js.slice(start, end);
        }
        if start >= end {
            return JsString::default();
        }
        let ((from, inside), (to, cuts)) = (self.text.byte_of(start), self.text.byte_of(end));
        if !inside && !cuts {
            return JsString::from(&self.text.as_str()[from..to]);
        }
        // A cut through a character leaves half of it, as it does in JavaScript.
        let stop = self.text.as_str()[to..].chars().next().map_or(to, |c| if cuts { to + c.len_utf8() } else { to });
        let units: Vec<u16> = self.text.as_str()[from..stop].encode_utf16().collect();
        let skip = usize::from(inside);
        JsString::from(&units[skip..skip + (end - start)])
    }

    /// Notes that the part between two offsets in units was used.
    fn mark(&self, coverage: &RefCell<Coverage>, start: usize, end: usize) {
        let (from, to) = (self.text.byte_of(start).0, self.text.byte_of(end).0);
        coverage.borrow_mut().add(from, to);
    }
}

impl Repl {
    pub(super) fn new(limits: RlmLimits, most_calls: u64, files: Vec<(String, Arc<Text>)>) -> Self {
        Self {
            limits,
            most_calls,
            files,
            births: RefCell::default(),
            nodes: RefCell::default(),
            cells: RefCell::default(),
            loaded: RefCell::default(),
            begun: RefCell::default(),
        }
    }

    fn load(&self, text: Arc<Text>) -> usize {
        let mut loaded = self.loaded.borrow_mut();
        // Many REPLs may look at one text: it is a string once.
        let known = loaded.iter().find(|known| Arc::ptr_eq(&known.text, &text)).map(|known| known.js.clone());
        let js = known.unwrap_or_else(|| (text.units() <= LARGEST_STRING).then(|| JsString::from(text.as_str())));
        loaded.push(Rc::new(Loaded { text, js, read: RefCell::default(), sent: RefCell::default() }));
        loaded.len() - 1
    }

    fn loaded(&self, handle: usize) -> Option<Rc<Loaded>> {
        self.loaded.borrow().get(handle).cloned()
    }

    /// Whether any cell has begun.
    pub(super) fn has_cells(&self) -> bool {
        !self.cells.borrow().is_empty()
    }

    /// Takes a call from the purse of a REPL and of all above it, or says why there is none.
    pub(super) fn charge(&self, node: usize) -> Result<(), String> {
        self.affords(node)?;
        for at in self.above(node) {
            self.with(at, |n| n.calls += 1);
        }
        Ok(())
    }

    /// Whether a call is left in the purse of a REPL and of all above it, or why not.
    fn affords(&self, node: usize) -> Result<(), String> {
        let most = |at| self.with(at, |n| n.most_calls.filter(|most| n.calls >= *most)).flatten();
        match self.above(node).into_iter().find_map(most) {
            Some(most) => Err(format!("this REPL may make {most} calls, and all are made; finish with what there is")),
            None => Ok(()),
        }
    }

    /// A REPL and those it was begun in.
    fn above(&self, node: usize) -> Vec<usize> {
        std::iter::successors(Some(node), |at| self.with(*at, |n| n.parent).flatten()).collect()
    }

    /// Whether the cell that belongs to `frame` was ended before its end.
    pub(super) fn is_over(&self, frame: usize) -> bool {
        self.cells.borrow().get(&frame).is_some_and(|cell| cell.over.is_some())
    }

    /// Ends the cell that belongs to `frame`; whether there is one. The first reason counts.
    pub(super) fn end(&self, frame: usize, why: Over) -> bool {
        match self.cells.borrow_mut().get_mut(&frame) {
            Some(cell) => {
                cell.over.get_or_insert(why);
                true
            }
            None => false,
        }
    }

    fn with<T>(&self, node: usize, see: impl FnOnce(&mut Node) -> T) -> Option<T> {
        self.nodes.borrow_mut().get_mut(node).map(see)
    }
}

/// An error of a class that cells know, made in the realm of `node`.
pub(super) fn error(node: usize, kind: &str, message: &str, attempts: u32, context: &mut Context) -> JsValue {
    let made = Host::of(context).ok().and_then(|host| {
        let api = host.repl.with(node, |node| node.api.clone())?;
        let args = [JsString::from(kind).into(), JsString::from(message).into(), attempts.into()];
        api.call("fail", &args, context).ok()
    });
    made.unwrap_or_else(|| JsString::from(message).into())
}

/// The REPL whose code runs, and its realm.
pub(super) fn current(host: &Host) -> Option<(usize, Realm)> {
    let node = host.node()?;
    Some((node, host.repl.with(node, |n| n.realm.clone())?))
}
