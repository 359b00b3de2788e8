//! What the primitives know and share.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    io::{self, Write},
    rc::Rc,
    sync::Arc,
};

use analysis::text::LineColumn;
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeObject,
    builtins::promise::{OperationType, Promise, ResolvingFunctions},
    context::HostHooks,
    job::JobCallback,
    object::builtins::{JsFunction, JsPromise},
    realm::Realm,
};
use serde_json::Value;

use super::{
    protocol::{self, FromSandbox, Start},
    repl::Repl,
    segment::Segment,
    source::{self, Wrapped},
    watch::Watch,
};
use crate::{dialect::Dialect, event::RunError};

/// Bytes of the largest buffer of a script.
pub(super) const LARGEST_BUFFER: u64 = 64 << 20;

/// Bytes that are said together: some thirty calls. With more, the first calls of a large fan-out would wait for the last.
const TOGETHER: usize = 8 << 10;

/// The state behind the primitives of one run.
pub(super) struct Host {
    inner: RefCell<Inner>,
    /// Time and memory.
    pub(super) watch: Arc<Watch>,
    /// REPLs of recursive language models.
    pub(super) repl: Repl,
}

struct Inner {
    out: Box<dyn Write>,
    broken: Option<io::Error>,
    scopes: Vec<Scope>,
    current: usize,
    frames: Vec<Frame>,
    pending: BTreeMap<u64, Pending>,
    last_id: u64,
    spent: u64,
    calls: u64,
    /// Whether the script let promises race.
    raced: bool,
    fatal: Option<RunError>,
    stack_getter: Option<JsObject>,
    place: JsSymbol,
    dialect: Dialect,
}

/// A node of the structure of the work: a slot of `parallel`, a stage of `pipeline`, a nested workflow.
struct Scope {
    parent: usize,
    segment: Segment,
    frame: usize,
}

/// One script: the one that was started, or a nested one.
struct Frame {
    name: Option<String>,
    phase: Option<String>,
    script: Rc<Wrapped>,
    /// The REPL it belongs to.
    node: Option<usize>,
    /// Its outermost scope.
    scope: usize,
    /// Where callees start, by where the engine says that they are called.
    callees: HashMap<LineColumn, LineColumn>,
}

/// Who settles a promise.
pub(super) enum Settler {
    /// The scheduler, with an answer.
    Scheduler,
    /// The scheduler is asked for a saved workflow, which is to run with these arguments.
    Shelf(Option<Value>),
    /// This sandbox: a nested workflow runs, or a REPL.
    Sandbox,
}

/// A promise that is settled from outside of the code that waits for it.
pub(super) struct Pending {
    /// Settles it.
    pub(super) resolvers: ResolvingFunctions,
    /// Where it was made.
    pub(super) at: LineColumn,
    /// The nested script that made it.
    pub(super) workflow: Option<String>,
    scope: usize,
    by: Settler,
}

impl Host {
    pub(super) fn new(out: impl Write + 'static, start: &Start, watch: Arc<Watch>, repl: Repl) -> io::Result<Rc<Self>> {
        let (source, dialect) = (&start.source, start.dialect);
        let place = JsSymbol::new(Some("place".into())).ok_or_else(|| io::Error::other("no symbols are left"))?;
        let root = Scope { parent: 0, segment: Segment::Named(Box::default()), frame: 0 };
        let inner = Inner {
            out: Box::new(io::BufWriter::with_capacity(TOGETHER, out)),
            broken: None,
            scopes: vec![root],
            current: 0,
            frames: vec![Frame {
                name: None,
                phase: None,
                script: Rc::new(Wrapped::new(source)),
                node: None,
                scope: 0,
                callees: HashMap::new(),
            }],
            pending: BTreeMap::new(),
            last_id: 0,
            spent: 0,
            calls: 0,
            raced: false,
            fatal: None,
            stack_getter: None,
            place,
            dialect,
        };
        Ok(Rc::new(Self { inner: RefCell::new(inner), watch, repl }))
    }

