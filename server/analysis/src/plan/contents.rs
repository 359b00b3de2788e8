//! What a place in the abstract heap holds.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    effects::Key,
    numbers::Num,
    overlap::Touched,
    pools::Grown,
    sum::{Tally, WhyId},
    val::{Addr, Val},
};

/// What a place holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Var(Arc<Val>),
    Object(Arc<Obj>),
    Array(Arc<Arr>),
    Fun(Arc<Fun>),
    Promise(Arc<Prom>),
    Map(Arc<Coll>),
    Set(Arc<Coll>),
    /// A generator, or what goes through a list: the elements it has yet to give.
    Iterator(Arc<Arr>),
    /// The promises nobody has awaited.
    Pending(Arc<[Arc<Unawaited>]>),
    /// Something else, by the name of its constructor.
    Other(&'static str),
}

/// A plain object, or an instance of a class.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Obj {
    pub(super) fields: Vec<ObjField>,
    /// What fields whose names are not known hold; `None`: there are none.
    pub(super) rest: Option<Val>,
    /// How many fields there are at most whose names are not known, where that is known; none without `rest`.
    pub(super) unnamed: Option<Num>,
    /// Where the shape comes from, when a schema gives it.
    pub(super) schema: Option<WhyId>,
    /// The place of its class.
    pub(super) class: Option<Addr>,
    /// It is an `Error`.
    pub(super) error: bool,
    /// It has no prototype: none of what every object has.
    pub(super) bare: bool,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ObjField {
    pub(super) name: Arc<str>,
    pub(super) val: Val,
    pub(super) optional: bool,
    /// It is read and written through functions.
    pub(super) accessor: bool,
    /// Where it can be missing, it is so: what the object's further fields can be says nothing of it.
    pub(super) declared: bool,
}

impl ObjField {
    /// A field that is there, and holds `val`.
    pub(super) fn of(name: impl Into<Arc<str>>, val: Val) -> ObjField {
        ObjField { name: name.into(), val, optional: false, accessor: false, declared: false }
    }
}

/// An array.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arr {
    /// The elements one by one, where they are known so.
    pub(super) elems: Option<Vec<Val>>,
    /// All elements taken together, where they are not.
    pub(super) elem: Val,
    pub(super) len: Num,
    /// Some of its elements may never have been set: it is as long as it is, but methods pass over them.
    pub(super) holes: bool,
    /// What sets its length.
    pub(super) decided: Option<WhyId>,
    /// What dropped elements of its source.
    pub(super) filtered: Option<WhyId>,
    /// How those who take from a pool have made it grow, as long as it is as they have left it.
    pub(super) grown: Option<Arc<Grown>>,
}

impl Default for Num {
    fn default() -> Num {
        Num::exactly(0.0)
    }
}

impl Arr {
    pub(super) fn of(elems: Vec<Val>) -> Arr {
        Arr { len: Num::exactly(elems.len() as f64), elems: Some(elems), ..Arr::default() }
    }

    pub(super) fn many(elem: Val, len: Num) -> Arr {
        if len.hi == 0.0 { Arr::of(vec![]) } else { Arr { elem, len, ..Arr::default() } }
    }

    /// All elements taken together.
    pub(super) fn joined(&self) -> Val {
        match &self.elems {
            Some(elems) => Val::join_all(elems),
            None => self.elem.clone(),
        }
    }

    /// The same array known by its length only.
    pub(super) fn blurred(&self) -> Arr {
        Arr { elems: None, elem: self.joined(), ..self.clone() }
    }

    pub(super) fn join(&self, other: &Arr) -> Arr {
        let decided = self.decided.or(other.decided);
        let filtered = self.filtered.or(other.filtered);
        let holes = self.holes || other.holes;
        let left = |arr: &Arr| arr.grown.as_ref().is_some_and(|g| g.left == arr.len);
        let grown = self.grown.clone().filter(|_| self.grown == other.grown && left(self) && left(other));
        match (&self.elems, &other.elems) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                let elems = a.iter().zip(b).map(|(a, b)| a.join(b)).collect();
                Arr { decided, filtered, holes, grown, len: self.len.join(&other.len), ..Arr::of(elems) }
            }
            _ => Arr {
                elems: None,
                elem: self.joined().join(&other.joined()),
                len: self.len.join(&other.len),
                holes,
                decided,
                filtered,
                grown,
            },
        }
    }
}

/// The variables of one activation of a scope, and the scopes around it.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) base: Addr,
    pub(super) count: u32,
    pub(super) parent: Env,
}

/// The variables in reach.
pub(super) type Env = Option<Arc<Frame>>;

