//! REPLs of recursive language models: a node each, with a realm of its own.
//!
//! The loop is a state machine that looks at promises: ask the root model, run the cells of its reply, tell what came of
//! them, until a cell submits. It never runs code of a cell itself, so nothing a cell does to its own realm reaches it.

mod begin;
mod calls;
mod cell;
mod contexts;
mod direct;
mod end;
mod natives;
mod node;
mod order;
mod say;
mod spent;
mod step;
mod strings;
mod turns;

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use boa_engine::{Context, JsObject, JsString, JsValue, object::builtins::JsPromise, realm::Realm};

pub(super) use cell::Over;
pub(super) use order::{answer, rlm};
pub(super) use step::step;

use self::{cell::CellState, node::Node, order::Birth, spent::Spent};
use super::{
    host::Host,
    protocol::{Purse, Settled, Start},
};
use crate::rlm::{
    Coverage, RlmLimits,
    text::{LARGEST_STRING, Text},
};

/// Bytes that a string takes which is cut out of another, about.
const CUT: usize = 96;

/// What prices assume a model for.
const INHERIT: &str = "inherit";

/// Bytes handed over to code after which garbage is collected.
const MUCH: usize = 16 << 20;

/// All REPLs of a run.
pub(super) struct Repl {
    pub(super) limits: RlmLimits,
    /// Calls the whole run may make.
    pub(super) most_calls: u64,
    /// Output tokens it may take.
    budget: Option<u64>,
    /// Dollars it may take.
    budget_usd: Option<f64>,
    /// The model of calls that name none: `inherit` where it is not known.
    model: String,
    /// What its calls took.
    pub(super) spent: RefCell<Spent>,
    /// Texts of files, by their name.
    pub(super) files: Vec<(String, Rc<Text>)>,
    births: RefCell<Vec<Birth>>,
    nodes: RefCell<Vec<Node>>,
    /// Cells by their frame.
    cells: RefCell<HashMap<usize, CellState>>,
    loaded: RefCell<Vec<Rc<Loaded>>>,
    /// Calls of cells under way, by the number of their promise.
    underway: RefCell<HashMap<u64, Underway>>,
    /// Bytes of contexts that code was given as strings since garbage was last collected.
    handed: Cell<usize>,
    /// Promises that were rejected and that nobody looks at, with the frame whose code ran.
    unseen: RefCell<Vec<(usize, JsPromise)>>,
    /// REPLs begun in a scope so far.
    begun: RefCell<HashMap<usize, u64>>,
}

/// A call of a cell that is under way.
struct Underway {
    node: usize,
    /// What it is sent of a text.
    part: Option<Part>,
}

/// Places of a text.
struct Part {
    of: Rc<Loaded>,
    from: usize,
    to: usize,
}

/// Characters that a model reads well at once.
const READ_WELL: usize = 200_000;

impl Part {
    /// The share of the text, in percent, where it is nearly all of a large one: a plan that leaves everything to one call.
    fn too_much(&self) -> Option<usize> {
        let (size, all) = (self.to.saturating_sub(self.from), self.of.text.size());
        let share = size * 100 / all.max(1);
        (share >= 90 && size > READ_WELL).then_some(share)
    }
}

/// A text that code can reach by its number.
pub(super) struct Loaded {
    text: Rc<Text>,
    /// The whole text as a string, where it is none and code has asked for one: a part of a very large text.
    js: OnceCell<JsString>,
    /// The text that this is a part of, and the place where it begins there.
    around: Option<(Rc<Loaded>, usize)>,
    /// Places that code has read.
    read: RefCell<Coverage>,
    /// Places that models were sent.
    sent: RefCell<Coverage>,
}

impl Loaded {
    fn new(text: Rc<Text>, around: Option<(Rc<Loaded>, usize)>) -> Self {
        Self { text, js: OnceCell::new(), around, read: RefCell::default(), sent: RefCell::default() }
    }

    /// The whole text as a string, where it is not too large.
    fn string(&self) -> Option<JsString> {
        let made = || JsString::from(&*self.text.as_str());
        let cut = || self.text.cut(0, self.text.size()).unwrap_or_else(|| self.js.get_or_init(made).clone());
        (self.text.units() <= LARGEST_STRING).then(cut)
    }

    /// The part between two offsets in units, as JavaScript slices.
    fn slice(&self, start: usize, end: usize) -> JsString {
        if start >= end {
            return JsString::default();
        }
        // Where the engine holds the text, places are units.
        if let Some(js) = self.text.cut(start, end).or_else(|| Some(self.js.get()?.slice(start, end))) {
            return js;
        }
        if let Some((from, to)) = self.places(start, end) {
            return JsString::from(&*self.text.piece(from, to));
        }
        // A cut through a character leaves half of it, as it does in JavaScript.
        let ((from, inside), (to, cuts)) = (self.text.place_of(start), self.text.place_of(end));
        let stop = if cuts { to + self.text.width(to) } else { to };
        let units: Vec<u16> = self.text.piece(from, stop).encode_utf16().collect();
        let skip = usize::from(inside);
        JsString::from(&units[skip..skip + (end - start)])
    }

