//! Random workflow scripts: a grammar of what real ones do, as proptest strategies.
//!
//! A script is drawn as a tree of choices and then written as JavaScript. References to arrays, results and helpers are
//! numbers taken modulo what is in scope when they are written, so that a shrunk tree is still a script.

use proptest::prelude::*;

/// A statement to write.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    Array(Array),
    Agent {
        schema: bool,
    },
    /// A call that the runtime refuses in some runs, and who catches that.
    Refused {
        call: u8,
        caught: u8,
    },
    Rlm {
        over: Array,
        turns: u8,
        calls: Option<u8>,
    },
    Push {
        over: Array,
        when: Cond,
    },
    ForOf {
        over: Array,
        body: Vec<Stmt>,
    },
    Counted {
        times: u8,
        body: Vec<Stmt>,
        leave: Option<(Cond, Leave)>,
    },
    UntilDry {
        rounds: u8,
        body: Vec<Stmt>,
        when: Cond,
    },
    If {
        cond: Cond,
        then: Vec<Stmt>,
        other: Vec<Stmt>,
    },
    Parallel {
        over: Array,
        body: Task,
    },
    Thunks(Vec<Task>),
    Pipeline {
        over: Array,
        stages: Vec<Task>,
    },
    Try {
        body: Vec<Stmt>,
        rescue: Vec<Stmt>,
    },
    /// A list gone through in batches.
    Batches {
        over: Array,
        size: u8,
        body: Vec<Stmt>,
        leave: Option<Cond>,
    },
    /// A list that is kept short, in one of several ways.
    Short {
        over: Array,
        most: u8,
        way: u8,
    },
    /// A list that grows, if it is not long.
    Grow {
        list: u8,
        most: u8,
    },
    /// Groups by a computed key.
    Groups {
        over: Array,
        keys: u8,
        values: bool,
    },
    /// Rounds in which every other element is left.
    Tournament {
        over: Array,
        body: Task,
        when: Cond,
    },
    CallHelper(u8),
    Phase(u8),
    ReturnIf(Cond),
    ThrowIf(Cond),
    /// A piece of the rest of the language.
    Piece {
        piece: u8,
        lists: Vec<Array>,
        conds: Vec<Cond>,
        body: Vec<Stmt>,
    },
}

/// How a loop is left early.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leave {
    Break,
    Continue,
}

/// What a thunk or stage does.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    Text,
    Schema,
    Two,
    Guarded(Cond),
    Nested(Array),
    Inner(Vec<Stmt>),
    Deref,
    Rlm(u8),
    Refused(u8),
}

/// An array expression.
#[derive(Clone, Debug)]
pub(crate) enum Array {
    Literal(u8),
    Length(u8),
    Args(u8),
    Known(u8),
    Items(u8),
    Slice(Box<Array>, i8, Option<i8>),
    Filter(Box<Array>, Cond),
    Map(Box<Array>),
    FlatMap(Box<Array>, u8),
    Concat(Box<Array>, Box<Array>),
    Spread(Box<Array>, Box<Array>),
    Truthy(Box<Array>),
    Reversed(Box<Array>),
    Keys(u8),
    Set(Box<Array>),
    Reduce(Box<Array>),
}

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Cond {
    Result(u8),
    Ok(u8),
    Length(u8, u8),
    Flag,
    Count(u8),
    Text(u8),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

/// A whole script: helpers, then the body.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) helpers: Vec<Vec<Stmt>>,
    pub(crate) body: Vec<Stmt>,
}

pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    (prop::collection::vec(block(2), 0..3), block(3)).prop_map(|(helpers, body)| Tree { helpers, body })
}

fn block(depth: u32) -> BoxedStrategy<Vec<Stmt>> {
    prop::collection::vec(stmt(depth), 1..5).boxed()
}

