//! What is known where a person is writing: the text is completed to the one it is about to be, and that is interpreted.

use swc_ecma_ast::{BinaryOp, Expr, Lit, MemberProp, Module, ObjectPatProp, OptChainBase, Pat, Stmt};

use crate::{
    Context,
    plan::{self, Value},
    script::{
        self,
        cursor::Cursor,
        drafts::{self, HERE},
        span,
        walk::{self, Node},
    },
    text::Span,
};

/// No text that the half-written one may be on its way to parses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// The value whose field is being named at `offset`, behind a `.`. `None` where no run gets there, or nothing is known of it.
///
/// # Errors
///
/// Where the text is broken in more than what is being written.
pub fn object(text: &str, cursor: &Cursor, offset: u32, context: &Context) -> Result<Option<Value>, Broken> {
    at(drafts::at_word(text, cursor, offset), context, |node| match node {
        Node::Expr(Expr::Member(m)) if is_here(&m.prop) => Some(span(m.obj.unwrap_parens())),
        Node::Expr(Expr::OptChain(o)) => match &*o.base {
            OptChainBase::Member(m) if is_here(&m.prop) => Some(span(m.obj.unwrap_parens())),
            _ => None,
        },
        _ => None,
    })
}

/// The value that the braces at the cursor take apart, without what they name already. `None` where they are no pattern, and as for
/// [`object`].
///
/// # Errors
///
/// As [`object`].
pub fn taken_apart(text: &str, cursor: &Cursor, context: &Context) -> Result<Option<Value>, Broken> {
    at(drafts::at_pattern(text, cursor), context, |node| {
        let Node::Pat(Pat::Object(pattern)) = node else { return None };
        pattern.props.iter().find_map(|prop| match prop {
            ObjectPatProp::Rest(rest) => match &*rest.arg {
                Pat::Ident(name) if *name.id.sym == *HERE => Some(span(&name.id)),
                _ => None,
            },
            _ => None,
        })
    })
}

/// The value that what is being written at `offset` is compared with: by `===` and its like, or as a `case`. `None` as for [`object`].
///
/// # Errors
///
/// As [`object`].
pub fn compared(text: &str, cursor: &Cursor, offset: u32, context: &Context) -> Result<Option<Value>, Broken> {
    // A string before the cursor keeps its place in the draft.
    let is_it = |expr: &Expr| match (cursor.string, expr) {
        (Some(string), Expr::Lit(Lit::Str(text))) => span(text).start + 1 == string.start,
        (None, Expr::Ident(name)) => *name.sym == *HERE,
        _ => false,
    };
    at(drafts::at_word(text, cursor, offset), context, |node| match node {
        Node::Expr(Expr::Bin(b))
            if matches!(b.op, BinaryOp::EqEq | BinaryOp::EqEqEq | BinaryOp::NotEq | BinaryOp::NotEqEq) =>
        {
            let sides = [(&b.left, &b.right), (&b.right, &b.left)];
            sides.into_iter().find(|(one, _)| is_it(one.unwrap_parens())).map(|(_, other)| span(other.unwrap_parens()))
        }
        Node::Stmt(Stmt::Switch(s)) => {
            let tests = s.cases.iter().filter_map(|case| case.test.as_deref());
            tests.into_iter().any(is_it).then(|| span(s.discriminant.unwrap_parens()))
        }
        _ => None,
    })
}

/// The value at the place in `draft` that `place` finds.
fn at(
    draft: Option<String>,
    context: &Context,
    place: impl Fn(Node<'_>) -> Option<Span>,
) -> Result<Option<Value>, Broken> {
    let script = script::parse(draft.ok_or(Broken)?);
    let module = script.module().ok_or(Broken)?;
    let Some(place) = find(module, &place) else { return Ok(None) };
    Ok(plan::interpret(&script, &crate::with_own(&script, context)).value_at(place))
}

fn is_here(property: &MemberProp) -> bool {
    matches!(property, MemberProp::Ident(name) if *name.sym == *HERE)
}

fn find(module: &Module, place: &dyn Fn(Node<'_>) -> Option<Span>) -> Option<Span> {
    fn look(node: Node<'_>, place: &dyn Fn(Node<'_>) -> Option<Span>, found: &mut Option<Span>) {
        *found = found.or_else(|| place(node));
        if found.is_none() {
            walk::children(node, &mut |child| look(child, place, found));
        }
    }
    let mut found = None;
    walk::top_level(module, &mut |node| look(node, place, &mut found));
    found
}
