//! Writes a drawn tree as JavaScript.

use std::fmt::Write;

use super::{
    grammar::{Array, Cond, Leave, Stmt, Task, Tree},
    odd::PIECES,
    odder::MORE,
};

const SCHEMA: &str = "{ type: 'object', required: ['ok', 'items'], properties: { ok: { type: 'boolean' }, \
                      items: { type: 'array', maxItems: 4, items: { type: 'string' } }, \
                      more: { type: 'array', items: { type: 'string' } } } }";

/// The script as text. Each agent call stands on a line of its own.
pub(crate) fn write(tree: &Tree) -> String {
    let mut w =
        Writer { out: String::new(), depth: 0, names: 0, arrays: vec![], results: vec![], helpers: 0, item: None };
    w.line("export const meta = { name: 'drawn', description: 'drawn at random' }");
    w.line("let count = 0");
    for body in &tree.helpers {
        let scope = w.open(&format!("async function helper{}(item) {{", w.helpers));
        w.arrays.clear();
        w.results.clear();
        w.item = Some("item".into());
        w.block(body);
        w.line("return item");
        w.close(scope, "}");
        w.helpers += 1;
    }
    w.block(&tree.body);
    w.line("return count");
    w.out
}

struct Writer {
    out: String,
    depth: usize,
    names: usize,
    arrays: Vec<String>,
    results: Vec<String>,
    helpers: usize,
    item: Option<String>,
}

/// How many pieces there are.
pub(crate) fn pieces() -> u8 {
    (PIECES.len() + MORE.len()) as u8
}

/// What was in scope before a block.
struct Scope {
    arrays: Vec<String>,
    results: Vec<String>,
    item: Option<String>,
}

