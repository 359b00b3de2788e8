//! Edits that several rules make.

use super::{Edit, checker::Checker, views::Options};
use crate::{
    script::{
        index::{Declared, NodeId},
        walk::Node,
    },
    text::Span,
};

impl Checker<'_> {
    /// Removes an element of a list together with the comma that parts it from its neighbour.
    pub(super) fn remove_from_list(&self, element: Span) -> Edit {
        let text = &self.script.text;
        let after = &text[element.end as usize..];
        let blanks = after.len() - after.trim_start().len();
        self.looks_at(Span::new(element.end, element.end + blanks as u32 + 1));
        if after.trim_start().starts_with(',') {
            let mut end = element.end as usize + blanks + 1;
            end += text[end..].len() - text[end..].trim_start_matches(' ').len();
            self.looks_at(Span::new(element.end, end as u32 + 1));
            return Edit::remove(Span::new(element.start, end as u32));
        }
        let before = text[..element.start as usize].trim_end();
        let start = if before.ends_with(',') { before.len() - 1 } else { element.start as usize };
        self.looks_at(Span::new((before.len() as u32).saturating_sub(1), element.start));
        Edit::remove(Span::new(start as u32, element.end))
    }

    /// The span with the blanks before it and the line end after it, if it stands alone on its lines.
    pub(super) fn whole_line(&self, place: Span) -> Span {
        let text = &self.script.text;
        let before = text[..place.start as usize].trim_end_matches([' ', '\t']);
        let after = text[place.end as usize..].trim_start_matches([' ', '\t', ';']);
        let (first, last) = (before.len() as u32, (text.len() - after.len()) as u32);
        self.looks_at(Span::new(first.saturating_sub(2), last + 2));
        let alone =
            (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with(['\r', '\n']));
        if !alone {
            return place;
        }
        let rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
        Span::new(before.len() as u32, (text.len() - rest.len()) as u32)
    }

    /// Every use of a declared name, in the order of the text.
    pub(super) fn references(&self, name: &str, declared: Declared) -> Vec<Span> {
        let named = self.index.uses(declared).map(|id| self.index.span(id));
        named.filter(|place| self.text(*place) == name).collect()
    }

    /// Renames the name at `place`; `None` where that takes more than a replacement.
    pub(super) fn rename(&self, place: Span, to: &str) -> Option<Edit> {
        let around = &self.script.text[..place.start as usize];
        let after = self.script.text[place.end as usize..].trim_start();
        let blanks = (self.script.text.len() - after.len()) as u32;
        self.looks_at(Span::new((around.trim_end().len() as u32).saturating_sub(1), place.start));
        self.looks_at(Span::new(place.end, blanks + 2));
        let shorthand =
            around.trim_end().ends_with(['{', ',']) && after.starts_with(['}', ',', '=']) && !after.starts_with("==");
        (!shorthand).then(|| Edit::replace(place, to))
    }

    /// Adds an option to the call at `id`.
    pub(super) fn add_option(&self, id: NodeId, option: &str) -> Option<Edit> {
        match (self.index.args(id).len(), self.options(id).as_deref()) {
            (1, _) => Some(Edit::insert(crate::script::span(&self.index.args(id)[0]).end, format!(", {{ {option} }}"))),
            (2, Some(Options { inline: true, span, properties, .. })) => {
                let comma = if properties.is_empty() { " " } else { "," };
                Some(Edit::insert(span.start + 1, format!(" {option}{comma}")))
            }
            _ => None,
        }
    }

    /// Whether the name at `id` is the operand of `typeof`.
    pub(super) fn in_typeof(&self, id: NodeId) -> bool {
        use swc_ecma_ast::{Expr, UnaryOp};
        self.index
            .outer(id)
            .is_some_and(|p| matches!(self.index.node(p), Node::Expr(Expr::Unary(u)) if u.op == UnaryOp::TypeOf))
    }
}
