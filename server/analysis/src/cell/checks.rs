//! What is wrong or unwise in a cell, seen before it runs.

use swc_ecma_ast::{BinaryOp, Expr, MemberProp, Stmt};

use super::{ContextSize, Names};
use crate::script::{
    SyntaxError,
    index::{Index, NodeId},
    span,
    walk::Node,
};

/// A place and what to say of it.
type Said = (u32, String);

/// Methods that make sense on a promise.
const OF_PROMISES: [&str; 3] = ["then", "catch", "finally"];

/// A syntax error in words, with the way out that cells most often need.
pub(super) fn explained(source: &str, error: &SyntaxError) -> String {
    let line = source[..error.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = source[error.span.start as usize..].find('\n').map_or(source.len(), |n| error.span.start as usize + n);
    let awaits = source.get(line..end).is_some_and(|line| line.contains("await "));
    match awaits && error.message.contains("await") {
        true => format!(
            "{} `await` works at the top level and in async functions: make the callback one, `await Promise.all(xs.map(async (x) => …))`",
            error.message
        ),
        false => error.message.clone(),
    }
}

/// What keeps the cell from running, and what is only unwise.
pub(super) fn check(source: &str, index: &Index<'_>, names: Names<'_>) -> (Vec<Said>, Vec<Said>) {
    let (mut wrong, mut notes) = (Vec::new(), Vec::new());
    for id in index.calls.iter().copied() {
        let Some(name) = index.free_callee(id).filter(|name| names.promises.contains(name)) else { continue };
        wrong.extend(used_as_value(index, id, name));
        wrong.extend(endless(index, id, name, names.ends));
        notes.extend(left_alone(index, id, name));
        notes.extend(line_by_line(source, index, id, name));
        if let Some((said, fits)) = names.context.and_then(|size| all_of_it(index, id, name, size)) {
            if fits { notes.push(said) } else { wrong.push(said) }
        }
    }
    (wrong, notes)
}

/// The promise is used as if it were the answer.
fn used_as_value(index: &Index<'_>, id: NodeId, name: &str) -> Option<Said> {
    let outer = index.outer(id)?;
    let call = index.expr(id)?;
    let is_call = |e: &Expr| std::ptr::eq(e.unwrap_parens(), call);
    let value = match index.expr(outer)? {
        Expr::Member(_) | Expr::OptChain(_) => {
            let (object, member, _) = index.member(outer)?;
            is_call(object) && !OF_PROMISES.contains(&member)
        }
        Expr::Tpl(_) => true,
        Expr::Bin(b) => b.op == BinaryOp::Add,
        _ => false,
    };
    value.then(|| (span(call).start, format!("`{name}(…)` gives a promise, not the answer: write `(await {name}(…))`")))
}

/// Nobody waits for the call.
fn left_alone(index: &Index<'_>, id: NodeId, name: &str) -> Option<Said> {
    let outer = index.outer(id)?;
    let statement = matches!(index.node(outer), Node::Stmt(Stmt::Expr(_)));
    let last = index.parent(outer).is_none()
        && index.stmts.iter().filter(|s| index.parent(**s).is_none()).max() == Some(&outer);
    (statement && !last)
        .then(|| (index.span(id).start, format!("nobody uses what `{name}(…)` answers: add `await` and keep it")))
}

/// The call is made again and again in a loop that has no end.
fn endless(index: &Index<'_>, id: NodeId, name: &str, ends: &[&str]) -> Option<Said> {
    let around = index.ancestors(id).find(|a| index.never_fails(*a))?;
    // An exception leaves it too, where somebody catches one.
    if index.ancestors(around).any(|a| matches!(index.node(a), Node::Stmt(Stmt::Try(_)))) {
        return None;
    }
    let leaves = |n: NodeId| match index.node(n) {
        Node::Stmt(Stmt::Break(_) | Stmt::Return(_) | Stmt::Throw(_)) => true,
        Node::Expr(Expr::Call(_)) => index.free_callee(n).is_some_and(|callee| ends.contains(&callee)),
        _ => false,
    };
    (!index.inside(around).any(leaves))
        .then(|| (index.span(around).start, format!("this loop calls `{name}` and never ends: give it an end")))
}

/// One call for each line of a text.
fn line_by_line<'a>(source: &str, index: &Index<'a>, id: NodeId, name: &str) -> Option<Said> {
    let lines = |expr: &'a Expr, at: NodeId| {
        let text = span(index.resolve(expr, at).0).slice(source);
        [".split(\"\\n\")", ".split('\\n')", ".split(/\\n/)", ".lines("].iter().any(|l| text.contains(l))
    };
    let found = index.ancestors(id).any(|a| match index.node(a) {
        Node::Stmt(Stmt::ForOf(f)) => lines(&f.right, a),
        Node::Expr(Expr::Call(_)) => match index.method(a) {
            Some((object, "map" | "forEach" | "flatMap", _)) => lines(object, a),
            _ => false,
        },
        _ => false,
    });
    found.then(|| {
        let message = format!(
            "this calls `{name}` once a line: put many lines into one prompt, as ctx.chunk() does, or count in code"
        );
        (index.span(id).start, message)
    })
}

/// The prompt holds the whole context, as text; whether it fits, at least.
fn all_of_it(index: &Index<'_>, id: NodeId, name: &str, size: ContextSize) -> Option<(Said, bool)> {
    let Expr::Call(call) = index.expr(id)? else { return None };
    if !holds_context(index, id, &call.args.first()?.expr) || size.characters < WORTH_A_WORD {
        return None;
    }
    let ContextSize { characters, prompt } = size;
    let fits = characters < prompt;
    let message = match fits {
        true => format!(
            "`{name}` is given the whole context as text: `{{ context: ctx }}` attaches it without a copy, and parts of about 100,000 characters \
             are read better"
        ),
        false => format!(
            "`{name}` is given the whole context, {characters} characters, and a prompt may have {prompt}: cut it up, \
             `ctx.chunk({{ by: 'chars', size: 100000 }})`, and attach the parts, `{{ context: chunk }}`"
        ),
    };
    Some(((index.span(id).start, message), fits))
}

/// Smaller contexts may stand in a prompt.
const WORTH_A_WORD: usize = 20_000;

/// Whether a value has the text of the whole context in it.
fn holds_context(index: &Index<'_>, at: NodeId, value: &Expr) -> bool {
    let holds = |e: &Expr| holds_context(index, at, e);
    match value {
        Expr::Ident(name) => &*name.sym == "context" && index.declared("context", at).is_none(),
        Expr::Member(member) => {
            let of_ctx = matches!(&*member.obj, Expr::Ident(name) if &*name.sym == "ctx");
            of_ctx && matches!(&member.prop, MemberProp::Ident(name) if &*name.sym == "text")
        }
        Expr::Tpl(template) => template.exprs.iter().any(|e| holds(e)),
        Expr::Bin(sum) if sum.op == BinaryOp::Add => holds(&sum.left) || holds(&sum.right),
        Expr::Paren(inner) => holds(&inner.expr),
        Expr::Array(items) => items.elems.iter().flatten().any(|item| item.spread.is_none() && holds(&item.expr)),
        _ => false,
    }
}