    /// The places `from..to`, which are boundaries of characters, as a string.
    fn between(&self, from: usize, to: usize) -> JsString {
        if let Some(cut) = self.text.cut(from, to) {
            return cut;
        }
        match self.js.get() {
            Some(js) => js.slice(self.text.unit_of(from), self.text.unit_of(to)),
            None => JsString::from(&*self.text.piece(from, to)),
        }
    }

    /// Bytes that a string of so many places of the text takes, about.
    fn taken_by(&self, places: usize) -> usize {
        if self.text.is_cut() { CUT } else { 2 * places }
    }

    /// The places of two offsets in units; `None` where one of them cuts a character.
    fn places(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let ((from, inside), (to, cuts)) = (self.text.place_of(start), self.text.place_of(end));
        (!inside && !cuts && from <= to).then_some((from, to))
    }

    /// Notes that code has read these places.
    fn was_read(&self, from: usize, to: usize) {
        self.read.borrow_mut().add(from, to);
        if let Some((around, at)) = &self.around {
            around.was_read(at + from, at + to);
        }
    }

    /// Notes that a model is sent these places.
    fn was_sent(&self, from: usize, to: usize) {
        self.sent.borrow_mut().add(from, to);
        if let Some((around, at)) = &self.around {
            around.was_sent(at + from, at + to);
        }
    }
}

impl Repl {
    pub(super) fn new(start: &Start, files: Vec<(String, Rc<Text>)>) -> Self {
        Self {
            limits: start.rlm,
            most_calls: start.most_calls,
            budget: start.budget,
            budget_usd: start.budget_usd,
            model: start.model.clone().unwrap_or_else(|| INHERIT.into()),
            spent: RefCell::default(),
            files,
            births: RefCell::default(),
            nodes: RefCell::default(),
            cells: RefCell::default(),
            loaded: RefCell::default(),
            underway: RefCell::default(),
            handed: Cell::default(),
            unseen: RefCell::default(),
            begun: RefCell::default(),
        }
    }

    /// The model of calls that name none.
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// A promise was rejected that nobody looks at, by code of `frame`.
    pub(super) fn reject(&self, frame: usize, promise: JsPromise) {
        if self.cells.borrow().contains_key(&frame) {
            self.unseen.borrow_mut().push((frame, promise));
        }
    }

    /// Somebody looks at it after all.
    pub(super) fn see(&self, promise: &JsPromise) {
        self.unseen.borrow_mut().retain(|(_, unseen)| !JsObject::equals(unseen, promise));
    }

    /// The errors of `frame` that nobody looked at.
    fn unseen(&self, frame: usize) -> Vec<JsPromise> {
        let gone = self.unseen.borrow_mut().extract_if(.., |(by, _)| *by == frame).collect::<Vec<_>>();
        gone.into_iter().map(|(_, promise)| promise).collect()
    }

    fn load(&self, text: Rc<Text>) -> usize {
        let mut loaded = self.loaded.borrow_mut();
        loaded.push(Rc::new(Loaded::new(text, None)));
        loaded.len() - 1
    }

    /// The places `from..to` of a text as one of their own.
    fn load_part(&self, around: Rc<Loaded>, from: usize, to: usize) -> usize {
        let text = Rc::new(around.text.part(from, to));
        let mut loaded = self.loaded.borrow_mut();
        loaded.push(Rc::new(Loaded::new(text, Some((around, from)))));
        loaded.len() - 1
    }

    fn loaded(&self, handle: usize) -> Option<Rc<Loaded>> {
        self.loaded.borrow().get(handle).cloned()
    }

    /// Code is about to be given so many bytes as strings. The engine does not count what strings occupy, so lists of them would stay long
    /// after nobody needs them: before there are many more, those are let go of.
    fn hand_over(&self, bytes: usize) {
        if self.handed.get() + bytes > MUCH {
            self.handed.set(0);
            boa_engine::gc::force_collect();
        }
        self.handed.set(self.handed.get() + bytes);
    }

    /// Whether any cell has begun.
    pub(super) fn has_cells(&self) -> bool {
        !self.cells.borrow().is_empty()
    }

    /// The promise `id` is settled. A call that was not made is given back to the purses it was taken from, and what it was to be sent was not
    /// sent.
    pub(super) fn answered(&self, host: &Host, id: u64, outcome: &Settled) {
        let Some(Underway { node, part }) = self.underway.borrow_mut().remove(&id) else { return };
        let failure = if let Settled::Failed(failure) = outcome { Some(failure) } else { None };
        if failure.is_some_and(|failure| !failure.made) {
            host.not_made();
            for at in self.above(node) {
                self.with(at, |n| n.calls -= 1);
            }
        }
        if let (Some(Part { of, from, to }), false) = (part, failure.is_some_and(|failure| failure.attempts == 0)) {
            of.was_sent(from, to);
        }
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

    /// The purses of a REPL and of those it was begun in, as far as these were narrowed.
    pub(super) fn purses(&self, node: usize) -> Vec<Purse> {
        let purse = |at| self.with(at, |n| Purse { of: n.path.clone(), holds: n.holds });
        self.above(node).into_iter().filter_map(purse).filter(|purse| !purse.holds.is_all()).collect()
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