    /// The host of a context.
    pub(super) fn of(context: &Context) -> JsResult<Rc<Self>> {
        let host = context.get_data::<Rc<Self>>().cloned();
        host.ok_or_else(|| JsNativeError::error().with_message("the sandbox is not set up").into())
    }

    /// Makes a call, which takes from the purses of the REPLs around the code that runs.
    pub(super) fn call(&self, mut call: protocol::Call) {
        if let Some(node) = self.node_around(self.scope()) {
            call.purses.extend(self.repl.purses(node));
        }
        self.say(&FromSandbox::Call(Box::new(call)));
    }

    pub(super) fn say(&self, message: &FromSandbox) {
        let mut inner = self.inner.borrow_mut();
        if let FromSandbox::Call(call) = message {
            inner.calls += 1;
            self.repl.spent.borrow_mut().ask(call, self.repl.model());
        }
        if let Err(error) = protocol::line(message).and_then(|line| inner.out.write_all(&line)) {
            inner.broken.get_or_insert(error);
        }
    }

    /// Sends what was said; an error here or before means that nobody listens any more.
    pub(super) fn flush(&self) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        match inner.broken.take() {
            Some(error) => Err(error),
            None => inner.out.flush(),
        }
    }

    pub(super) fn register(&self, resolvers: ResolvingFunctions, at: LineColumn, by: Settler) -> u64 {
        let mut inner = self.inner.borrow_mut();
        inner.last_id += 1;
        let id = inner.last_id;
        let (scope, workflow) = (inner.current, inner.workflow());
        inner.pending.insert(id, Pending { resolvers, at, workflow, scope, by });
        id
    }

    /// Takes the promise `id` out and goes to where it was made.
    pub(super) fn take(&self, id: u64) -> Option<Pending> {
        let mut inner = self.inner.borrow_mut();
        let pending = inner.pending.remove(&id)?;
        inner.current = pending.scope;
        Some(pending)
    }

    /// Goes to where the promise `id` was made that waits for a saved workflow, and gives the workflow's arguments.
    pub(super) fn enter(&self, id: u64) -> Option<Option<Value>> {
        let mut inner = self.inner.borrow_mut();
        let pending = inner.pending.get_mut(&id)?;
        let Settler::Shelf(args) = std::mem::replace(&mut pending.by, Settler::Sandbox) else { return None };
        inner.current = pending.scope;
        Some(args)
    }

    /// Whether someone waits for the promise `id`.
    pub(super) fn is_awaited(&self, id: u64) -> bool {
        self.inner.borrow().pending.contains_key(&id)
    }

    /// Whether the scheduler has anything to settle.
    pub(super) fn waits(&self) -> bool {
        self.inner.borrow().pending.values().any(|p| !matches!(p.by, Settler::Sandbox))
    }

    pub(super) fn pending(&self) -> Vec<(LineColumn, Option<String>)> {
        self.inner.borrow().pending.values().map(|p| (p.at, p.workflow.clone())).collect()
    }

    /// A turn at `at` of the script whose code runs. What to tell its author when a limit was hit.
    pub(super) fn pass(&self, at: LineColumn) -> Option<String> {
        self.watch.pass(self.frame(), at)
    }

    /// Runs `body` in a new scope below the current one; `nested` gives name and text of a workflow that begins there.
    pub(super) fn within<T>(
        &self,
        segment: impl Into<Segment>,
        nested: Option<(String, &str)>,
        body: impl FnOnce() -> T,
    ) -> T {
        let (name, script) = nested.map(|(name, source)| (name, Wrapped::new(source))).unzip();
        let scope = self.open(self.scope(), segment, script);
        if let Some(workflow) = &name {
            let mut inner = self.inner.borrow_mut();
            let frame = inner.scopes[scope].frame;
            self.watch.name(frame, workflow);
            (inner.frames[frame].name, inner.frames[frame].phase) = (name, None);
        }
        let before = self.go_to(scope);
        let value = body();
        self.go_to(before);
        value
    }

    /// The path of the current scope: `parallel[3]/pipeline[0].1`.
    pub(super) fn path(&self) -> String {
        self.path_of(self.scope())
    }

    /// The path of a scope.
    pub(super) fn path_of(&self, scope: usize) -> String {
        let inner = self.inner.borrow();
        let mut scopes: Vec<&Scope> = inner.up(scope).map(|at| &inner.scopes[at]).collect();
        // The outermost has no name.
        scopes.pop();
        let mut path = String::new();
        for scope in scopes.into_iter().rev() {
            let between = if path.is_empty() { "" } else { "/" };
            // Writing to a string cannot fail.
            let _ = write!(path, "{between}{}", scope.segment);
        }
        path
    }

    /// The nested workflow whose code runs.
    pub(super) fn workflow(&self) -> Option<String> {
        self.inner.borrow().workflow()
    }

    /// The script whose code runs.
    pub(super) fn script(&self) -> Rc<Wrapped> {
        let inner = self.inner.borrow();
        inner.frames[inner.scopes[inner.current].frame].script.clone()
    }

    /// The number of the script whose code runs: 0 is the one that was started.
    pub(super) fn frame(&self) -> usize {
        let inner = self.inner.borrow();
        inner.scopes[inner.current].frame
    }

    /// The place in a script of a line of a stack: `    at f (/script-0.js:3:9)`.
    pub(super) fn place_in(&self, line: &str) -> Option<LineColumn> {
        self.frame_and_place(line).map(|(_, place)| place)
    }

    /// The script and the place in it of a line of a stack.
    pub(super) fn frame_and_place(&self, line: &str) -> Option<(usize, LineColumn)> {
        // Most lines are not of a script, and each call looks through all that are above it.
        let (frame, rest) = line.rsplit_once('(')?.1.strip_prefix(SCRIPT)?.split_once(".js:")?;
        let (line, column) = rest.strip_suffix(')')?.split_once(':')?;
        let inner = self.inner.borrow();
        let frame = frame.parse::<usize>().ok()?;
        let script = &inner.frames.get(frame)?.script;
        Some((frame, script.place(line.parse().ok()?, column.parse().ok()?)?))
    }

    /// Where the callee of a call starts that the engine places at `at`, in the script whose code runs.
    pub(super) fn callee(&self, at: LineColumn) -> LineColumn {
        let inner = &mut *self.inner.borrow_mut();
        let frame = &mut inner.frames[inner.scopes[inner.current].frame];
        // The text is looked at once for each call that stands in it, however often that is made.
        *frame.callees.entry(at).or_insert_with(|| source::callee(&frame.script.source, at))
    }

    pub(super) fn phase(&self) -> Option<String> {
        let inner = self.inner.borrow();
        inner.frames[inner.scopes[inner.current].frame].phase.clone()
    }

    pub(super) fn set_phase(&self, title: String) {
        let mut inner = self.inner.borrow_mut();
        let frame = inner.scopes[inner.current].frame;
        inner.frames[frame].phase = Some(title);
    }

    pub(super) fn spent(&self) -> u64 {
        self.inner.borrow().spent
    }

    pub(super) fn set_spent(&self, tokens: u64) {
        self.inner.borrow_mut().spent = tokens;
    }

    pub(super) fn set_raced(&self) {
        self.inner.borrow_mut().raced = true;
    }

    pub(super) fn raced(&self) -> bool {
        self.inner.borrow().raced
    }

    pub(super) fn keep_stack_getter(&self, getter: Option<JsObject>) {
        self.inner.borrow_mut().stack_getter = getter;
    }

    pub(super) fn stack_getter(&self) -> Option<JsObject> {
        self.inner.borrow().stack_getter.clone()
    }

    /// The property that holds the place of an error made by a primitive.
    pub(super) fn place(&self) -> JsSymbol {
        self.inner.borrow().place.clone()
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.inner.borrow().dialect
    }

    /// Whether the running code is that of a nested workflow.
    pub(super) fn is_nested(&self) -> bool {
        self.workflow().is_some()
    }

    /// Ends the run: the first reason counts.
    pub(super) fn fail(&self, error: RunError) {
        self.inner.borrow_mut().fatal.get_or_insert(error);
    }

    pub(super) fn fatal(&self) -> Option<RunError> {
        self.inner.borrow().fatal.clone()
    }
}