/// A function.
#[derive(Clone, Debug)]
pub(super) enum Fun {
    /// One written in the script: its number, and what it closes over.
    Closure { node: u32, env: Env, this: Val },
    /// A class: its number, and what it closes over.
    Class { node: u32, env: Env, parent: Val, statics: Vec<ObjField> },
    /// A method of a value, taken off it: `const { push } = xs`.
    Method { name: &'static str },
    /// What `bind` makes.
    Bound { function: Val, this: Val, arguments: Vec<Val> },
    /// Settles a promise made by `new Promise`.
    Settle { promise: Addr, rejects: bool },
}

/// A promise.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prom {
    pub(super) val: Val,
    pub(super) rejects: bool,
    /// The call sites whose work it stands for.
    pub(super) origins: Arc<[u32]>,
    /// Agents one after another until it settles.
    pub(super) path: Tally,
}

/// A promise, or an array that holds the only references to some, that nobody has awaited yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unawaited {
    pub(super) addr: Addr,
    /// What is counted as certain only if somebody does, and how often; [`u64::MAX`] where that is not known.
    pub(super) keys: Arc<[(Key, u64)]>,
    /// What of it is certain only if it does not reject, and why it may.
    pub(super) doubtful: Arc<[(Key, u64)]>,
    pub(super) why: Option<WhyId>,
    pub(super) origins: Arc<[u32]>,
    /// Agents in flight meanwhile, counted in the effects at this depth.
    pub(super) width: Tally,
    pub(super) depth: usize,
    /// What the work touches until then.
    pub(super) touched: Touched,
}

/// A `Map` or a `Set` (whose values are its keys).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coll {
    pub(super) key: Val,
    pub(super) val: Val,
    pub(super) size: Num,
}

impl Content {
    pub(super) fn fun(&self) -> Option<&Arc<Fun>> {
        match self {
            Content::Fun(f) => Some(f),
            _ => None,
        }
    }

    /// Whether it is the very same, not only equal.
    pub(super) fn is_same(&self, other: &Content) -> bool {
        use Content::{Array, Fun, Iterator, Map, Object, Other, Pending, Promise, Set, Var};
        match (self, other) {
            (Var(x), Var(y)) => Arc::ptr_eq(x, y),
            (Object(x), Object(y)) => Arc::ptr_eq(x, y),
            (Array(x), Array(y)) | (Iterator(x), Iterator(y)) => Arc::ptr_eq(x, y),
            (Fun(x), Fun(y)) => Arc::ptr_eq(x, y),
            (Promise(x), Promise(y)) => Arc::ptr_eq(x, y),
            (Map(x), Map(y)) | (Set(x), Set(y)) => Arc::ptr_eq(x, y),
            (Pending(x), Pending(y)) => Arc::ptr_eq(x, y),
            (Other(x), Other(y)) => x == y,
            _ => false,
        }
    }

    pub(super) fn promise(&self) -> Option<&Arc<Prom>> {
        match self {
            Content::Promise(p) => Some(p),
            _ => None,
        }
    }
}

impl Obj {
    /// It may have any other fields, which hold `val`.
    pub(super) fn open_to(&mut self, val: &Val) {
        self.rest = Some(self.rest.as_ref().map_or_else(|| val.clone(), |rest| rest.join(val)));
        self.unnamed = None;
    }

    /// A field whose name is not known gets the value `val`.
    pub(super) fn set_unnamed(&mut self, val: &Val) {
        self.fields.iter_mut().for_each(|f| f.val = f.val.join(val));
        let count = self.count_unnamed().map(|n| n.add(&Num::count(0.0, 1.0)));
        self.open_to(val);
        self.unnamed = count;
    }

    /// How many fields there are whose names are not known.
    pub(super) fn count_unnamed(&self) -> Option<Num> {
        if self.rest.is_none() { Some(Num::exactly(0.0)) } else { self.unnamed.clone() }
    }
}

fn join_fields(a: &[ObjField], b: &[ObjField]) -> Vec<ObjField> {
    let mut fields: Vec<ObjField> = Vec::with_capacity(a.len().max(b.len()));
    let mut shared = 0;
    for (i, f) in a.iter().enumerate() {
        // What one object held at two times has its fields in one order.
        let same = b.get(i).filter(|g| g.name == f.name);
        let same = same.or_else(|| b.iter().find(|g| g.name == f.name));
        shared += usize::from(same.is_some());
        fields.push(match same {
            Some(g) => ObjField {
                val: f.val.join(&g.val),
                optional: f.optional || g.optional,
                accessor: f.accessor || g.accessor,
                declared: f.declared && g.declared,
                name: f.name.clone(),
            },
            None => ObjField { optional: true, declared: false, ..f.clone() },
        });
    }
    if shared < b.len() {
        let fresh = b.iter().filter(|g| !a.iter().any(|f| f.name == g.name));
        fields.extend(fresh.map(|g| ObjField { optional: true, declared: false, ..g.clone() }));
    }
    fields
}

