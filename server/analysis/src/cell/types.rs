//! TypeScript in a cell: its types are blanked, so that all that runs keeps its line and column.

use swc_ecma_ast::{Class, ClassMember, Decl, Expr, ParamOrTsParamProp, Pat, PropName, Stmt};

use crate::{
    script::{
        self, span,
        walk::{self, Node},
    },
    text::Span,
};

/// Most types inside each other, and most words that put a type around another, of a cell that is read as TypeScript: the parser descends for
/// each.
const DEEPEST: usize = 64;

/// Words that put a type around another.
const AROUND: [&str; 6] = ["keyof", "readonly", "infer", "extends", "asserts", "unique"];

/// Words before a member of a class that say nothing of what it does.
const MODIFIERS: [&str; 7] = ["public", "private", "protected", "readonly", "override", "declare", "abstract"];

/// A cell without its types, of the same length. `None` where it is no TypeScript; an error, with its place, where types make code. `is_typed`:
/// whether that there are types is what keeps it from being JavaScript.
pub(super) fn blanked(source: &str, is_typed: bool) -> Option<Result<String, (u32, String)>> {
    if is_deep(source) {
        return None;
    }
    let module = match script::typed(source) {
        Ok(module) => module,
        // Of a cell that is JavaScript but for a mistake, the other parser knows more.
        Err(error) if is_typed => return error.map(|error| Err((error.span.start, error.message))),
        Err(_) => return None,
    };
    let mut types = Types { source, spans: Vec::new(), ends: Vec::new(), refused: None };
    walk::top_level(&module, &mut |node| types.visit(node));
    if let Some(refused) = types.refused {
        return Some(Err(refused));
    }
    let mut bytes = source.as_bytes().to_vec();
    for at in types.spans {
        let blank = |byte: &mut u8| *byte = if matches!(*byte, b'\n' | b'\r') { *byte } else { b' ' };
        bytes.get_mut(at.start as usize..at.end as usize)?.iter_mut().for_each(blank);
    }
    for at in types.ends {
        *bytes.get_mut(at as usize)? = b';';
    }
    // Whole characters were blanked.
    String::from_utf8(bytes).ok().map(Ok)
}

fn is_deep(source: &str) -> bool {
    let (mut depth, mut deepest, mut last) = (0_usize, 0, ' ');
    for c in source.chars() {
        match c {
            '<' => depth += 1,
            '>' if last != '=' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        last = c;
    }
    let words = source.split(|c: char| !c.is_alphanumeric()).filter(|word| AROUND.contains(word)).count();
    deepest > DEEPEST || words > DEEPEST
}

struct Types<'s> {
    source: &'s str,
    /// What is blanked.
    spans: Vec<Span>,
    /// Where a statement ends that would go on without its types.
    ends: Vec<u32>,
    /// What cannot be blanked.
    refused: Option<(u32, String)>,
}