impl Inner {
    fn workflow(&self) -> Option<String> {
        self.frames[self.scopes[self.current].frame].name.clone()
    }

    /// A scope and those above it, the outermost last.
    fn up(&self, scope: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(scope), |at| (*at != 0).then(|| self.scopes[*at].parent))
    }
}

/// How the file names begin under which the engine knows scripts; their number and `.js` follow.
pub(super) const SCRIPT: &str = "/script-";

/// The file name of the prelude.
pub(super) const PRELUDE: &str = "/prelude.js";

/// What the engine asks of us: which scope a job belongs to, and whether text may become code.
pub(super) struct Hooks(pub(super) Rc<Host>);

impl HostHooks for Hooks {
    fn make_job_callback(&self, callback: JsFunction, _context: &mut Context) -> JobCallback {
        JobCallback::new(callback, self.0.inner.borrow().current)
    }

    fn call_job_callback(
        &self,
        job: &JobCallback,
        this: &JsValue,
        args: &[JsValue],
        context: &mut Context,
    ) -> JsResult<JsValue> {
        if let Some(scope) = scope_of(job.host_defined()) {
            self.0.inner.borrow_mut().current = scope;
            // What a cell left behind that was ended does not go on, nor do workflows it started.
            if self.0.is_over(scope) {
                return Ok(JsValue::undefined());
            }
        }
        job.callback().call(this, args, context)
    }