impl Writer {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:1$}{text}", "", self.depth * 2);
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn open(&mut self, head: &str) -> Scope {
        self.line(head);
        self.depth += 1;
        Scope { arrays: self.arrays.clone(), results: self.results.clone(), item: self.item.clone() }
    }

    fn close(&mut self, scope: Scope, tail: &str) {
        self.depth -= 1;
        self.line(tail);
        (self.arrays, self.results, self.item) = (scope.arrays, scope.results, scope.item);
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Array(a) => {
                let (text, name) = (self.array(a), self.name("list"));
                self.line(&format!("const {name} = {text}"));
                self.arrays.push(name);
            }
            Stmt::Refused { call, caught } => {
                let (name, call) = (self.name("result"), self.refused(*call));
                match caught % 6 {
                    0 => self.line(&format!("const {name} = await {call}")),
                    1 => self.line(&format!("const {name} = await {call}.catch(() => null)")),
                    2 => {
                        self.line(&format!("const {name} = {call}"));
                        self.line(&format!("try {{ await {name} }} catch {{ count += 1 }}"));
                    }
                    3 => self.line(&format!("const [{name}] = await Promise.allSettled([{call}])")),
                    4 => {
                        self.line(&format!("let {name} = null"));
                        self.line(&format!("try {{ {name} = await {call} }} catch {{ count += 1 }}"));
                    }
                    _ => {
                        let ask = self.name("ask");
                        self.line(&format!("const {ask} = async () => {{ const given = await {call}; return given }}"));
                        self.line(&format!("const [{name}] = await parallel([{ask}])"));
                    }
                }
                self.results.push(name);
            }
            Stmt::Agent { schema } => {
                let name = self.name("result");
                let call = self.call(*schema);
                self.line(&format!("const {name} = await {call}"));
                self.results.push(name);
            }
            Stmt::Rlm { over, turns, calls } => {
                let (over, name) = (self.array(over), self.name("answer"));
                // Some are refused: no turns, no calls; some of these are caught.
                let budget = calls.map(|calls| format!(", budget: {{ calls: {calls} }}")).unwrap_or_default();
                let rescue = if turns % 2 == 0 { ".catch(() => 'none')" } else { "" };
                let call = format!("rlm({{ question: 'Which?', context: {over}, maxTurns: {turns}{budget} }})");
                self.line(&format!("const {name} = await {call}{rescue}"));
            }
            Stmt::Push { over, when } => {
                let (over, name) = (self.array(over), self.name("list"));
                self.line(&format!("const {name} = []"));
                let scope = self.open(&format!("for (const entry of {over}) {{"));
                let when = self.cond(when);
                self.line(&format!("if ({when}) {name}.push(entry)"));
                self.close(scope, "}");
                self.arrays.push(name);
            }
            Stmt::ForOf { over, body } => {
                let (over, item) = (self.array(over), self.name("item"));
                let scope = self.open(&format!("for (const {item} of {over}) {{"));
                self.item = Some(item);
                self.line("count += 1");
                self.block(body);
                self.close(scope, "}");
            }
            Stmt::Counted { times, body, leave } => {
                let i = self.name("i");
                let scope = self.open(&format!("for (let {i} = 0; {i} < {times}; {i}++) {{"));
                self.line("count += 1");
                if let Some((cond, leave)) = leave {
                    let cond = self.cond(cond);
                    let word = match leave {
                        Leave::Break => "break",
                        Leave::Continue => "continue",
                    };
                    self.line(&format!("if ({cond}) {word}"));
                }
                self.block(body);
                self.close(scope, "}");
            }
            Stmt::UntilDry { rounds, body, when } => {
                let round = self.name("round");
                self.line(&format!("let {round} = 0"));
                let scope = self.open(&format!("while ({round} < {rounds}) {{"));
                self.line(&format!("{round} += 1"));
                self.block(body);
                let when = self.cond(when);
                self.line(&format!("if ({when}) break"));
                self.close(scope, "}");
            }
            Stmt::If { cond, then, other } => {
                let cond = self.cond(cond);
                let scope = self.open(&format!("if ({cond}) {{"));
                self.block(then);
                self.close(scope, "} else {");
                let scope = self.open("");
                self.block(other);
                self.close(scope, "}");
            }
            Stmt::Parallel { over, body } => {
                let (over, item, name) = (self.array(over), self.name("item"), self.name("list"));
                let scope = self.open(&format!("const {name} = await parallel({over}.map(({item}) => async () => {{"));
                self.item = Some(item);
                self.task(body);
                self.close(scope, "}))");
                self.arrays.push(name);
            }
            Stmt::Thunks(tasks) => {
                let name = self.name("list");
                self.line(&format!("const {name} = await parallel(["));
                for task in tasks {
                    let scope = self.open("async () => {");
                    self.task(task);
                    self.close(scope, "},");
                }
                self.line("])");
                self.arrays.push(name);
            }
            Stmt::Pipeline { over, stages } => {
                let (over, name) = (self.array(over), self.name("list"));
                self.line(&format!("const {name} = await pipeline({over},"));
                for stage in stages {
                    let prev = self.name("prev");
                    let scope = self.open(&format!("async ({prev}) => {{"));
                    self.item = Some(prev);
                    self.task(stage);
                    self.close(scope, "},");
                }
                self.line(")");
                self.arrays.push(name);
            }
            Stmt::Try { body, rescue } => {
                let scope = self.open("try {");
                self.block(body);
                self.close(scope, "} catch (error) {");
                let scope = self.open("");
                self.block(rescue);
                self.close(scope, "}");
            }
            Stmt::Batches { over, size, body, leave } => {
                let (over, list, i, batch) = (self.array(over), self.name("list"), self.name("i"), self.name("batch"));
                self.line(&format!("const {list} = {over}"));
                self.arrays.push(list.clone());
                let scope = self.open(&format!("for (let {i} = 0; {i} < {list}.length; {i} += {size}) {{"));
                self.line(&format!("const {batch} = {list}.slice({i}, {i} + {size})"));
                self.arrays.push(batch);
                self.line("count += 1");
                if let Some(cond) = leave {
                    let cond = self.cond(cond);
                    self.line(&format!("if ({cond}) break"));
                }
                self.block(body);
                self.close(scope, "}");
            }
            Stmt::Short { over, most, way } => {
                let (over, list) = (self.array(over), self.name("list"));
                match way % 3 {
                    0 => {
                        self.line(&format!("let {list} = {over}"));
                        self.line(&format!("if ({list}.length > {most}) {list} = {list}.slice(0, {most})"));
                    }
                    1 => {
                        let whole = self.name("list");
                        self.line(&format!("const {whole} = {over}"));
                        self.line(&format!(
                            "const {list} = {whole}.length > {most} ? {whole}.slice(0, {most}) : {whole}"
                        ));
                        self.arrays.push(whole);
                    }
                    _ => {
                        self.line(&format!("const {list} = {over}"));
                        self.line(&format!("if ({list}.length > {most}) return count"));
                    }
                }
                self.arrays.push(list);
            }
            Stmt::Grow { list, most } => match self.arrays.len() {
                0 => self.line("count += 1"),
                n => {
                    let list = self.arrays[*list as usize % n].clone();
                    self.line(&format!("if ({list}.length < {most}) {list}.push('one more')"));
                }
            },
            Stmt::Groups { over, keys, values } => {
                let (over, groups, list) = (self.array(over), self.name("groups"), self.name("list"));
                self.line(&format!("const {groups} = {{}}"));
                let scope = self.open(&format!("for (const entry of {over}) {{"));
                self.line(&format!("const key = 'k' + (String(entry).length % {keys})"));
                self.line(&format!("if (!{groups}[key]) {groups}[key] = []"));
                self.line(&format!("{groups}[key].push(entry)"));
                self.close(scope, "}");
                let all =
                    if *values { format!("Object.values({groups}).flat()") } else { format!("Object.keys({groups})") };
                self.line(&format!("const {list} = {all}"));
                self.arrays.push(list);
            }
            Stmt::Tournament { over, body, when } => {
                let (over, round, next, i) = (self.array(over), self.name("list"), self.name("list"), self.name("i"));
                self.line(&format!("let {round} = {over}"));
                let scope = self.open(&format!("while ({round}.length > 1) {{"));
                self.line(&format!("const {next} = []"));
                let inner = self.open(&format!("for (let {i} = 0; {i} < {round}.length; {i} += 2) {{"));
                let when = self.cond(when);
                self.line(&format!("if ({when}) {next}.push({round}[{i}])"));
                self.item = Some(format!("{round}[{i}]"));
                let task = self.open("await parallel([async () => {");
                self.task(body);
                self.close(task, "}])");
                self.close(inner, "}");
                self.line(&format!("{round} = {next}"));
                self.close(scope, "}");
                self.arrays.push(round);
            }
            Stmt::CallHelper(n) if self.helpers > 0 => {
                let name = self.name("result");
                self.line(&format!("const {name} = await helper{}(count)", *n as usize % self.helpers));
                self.results.push(name);
            }
            Stmt::CallHelper(_) => self.line("count += 1"),
            Stmt::Phase(n) if n % 4 == 3 => self.line("phase(`Step ${count}`)"),
            Stmt::Phase(n) => self.line(&format!("phase('Phase {}')", n % 3)),
            Stmt::ReturnIf(cond) => {
                let cond = self.cond(cond);
                self.line(&format!("if ({cond}) return count"));
            }
            Stmt::ThrowIf(cond) => {
                let cond = self.cond(cond);
                self.line(&format!("if ({cond}) throw new Error('drawn')"));
            }
            Stmt::Piece { piece, lists, conds, body } => {
                let all = PIECES.len() + MORE.len();
                let piece = PIECES.iter().chain(MORE).nth(*piece as usize % all).copied().unwrap_or_default();
                self.names += 1;
                self.piece(piece, self.names, lists, conds, body);
            }
        }
    }

    fn piece(&mut self, piece: &str, number: usize, lists: &[Array], conds: &[Cond], body: &[Stmt]) {
        let (mut lists, mut conds) = (lists.iter().cycle(), conds.iter().cycle());
        // What stands before it can be named in it.
        let lists: Vec<String> = lists.by_ref().take(2).map(|list| self.array(list)).collect();
        let conds: Vec<String> = conds.by_ref().take(3).map(|cond| self.cond(cond)).collect();
        let known = pick(&self.results, number as u8).unwrap_or("args.name").to_owned();
        let (mut list, mut cond) = (lists.iter().cycle(), conds.iter().cycle());
        for line in piece.lines() {
            if line.trim() == "@body" {
                let scope = self.open("{");
                self.block(body);
                self.close(scope, "}");
                continue;
            }
            let mut text = line.replace("@n", &number.to_string());
            for (mark, with) in [("@list", &mut list), ("@cond", &mut cond)] {
                while text.contains(mark) {
                    let next = with.next().cloned().unwrap_or_default();
                    text = text.replacen(mark, &format!("({next})"), 1);
                }
            }
            text = text.replace("@known", &known);
            text = text.replace("@call", &self.call(false)).replace("@typed", &self.call(true));
            self.line(&text);
        }
    }

    fn call(&mut self, schema: bool) -> String {
        let prompt = match &self.item {
            Some(item) => format!("`look at ${{{item}}} and ${{count}}`"),
            None => "`look at ${count}`".to_owned(),
        };
        match schema {
            true => format!("agent({prompt}, {{ schema: {SCHEMA} }})"),
            false => format!("agent({prompt})"),
        }
    }

    /// A call that throws in some runs before an agent is called, or in all, or looks as if it might.
    fn refused(&self, n: u8) -> String {
        let of = |n: u8| pick(&self.results, n).map_or("args.name".into(), |r| format!("{r}?.items?.[0]"));
        let item = self.item.clone().unwrap_or("count".into());
        match n % 18 {
            0 => "agent('')".into(),
            1 => format!("agent({})", of(n / 18)),
            2 => format!("agent(`${{{item} ?? ''}}`)"),
            3 => format!("agent({item})"),
            4 => "agent(args.name ?? '')".into(),
            5 => "agent(args.name || undefined)".into(),
            6 => "agent('look', { model: '' })".into(),
            7 => "agent('look', { effort: args.flag ? 'fast' : 'low' })".into(),
            8 => format!("agent('look', {{ schema: {{ type: {} }} }})", ["'array'", "'object'"][n as usize / 18 % 2]),
            9 => "agent('look', args.flag && { label: 'x' })".into(),
            10 => "agent('look', { model: args.flag && 'opus', label: count })".into(),
            11 => "agent(typeof args.name === 'string' && args.name ? args.name : 'none')".into(),
            12 => "agent('look', { isolation: args.name, ...args })".into(),
            13 => "parallel([() => agent('one'), args.flag && (() => agent('two'))])".into(),
            14 => "parallel([1, 2].map((n) => async () => { phase(args.name); return agent(`look at ${n}`) }))".into(),
            15 => "parallel([() => agent(`at ${args.name.length}`), () => agent('' + args.name)])".into(),
            16 => "pipeline(args.flag ? ['x', ''] : 'no list', (x) => agent(x), (x) => agent(x?.items))".into(),
            _ => format!("agent({item} || 'nothing', {{ label: {item}, phase: args.flag }})"),
        }
    }

    fn task(&mut self, task: &Task) {
        match task {
            Task::Text | Task::Schema => {
                let call = self.call(matches!(task, Task::Schema));
                self.line(&format!("return {call}"));
            }
            Task::Two => {
                let (first, second) = (self.call(true), self.call(false));
                self.line(&format!("const first = await {first}"));
                self.line(&format!("return first && {second}"));
            }
            Task::Guarded(cond) => {
                let (cond, call) = (self.cond(cond), self.call(false));
                self.line(&format!("if ({cond}) return null"));
                self.line(&format!("return {call}"));
            }
            Task::Nested(over) => {
                let (over, call) = (self.array(over), self.call(false));
                self.line(&format!("return parallel({over}.map((inner) => () => {call}))"));
            }
            Task::Inner(body) => self.block(body),
            Task::Refused(n) => {
                let call = self.refused(*n);
                self.line(&format!("return {call}"));
            }
            Task::Rlm(calls) => {
                let limits = format!("maxDepth: {}, budget: {{ calls: {calls} }}", calls % 2);
                self.line(&format!("return rlm({{ question: 'Which?', context: 'a text', {limits} }})"));
            }
            Task::Deref => {
                let (first, second) = (self.call(true), self.call(false));
                self.line(&format!("const first = await {first}"));
                self.line("const shown = first.items.length");
                self.line(&format!("return shown + await {second}"));
            }
        }
    }

    fn array(&self, array: &Array) -> String {
        match array {
            Array::Literal(n) => format!("[{}]", (0..*n).map(|i| format!("'{i}'")).collect::<Vec<_>>().join(", ")),
            Array::Length(n) => format!("Array.from({{ length: {n} }}, (_, i) => i)"),
            Array::Args(n) => ["(args.list ?? [])", "args.files", "(args?.missing || ['a'])"][*n as usize % 3].into(),
            Array::Known(n) => pick(&self.arrays, *n).map_or("[1, 2]".into(), str::to_owned),
            Array::Items(n) => match pick(&self.results, *n) {
                Some(r) if n % 2 == 0 => format!("({r}?.items ?? [])"),
                Some(r) => format!("({r}?.more ?? [0])"),
                None => "['one']".into(),
            },
            Array::Slice(a, from, None) => format!("{}.slice({from})", self.array(a)),
            Array::Slice(a, from, Some(to)) => format!("{}.slice({from}, {to})", self.array(a)),
            Array::Filter(a, c) => format!("{}.filter((x) => {})", self.array(a), self.cond(c)),
            Array::Map(a) => format!("{}.map((x) => ({{ x }}))", self.array(a)),
            Array::FlatMap(a, n) => {
                format!("{}.flatMap((x) => [{}])", self.array(a), vec!["x"; *n as usize].join(", "))
            }
            Array::Concat(a, b) => format!("{}.concat({})", self.array(a), self.array(b)),
            Array::Spread(a, b) => format!("[...{}, ...{}]", self.array(a), self.array(b)),
            Array::Truthy(a) => format!("{}.filter(Boolean)", self.array(a)),
            Array::Reversed(a) => format!("{}.slice().reverse()", self.array(a)),
            Array::Keys(n) => {
                let keys: Vec<String> = (0..*n).map(|i| format!("k{i}: {i}")).collect();
                format!("Object.keys({{ {} }})", keys.join(", "))
            }
            Array::Set(a) => format!("[...new Set({})]", self.array(a)),
            Array::Reduce(a) => format!("{}.reduce((all, x) => all.concat([x]), [])", self.array(a)),
        }
    }

    fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Result(n) => pick(&self.results, *n).map_or("count > 1".into(), |r| format!("!{r}")),
            Cond::Ok(n) => pick(&self.results, *n).map_or("args.flag".into(), |r| format!("{r}?.ok")),
            Cond::Length(a, n) => match pick(&self.arrays, *a) {
                Some(list) => format!("{list}.length > {n}"),
                None => format!("args.files.length > {n}"),
            },
            Cond::Flag => "args.flag".into(),
            Cond::Count(n) => format!("count % 3 === {n}"),
            Cond::Text(n) => match pick(&self.results, *n) {
                Some(r) => format!("String({r}).includes('e')"),
                None => "args.name === 'x'".into(),
            },
            Cond::Not(c) => format!("!({})", self.cond(c)),
            Cond::And(a, b) => format!("({} && {})", self.cond(a), self.cond(b)),
            Cond::Or(a, b) => format!("({} || {})", self.cond(a), self.cond(b)),
        }
    }
}

fn pick(names: &[String], n: u8) -> Option<&str> {
    match names.len() {
        0 => None,
        len => names.get(n as usize % len).map(String::as_str),
    }
}