fn join_objects(a: &Obj, b: &Obj) -> Obj {
    let fields = join_fields(&a.fields, &b.fields);
    let rest = match (&a.rest, &b.rest) {
        (Some(x), Some(y)) => Some(x.join(y)),
        (x, y) => x.as_ref().or(y.as_ref()).cloned(),
    };
    let unnamed = match (a.count_unnamed(), b.count_unnamed()) {
        (Some(x), Some(y)) if rest.is_some() => Some(x.join(&y)),
        _ => None,
    };
    let (schema, class) = (a.schema.or(b.schema), a.class.or(b.class));
    let (error, bare) = (a.error || b.error, a.bare || b.bare);
    Obj { fields, rest, unnamed, schema, class, error, bare }
}

/// Contents above both.
pub(super) fn join_contents(a: &Content, b: &Content) -> Content {
    use Content::{Array, Map, Object, Promise, Set, Var};
    match (a, b) {
        _ if a.is_same(b) => a.clone(),
        (Var(x), Var(y)) if x == y || y.is_never() => a.clone(),
        (Var(x), Var(_)) if x.is_never() => b.clone(),
        (Object(x), Object(y)) if x == y => a.clone(),
        (Array(x), Array(y)) if x == y => a.clone(),
        (Var(x), Var(y)) => Var(Arc::new(x.join(y))),
        (Object(x), Object(y)) => Object(Arc::new(join_objects(x, y))),
        (Array(x), Array(y)) => Array(Arc::new(x.join(y))),
        (Promise(x), Promise(y)) if x == y => a.clone(),
        (Content::Iterator(x), Content::Iterator(y)) => Content::Iterator(Arc::new(x.join(y))),
        (Promise(x), Promise(y)) => Promise(Arc::new(Prom {
            val: x.val.join(&y.val),
            rejects: x.rejects || y.rejects,
            origins: union(&x.origins, &y.origins),
            path: x.path.join(&y.path),
        })),
        (Content::Pending(x), Content::Pending(y)) => {
            let mut all = x.to_vec();
            let mut first: FxHashMap<Addr, usize> = all.iter().enumerate().rev().map(|(i, u)| (u.addr, i)).collect();
            for item in y.iter() {
                match first.get(&item.addr).map(|i| &mut all[*i]) {
                    Some(same) if Arc::ptr_eq(same, item) || same == item => {}
                    Some(same) => super::promises::merge_either(Arc::make_mut(same), item),
                    None => {
                        first.insert(item.addr, all.len());
                        all.push(item.clone());
                    }
                }
            }
            Content::Pending(all.into())
        }
        (Map(x), Map(y)) => Map(Arc::new(join_collections(x, y))),
        (Set(x), Set(y)) => Set(Arc::new(join_collections(x, y))),
        (Content::Fun(x), Content::Fun(y)) if !Arc::ptr_eq(x, y) => match (&**x, &**y) {
            (Fun::Class { node, env, parent, statics }, Fun::Class { statics: others, parent: other, .. }) => {
                let (node, env, parent) = (*node, env.clone(), parent.join(other));
                let statics = join_fields(statics, others);
                Content::Fun(Fun::Class { node, env, parent, statics }.into())
            }
            _ => a.clone(),
        },
        // A place keeps its kind for life.
        _ => a.clone(),
    }
}

/// Both lists, without repetition.
pub(super) fn union(a: &Arc<[u32]>, b: &Arc<[u32]>) -> Arc<[u32]> {
    if b.iter().all(|x| a.contains(x)) {
        return a.clone();
    }
    a.iter().chain(b.iter().filter(|x| !a.contains(x))).copied().collect()
}

fn join_collections(a: &Coll, b: &Coll) -> Coll {
    Coll { key: a.key.join(&b.key), val: a.val.join(&b.val), size: a.size.join(&b.size) }
}