    fn promise_rejection_tracker(&self, promise: &JsObject<Promise>, what: OperationType, _context: &mut Context) {
        let promise = JsPromise::from(promise.clone());
        match what {
            OperationType::Reject => self.0.repl.reject(self.0.frame(), promise),
            OperationType::Handle => self.0.repl.see(&promise),
        }
    }

    fn ensure_can_compile_strings(
        &self,
        _realm: Realm,
        _parameters: &[JsString],
        _body: &JsString,
        _direct: bool,
        _context: &mut Context,
    ) -> JsResult<()> {
        Err(refused(match self.0.node() {
            Some(_) => "text cannot be run as code; write the code into the cell",
            None => "text cannot be run as code in a workflow script; write the code into the script",
        }))
    }

    fn utc_now(&self) -> i64 {
        0
    }

    fn local_timezone_offset_seconds(&self, _unix_time_seconds: i64) -> i32 {
        0
    }

    fn max_buffer_size(&self, _context: &mut Context) -> u64 {
        LARGEST_BUFFER
    }
}

/// What REPLs need: scopes that are opened and gone to, not run within.
impl Host {
    /// The current scope.
    pub(super) fn scope(&self) -> usize {
        self.inner.borrow().current
    }

    /// Makes a scope below `parent`, with a frame of its own where a script is given.
    pub(super) fn open(&self, parent: usize, segment: impl Into<Segment>, script: Option<Wrapped>) -> usize {
        let mut inner = self.inner.borrow_mut();
        let around = inner.scopes[parent].frame;
        let frame = match script {
            Some(script) => {
                let (name, phase) = (inner.frames[around].name.clone(), inner.frames[around].phase.clone());
                let scope = inner.scopes.len();
                let callees = HashMap::new();
                inner.frames.push(Frame { name, phase, script: Rc::new(script), node: None, scope, callees });
                inner.frames.len() - 1
            }
            None => around,
        };
        inner.scopes.push(Scope { parent, segment: segment.into(), frame });
        inner.scopes.len() - 1
    }