impl Types<'_> {
    fn blank(&mut self, start: u32, end: u32) {
        if start < end {
            self.spans.push(Span::new(start, end));
        }
    }

    fn maybe(&mut self, at: Option<Span>) {
        if let Some(at) = at {
            self.blank(at.start, at.end);
        }
    }

    /// A statement of which nothing is left.
    fn statement(&mut self, at: Span) {
        self.blank(at.start, at.end);
        self.ends.push(at.start);
    }

    fn refuse(&mut self, at: Span, what: &str, instead: &str) {
        let message = format!("{what} makes code, and only types that make none are left out here: {instead}");
        self.refused.get_or_insert((at.start, message));
    }

    /// The mark `?` or `!` behind a name that ends at `end`.
    fn mark(&mut self, end: u32) {
        let rest = &self.source[end as usize..];
        let space = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with(['?', '!']) {
            let at = end + space as u32;
            self.blank(at, at + 1);
        }
    }

    /// The last of `words` before `end`.
    fn word_before(&mut self, word: &str, from: u32, end: u32) -> Option<u32> {
        let at = self.source.get(from as usize..end as usize)?.rfind(word)?;
        Some(from + at as u32)
    }

    fn visit(&mut self, node: Node<'_>) {
        match node {
            Node::Stmt(Stmt::Decl(decl)) if self.is_blanked(decl) => return,
            Node::Stmt(_) | Node::ModuleDecl(_) | Node::Prop(_) | Node::Binding(_) => {}
            Node::Declarator(variable) => {
                if let (true, Pat::Ident(name)) = (variable.definite, &variable.name) {
                    self.mark(span(&name.id).start + name.id.sym.len() as u32);
                }
            }
            Node::Pat(pattern) => self.pattern(pattern),
            Node::Function(function) => {
                self.maybe(function.type_params.as_deref().map(span));
                self.maybe(function.return_type.as_deref().map(span));
                if let Some(this) = &function.this_param {
                    let at = span(&**this);
                    let rest = &self.source[at.end as usize..];
                    let comma = rest.trim_start().starts_with(',').then(|| rest.find(',')).flatten();
                    self.blank(at.start, at.end + comma.map_or(0, |comma| comma as u32 + 1));
                }
            }
            Node::Class(class) => self.class(class),
            Node::Expr(expr) => self.expr(expr),
        }
        walk::children(node, &mut |child| self.visit(child));
    }

    /// Whether a declaration is all type, and was blanked, or cannot be.
    fn is_blanked(&mut self, decl: &Decl) -> bool {
        let at = span(decl);
        let is_type = match decl {
            Decl::TsInterface(_) | Decl::TsTypeAlias(_) => true,
            Decl::TsEnum(of) if !of.declare => {
                self.refuse(at, "An `enum`", "write an object, `const Color = { Red: 0 }`");
                true
            }
            Decl::TsModule(of) if !of.declare && !of.global => {
                self.refuse(at, "A `namespace`", "write an object");
                true
            }
            Decl::TsEnum(_) | Decl::TsModule(_) => true,
            Decl::Fn(function) => function.declare || function.function.body.is_none(),
            Decl::Class(class) => class.declare,
            Decl::Var(variables) => variables.declare,
            Decl::Using(_) => false,
        };
        if is_type {
            self.statement(at);
        } else if let Decl::Class(class) = decl
            && class.class.is_abstract
        {
            let name = span(&class.ident).start;
            if let Some(start) = self.word_before("abstract", at.start.saturating_sub(9), name) {
                self.blank(start, start + 8);
            }
        }
        is_type
    }

    fn pattern(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Ident(name) => {
                if name.id.optional {
                    self.mark(span(&name.id).start + name.id.sym.len() as u32);
                }
                self.maybe(name.type_ann.as_deref().map(span));
            }
            Pat::Array(array) => self.maybe(array.type_ann.as_deref().map(span)),
            Pat::Object(object) => self.maybe(object.type_ann.as_deref().map(span)),
            Pat::Rest(rest) => self.maybe(rest.type_ann.as_deref().map(span)),
            Pat::Assign(_) | Pat::Expr(_) | Pat::Invalid(_) => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let all = span(expr);
        let inner = match expr {
            Expr::TsAs(of) => span(&*of.expr),
            Expr::TsSatisfies(of) => span(&*of.expr),
            Expr::TsConstAssertion(of) => span(&*of.expr),
            Expr::TsNonNull(of) => span(&*of.expr),
            Expr::TsInstantiation(of) => span(&*of.expr),
            Expr::TsTypeAssertion(of) => return self.blank(all.start, span(&*of.expr).start),
            Expr::Call(call) => return self.maybe(call.type_args.as_deref().map(span)),
            Expr::New(new) => return self.maybe(new.type_args.as_deref().map(span)),
            Expr::TaggedTpl(tagged) => return self.maybe(tagged.type_params.as_deref().map(span)),
            Expr::OptChain(chain) => {
                if let swc_ecma_ast::OptChainBase::Call(call) = &*chain.base {
                    self.maybe(call.type_args.as_deref().map(span));
                }
                return;
            }
            Expr::Arrow(arrow) => {
                self.maybe(arrow.type_params.as_deref().map(span));
                return self.maybe(arrow.return_type.as_deref().map(span));
            }
            _ => return,
        };
        self.blank(inner.end, all.end);
        // Without the type, what begins the next line would go on with this one.
        let rest = &self.source[all.end as usize..];
        let (space, next) = rest.split_at(rest.len() - rest.trim_start().len());
        if space.contains('\n') && next.starts_with(['(', '[', '`']) && inner.end < all.end {
            self.ends.push(inner.end);
        }
    }

    fn class(&mut self, class: &Class) {
        self.maybe(class.type_params.as_deref().map(span));
        self.maybe(class.super_type_params.as_deref().map(span));
        if let (Some(first), Some(last)) = (class.implements.first(), class.implements.last())
            && let Some(start) = self.word_before("implements", span(class).start, span(first).start)
        {
            self.blank(start, span(last).end);
        }
        for member in &class.body {
            self.member(member);
        }
    }

    fn member(&mut self, member: &ClassMember) {
        let at = span(member);
        let key = |key: &PropName| span(key);
        let (key, marked, is_type) = match member {
            ClassMember::Constructor(of) => {
                if let Some(property) =
                    of.params.iter().find(|param| matches!(param, ParamOrTsParamProp::TsParamProp(_)))
                {
                    let instead = "assign it in the constructor, `this.x = x`";
                    self.refuse(span(property), "A parameter that is a property", instead);
                }
                (key(&of.key), false, of.body.is_none())
            }
            ClassMember::Method(of) => (key(&of.key), of.is_optional, of.is_abstract || of.function.body.is_none()),
            ClassMember::PrivateMethod(of) => {
                (span(&of.key), of.is_optional, of.is_abstract || of.function.body.is_none())
            }
            ClassMember::ClassProp(of) => {
                self.maybe(of.type_ann.as_deref().map(span));
                (key(&of.key), of.is_optional || of.definite, of.declare || of.is_abstract)
            }
            ClassMember::PrivateProp(of) => {
                self.maybe(of.type_ann.as_deref().map(span));
                (span(&of.key), of.is_optional || of.definite, false)
            }
            ClassMember::TsIndexSignature(_) => return self.blank(at.start, at.end),
            _ => return,
        };
        if is_type {
            return self.blank(at.start, at.end);
        }
        if marked {
            self.mark(key.end);
        }
        let mut from = at.start;
        for word in self.source[at.start as usize..key.start as usize].split_inclusive(char::is_whitespace) {
            if MODIFIERS.contains(&word.trim()) {
                self.blank(from, from + word.trim_end().len() as u32);
            }
            from += word.len() as u32;
        }
    }
}