/// Contents above both that a chain of such steps reaches soon.
pub(super) fn widen_contents(a: &Content, b: &Content) -> Content {
    use Content::{Array, Map, Object, Set, Var};
    let joined = join_contents(a, b);
    match (a, &joined) {
        (Var(x), Var(y)) => Var(Arc::new(x.widen(y))),
        (Array(x), Array(y)) => {
            let mut arr = (**y).clone();
            if let (None, None) = (&x.elems, &arr.elems) {
                (arr.elem, arr.len) = (x.elem.widen(&y.elem), x.len.widen(&y.len));
            } else if arr.elems.is_none() {
                arr.len = x.len.widen(&y.len);
            }
            Array(Arc::new(arr))
        }
        (Content::Iterator(x), Content::Iterator(y)) => {
            let (x, y) = (x.blurred(), y.blurred());
            Content::Iterator(Arc::new(Arr { elem: x.elem.widen(&y.elem), len: x.len.widen(&y.len), ..y }))
        }
        (Object(x), Object(y)) => {
            let mut obj = (**y).clone();
            for f in &mut obj.fields {
                if let Some(before) = x.fields.iter().find(|g| g.name == f.name) {
                    f.val = before.val.widen(&f.val);
                }
            }
            obj.unnamed = match (x.count_unnamed(), &obj.unnamed) {
                (Some(before), Some(now)) => Some(before.widen(now)),
                (_, now) => now.clone(),
            };
            Object(Arc::new(obj))
        }
        (Map(x), Map(y)) => Map(Arc::new(widen_collections(x, y))),
        (Set(x), Set(y)) => Set(Arc::new(widen_collections(x, y))),
        (Content::Fun(x), Content::Fun(y)) => match (&**x, &**y) {
            (Fun::Class { statics: before, .. }, Fun::Class { node, env, parent, statics }) => {
                let mut statics = statics.clone();
                for s in &mut statics {
                    if let Some(before) = before.iter().find(|b| b.name == s.name) {
                        s.val = before.val.widen(&s.val);
                    }
                }
                let (node, env, parent) = (*node, env.clone(), parent.clone());
                Content::Fun(Fun::Class { node, env, parent, statics }.into())
            }
            _ => joined,
        },
        _ => joined,
    }
}

fn widen_collections(a: &Coll, b: &Coll) -> Coll {
    Coll { key: a.key.widen(&b.key), val: a.val.widen(&b.val), size: a.size.widen(&b.size) }
}

/// Whether all a class has itself, another has too; other functions never change.
fn within_fun(a: &Fun, b: &Fun) -> bool {
    let (Fun::Class { statics, .. }, Fun::Class { statics: others, .. }) = (a, b) else { return true };
    let within =
        |s: &ObjField| others.iter().any(|o| o.name == s.name && s.val.within(&o.val) && (o.optional || !s.optional));
    statics.iter().all(within) && others.iter().all(|o| o.optional || statics.iter().any(|s| s.name == o.name))
}

/// Whether everything `a` can be, `b` can be too.
pub(super) fn contents_within(a: &Content, b: &Content) -> bool {
    use Content::{Array, Fun, Map, Object, Other, Promise, Set, Var};
    let within = |x: &Coll, y: &Coll| x.key.within(&y.key) && x.val.within(&y.val) && x.size.within(&y.size);
    match (a, b) {
        (Var(x), Var(y)) => Arc::ptr_eq(x, y) || x.within(y),
        (Array(x), Array(y)) | (Content::Iterator(x), Content::Iterator(y)) => {
            Arc::ptr_eq(x, y)
                || x.len.within(&y.len)
                    && (y.holes || !x.holes)
                    && match (&x.elems, &y.elems) {
                        (Some(p), Some(q)) => p.len() == q.len() && p.iter().zip(q).all(|(p, q)| p.within(q)),
                        (_, None) => x.joined().within(&y.elem),
                        (None, Some(_)) => false,
                    }
        }
        (Object(x), Object(y)) => {
            Arc::ptr_eq(x, y)
                || x.fields.iter().all(|f| {
                    y.fields.iter().any(|g| {
                        g.name == f.name
                            && f.val.within(&g.val)
                            && (g.optional || !f.optional)
                            && (f.declared || !g.declared)
                    })
                }) && y.fields.iter().all(|g| g.optional || x.fields.iter().any(|f| f.name == g.name))
                    && x.rest.as_ref().is_none_or(|r| y.rest.as_ref().is_some_and(|q| r.within(q)))
                    && match (x.count_unnamed(), y.count_unnamed()) {
                        (Some(p), Some(q)) => p.within(&q),
                        (p, q) => p.is_some() || q.is_none(),
                    }
        }
        (Promise(x), Promise(y)) => x.val.within(&y.val) && (!x.rejects || y.rejects),
        (Map(x), Map(y)) | (Set(x), Set(y)) => within(x, y),
        (Fun(x), Fun(y)) => Arc::ptr_eq(x, y) || within_fun(x, y),
        (Other(_), Other(_)) => true,
        (Content::Pending(x), Content::Pending(y)) => x.iter().all(|p| {
            y.iter().any(|q| {
                let within = |p: &[(Key, u64)], q: &[(Key, u64)]| {
                    p.iter().all(|k| q.contains(k) || q.contains(&(k.0, u64::MAX)))
                };
                q.addr == p.addr && within(&p.keys, &q.keys) && within(&p.doubtful, &q.doubtful)
            })
        }),
        _ => false,
    }
}