    /// Goes to a scope, and gives the one that was current.
    pub(super) fn go_to(&self, scope: usize) -> usize {
        std::mem::replace(&mut self.inner.borrow_mut().current, scope)
    }

    /// The frame of a scope.
    pub(super) fn frame_of(&self, scope: usize) -> usize {
        self.inner.borrow().scopes[scope].frame
    }

    /// The outermost scope of a frame.
    pub(super) fn scope_in(&self, frame: usize) -> usize {
        self.inner.borrow().frames.get(frame).map_or(0, |frame| frame.scope)
    }

    /// Makes the frame of a scope one of the REPL `node`.
    pub(super) fn own(&self, scope: usize, node: usize) {
        let mut inner = self.inner.borrow_mut();
        let frame = inner.scopes[scope].frame;
        inner.frames[frame].node = Some(node);
    }

    /// The REPL whose code runs.
    pub(super) fn node(&self) -> Option<usize> {
        let inner = self.inner.borrow();
        inner.frames[inner.scopes[inner.current].frame].node
    }

    /// The REPL around the code of a scope: its own, or that of a cell that called its workflow.
    pub(super) fn node_around(&self, scope: usize) -> Option<usize> {
        let inner = self.inner.borrow();
        inner.up(scope).find_map(|scope| inner.frames[inner.scopes[scope].frame].node)
    }

    /// Whether the code of a scope is a cell's that was ended, or was started by one.
    fn is_over(&self, scope: usize) -> bool {
        let inner = self.inner.borrow();
        self.repl.has_cells() && inner.up(scope).any(|scope| self.repl.is_over(inner.scopes[scope].frame))
    }

    /// Whether a scope is `above`, or below it.
    pub(super) fn is_within(&self, scope: usize, above: usize) -> bool {
        self.inner.borrow().up(scope).any(|scope| scope == above)
    }

    /// Sets the phase of a frame.
    pub(super) fn name_phase(&self, frame: usize, title: String) {
        self.inner.borrow_mut().frames[frame].phase = Some(title);
    }

    /// The text of a frame's script.
    pub(super) fn source_of(&self, frame: usize) -> String {
        self.inner.borrow().frames.get(frame).map(|f| f.script.source.clone()).unwrap_or_default()
    }

    /// Promises made by the code of a frame that are not settled.
    pub(super) fn pending_in(&self, frame: usize) -> usize {
        let inner = self.inner.borrow();
        inner.pending.values().filter(|p| inner.scopes[p.scope].frame == frame).count()
    }

    /// Forgets the promises made within a scope, and gives the numbers of those that the scheduler is to settle.
    pub(super) fn drop_pending_within(&self, scope: usize) -> Vec<u64> {
        let within = |(id, pending): (&u64, &Pending)| self.is_within(pending.scope, scope).then_some(*id);
        let mut ids: Vec<u64> = self.inner.borrow().pending.iter().filter_map(within).collect();
        let pending = &mut self.inner.borrow_mut().pending;
        ids.retain(|id| pending.remove(id).is_some_and(|p| !matches!(p.by, Settler::Sandbox)));
        ids
    }

    /// A call that was asked for and not made.
    pub(super) fn not_made(&self) {
        self.inner.borrow_mut().calls -= 1;
    }

    /// Calls of models the run has made.
    pub(super) fn calls(&self) -> u64 {
        self.inner.borrow().calls
    }
}

fn scope_of(host_defined: &dyn NativeObject) -> Option<usize> {
    host_defined.as_any().downcast_ref::<usize>().copied()
}

/// A `TypeError` with `message`.
pub(super) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> JsError {
    JsNativeError::typ().with_message(message).into()
}