fn stmt(depth: u32) -> BoxedStrategy<Stmt> {
    let leaf = prop_oneof![
        3 => array().prop_map(Stmt::Array),
        4 => any::<bool>().prop_map(|schema| Stmt::Agent { schema }),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(call, caught)| Stmt::Refused { call, caught }),
        1 => (array(), 0u8..6, prop::option::of(0u8..9))
            .prop_map(|(over, turns, calls)| Stmt::Rlm { over, turns, calls }),
        2 => (array(), cond()).prop_map(|(over, when)| Stmt::Push { over, when }),
        4 => (array(), task(0)).prop_map(|(over, body)| Stmt::Parallel { over, body }),
        2 => prop::collection::vec(task(0), 0..4).prop_map(Stmt::Thunks),
        4 => (array(), prop::collection::vec(task(0), 1..4)).prop_map(|(over, stages)| Stmt::Pipeline { over, stages }),
        2 => (array(), 0u8..4, any::<u8>()).prop_map(|(over, most, way)| Stmt::Short { over, most, way }),
        1 => (any::<u8>(), 1u8..7).prop_map(|(list, most)| Stmt::Grow { list, most }),
        1 => (array(), 1u8..4, any::<bool>()).prop_map(|(over, keys, values)| Stmt::Groups { over, keys, values }),
        1 => (array(), task(0), cond()).prop_map(|(over, body, when)| Stmt::Tournament { over, body, when }),
        2 => any::<u8>().prop_map(Stmt::CallHelper),
        2 => any::<u8>().prop_map(Stmt::Phase),
        1 => cond().prop_map(Stmt::ReturnIf),
        1 => cond().prop_map(Stmt::ThrowIf),
        6 => piece(Just(vec![]).boxed()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = piece(block(depth - 1));
    let leave = prop::option::of((cond(), prop_oneof![Just(Leave::Break), Just(Leave::Continue)]));
    prop_oneof![
        4 => leaf,
        3 => inner,
        2 => (array(), block(depth - 1)).prop_map(|(over, body)| Stmt::ForOf { over, body }),
        2 => (0u8..5, block(depth - 1), leave).prop_map(|(times, body, leave)| Stmt::Counted { times, body, leave }),
        1 => (1u8..4, block(depth - 1), cond()).prop_map(|(rounds, body, when)| Stmt::UntilDry { rounds, body, when }),
        2 => (array(), 1u8..4, block(depth - 1), prop::option::of(cond()))
            .prop_map(|(over, size, body, leave)| Stmt::Batches { over, size, body, leave }),
        3 => (cond(), block(depth - 1), block(depth - 1)).prop_map(|(cond, then, other)| Stmt::If { cond, then, other }),
        2 => (block(depth - 1), block(0)).prop_map(|(body, rescue)| Stmt::Try { body, rescue }),
        1 => (array(), task(depth - 1)).prop_map(|(over, body)| Stmt::Parallel { over, body }),
        1 => (array(), prop::collection::vec(task(depth - 1), 1..3))
            .prop_map(|(over, stages)| Stmt::Pipeline { over, stages }),
    ]
    .boxed()
}

fn piece(body: BoxedStrategy<Vec<Stmt>>) -> BoxedStrategy<Stmt> {
    let drawn = (any::<u8>(), prop::collection::vec(array(), 2), prop::collection::vec(cond(), 3), body);
    drawn.prop_map(|(piece, lists, conds, body)| Stmt::Piece { piece, lists, conds, body }).boxed()
}

fn task(depth: u32) -> BoxedStrategy<Task> {
    let leaf = prop_oneof![
        4 => Just(Task::Text),
        3 => Just(Task::Schema),
        1 => Just(Task::Two),
        2 => cond().prop_map(Task::Guarded),
        1 => Just(Task::Deref),
        1 => (0u8..4).prop_map(Task::Rlm),
        1 => any::<u8>().prop_map(Task::Refused),
    ];
    match depth {
        0 => leaf.boxed(),
        _ => prop_oneof![
            3 => leaf,
            1 => array().prop_map(Task::Nested),
            1 => block(depth - 1).prop_map(Task::Inner),
        ]
        .boxed(),
    }
}

fn array() -> BoxedStrategy<Array> {
    let leaf = prop_oneof![
        3 => (0u8..4).prop_map(Array::Literal),
        2 => (0u8..5).prop_map(Array::Length),
        2 => any::<u8>().prop_map(Array::Args),
        4 => any::<u8>().prop_map(Array::Known),
        4 => any::<u8>().prop_map(Array::Items),
        1 => (0u8..4).prop_map(Array::Keys),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), -2i8..4, prop::option::of(-2i8..5)).prop_map(|(a, from, to)| Array::Slice(
                a.into(),
                from,
                to
            )),
            (inner.clone(), cond()).prop_map(|(a, c)| Array::Filter(a.into(), c)),
            inner.clone().prop_map(|a| Array::Map(a.into())),
            (inner.clone(), 0u8..3).prop_map(|(a, n)| Array::FlatMap(a.into(), n)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Array::Concat(a.into(), b.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Array::Spread(a.into(), b.into())),
            inner.clone().prop_map(|a| Array::Truthy(a.into())),
            inner.clone().prop_map(|a| Array::Reversed(a.into())),
            inner.clone().prop_map(|a| Array::Set(a.into())),
            inner.prop_map(|a| Array::Reduce(a.into())),
        ]
    })
    .boxed()
}

fn cond() -> BoxedStrategy<Cond> {
    let leaf = prop_oneof![
        3 => any::<u8>().prop_map(Cond::Result),
        3 => any::<u8>().prop_map(Cond::Ok),
        3 => (any::<u8>(), 0u8..4).prop_map(|(a, n)| Cond::Length(a, n)),
        2 => Just(Cond::Flag),
        2 => (0u8..3).prop_map(Cond::Count),
        1 => any::<u8>().prop_map(Cond::Text),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| Cond::Not(c.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Cond::And(a.into(), b.into())),
            (inner.clone(), inner).prop_map(|(a, b)| Cond::Or(a.into(), b.into())),
        ]
    })
    .boxed()
}
