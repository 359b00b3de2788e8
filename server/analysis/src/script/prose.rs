//! Prose: comments, and what string literals and templates say. To edit some of it changes nothing else of a script's tree.

use std::sync::OnceLock;

use super::{Ignore, IgnoreScope, Meta, MetaKey, MetaPhase, MetaProblem, Pragmas, Script, Spelled, Tree};
use crate::{
    carry::{Carry, Places, TextEdit},
    text::Span,
};

/// What kind of token prose stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prose {
    /// `// …`
    LineComment,
    /// `/* … */`
    BlockComment,
    /// `'…'`
    Text,
    /// `` `… `` to `${`, or `}` to `` … ` ``.
    Template,
}

/// So far before an edit an escape sequence can begin.
const ESCAPE: usize = 12;

/// An edit of prose that leaves all other tokens what they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rewording {
    /// What is replaced, in bytes.
    pub(crate) edit: TextEdit,
    /// The token before the edit, with the marks round it.
    pub(crate) token: Span,
    /// What it is.
    pub(crate) kind: Prose,
}

impl Rewording {
    /// The token after the edit, with its marks.
    pub(crate) fn now(&self) -> Span {
        Span::new(self.token.start, self.token.end + self.edit.added - self.edit.removed)
    }

    /// Whether it is one of a comment.
    pub(crate) fn is_comment(&self) -> bool {
        matches!(self.kind, Prose::LineComment | Prose::BlockComment)
    }

    /// What the literal says in `now`, the text after the edit, having said `words` in the text `was`. `None` where that takes more than
    /// the usual escapes.
    pub(crate) fn words(&self, was: &str, words: &str, now: &str) -> Option<String> {
        let inner = |token: Span| Span::new(token.start + 1, token.end - 1);
        let known = unescaped(inner(self.token).slice(was))?;
        if known == words { unescaped(inner(self.now()).slice(now)) } else { None }
    }
}

/// What the text of a literal means; `None` where it has unusual escapes.
fn unescaped(text: &str) -> Option<String> {
    let mut words = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        words.push(match c {
            '\r' => return None,
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                c @ ('\\' | '\'' | '"' | '`' | '$' | '{' | '}') => c,
                _ => return None,
            },
            c => c,
        });
    }
    Some(words)
}

/// Whether `words` are prose: at least two. What scripts compare, look up and select by is one word, as a rule.
pub(crate) fn is_prose(words: &str) -> bool {
    words.split_whitespace().nth(1).is_some()
}

impl Script {
    /// Comments, strings and pieces of templates, with their marks.
    #[cfg(test)]
    pub(crate) fn prose(&self) -> &[Span] {
        &self.prose
    }

    /// Whether what the text says at `place` can change while all of this stays the same: there is some prose, or a mark beside it, or the
    /// line that is left out.
    pub(crate) fn can_change(&self, place: Span) -> bool {
        self.blank_within(place) || self.touches_prose(place)
    }

    /// Whether the line that is left out reaches into `place`.
    pub(crate) fn blank_within(&self, place: Span) -> bool {
        self.blank.is_some_and(|line| line.start <= place.end && place.start <= line.end)
    }

    fn touches_prose(&self, place: Span) -> bool {
        let at = self.prose.partition_point(|prose| prose.end < place.start);
        self.prose.get(at).is_some_and(|prose| prose.start <= place.end)
    }

    /// What was reworded to make `now` of this script, if nothing else was done. `literal` gives the literal or piece of a template round
    /// some of the text, with its marks.
    pub(crate) fn rewording(&self, now: &str, literal: impl Fn(Span) -> Option<(Span, Prose)>) -> Option<Rewording> {
        let edit = TextEdit::between_characters(&self.text, now);
        let (from, to) = (edit.start, edit.end());
        if self.tree != Tree::Whole || !self.errors.is_empty() || now.len() > super::MAX_BYTES {
            return None;
        }
        let place = Span::new(from, to);
        let (token, kind) = self.comment(place).or_else(|| literal(place))?;
        let marks = if matches!(kind, Prose::BlockComment | Prose::LineComment) { 2 } else { 1 };
        let end = if kind == Prose::BlockComment { 2 } else { 1 };
        let rewording = Rewording { edit, token, kind };
        let inside = token.start + marks <= from && to + end <= token.end;
        (inside && self.is_token(token, kind) && self.is_plain(&rewording, now)).then_some(rewording)
    }

    /// The comment round `place`, with the line end behind it.
    fn comment(&self, place: Span) -> Option<(Span, Prose)> {
        let at = self.comments.partition_point(|comment| comment.end < place.start);
        let comment = self.comments.get(at).filter(|comment| comment.start < place.start)?;
        match self.text.as_bytes().get(comment.start as usize + 1)? {
            b'*' => Some((*comment, Prose::BlockComment)),
            b'/' if (comment.end as usize) < self.text.len() => {
                Some((Span::new(comment.start, comment.end + 1), Prose::LineComment))
            }
            _ => None,
        }
    }

    /// Whether the scan sees the token as the parser does.
    fn is_token(&self, token: Span, kind: Prose) -> bool {
        let at = self.prose.partition_point(|prose| prose.start < token.start);
        self.prose.get(at).is_some_and(|prose| {
            let end = match kind {
                // Up to the back-tick, or with the bracket of `${`.
                Prose::Template => prose.end == token.end || prose.end == token.end + 1,
                Prose::LineComment => prose.end + 1 == token.end,
                Prose::BlockComment | Prose::Text => prose.end == token.end,
            };
            prose.start == token.start && end
        })
    }

    /// Whether nothing but words is taken away and put in.
    fn is_plain(&self, rewording: &Rewording, now: &str) -> bool {
        let Rewording { edit, token, kind } = *rewording;
        let is_line_end = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
        let is_mark = |c: char| match kind {
            Prose::LineComment | Prose::BlockComment => is_line_end(c),
            Prose::Text | Prose::Template => is_line_end(c) || matches!(c, '\\' | '\'' | '"' | '`' | '$' | '{' | '}'),
        };
        let removed = Span::new(edit.start, edit.end()).slice(&self.text);
        let added = Span::new(edit.start, edit.start + edit.added).slice(now);
        let (was, is) = (token.slice(&self.text), rewording.now().slice(now));
        if removed.contains(is_mark) || added.contains(is_mark) || [was, is].into_iter().any(means_more) {
            return false;
        }
        match kind {
            // The scan takes the end of a comment before `{` for code.
            Prose::LineComment => ![was, is].iter().any(|text| {
                let text = text.trim_end();
                text.ends_with([';', '{', '}', ')', '>']) || text.ends_with("for")
            }),
            Prose::BlockComment => is.find("*/") == Some(is.len() - 2),
            Prose::Text | Prose::Template => {
                let before = &self.text.as_bytes()[token.start as usize..edit.start as usize];
                let close = &before[before.len().saturating_sub(ESCAPE)..];
                !close.contains(&b'\\') && before.last() != Some(&b'$')
            }
        }
    }

    /// Makes this the script `now`, after an edit of prose that [`Script::rewording`] has found.
    pub(crate) fn reword(&mut self, now: std::sync::Arc<str>, rewording: &Rewording) {
        let edit = rewording.edit;
        let way = Carry::from(edit);
        let Script { text, lines, module, tree: _, errors: _, meta, pragmas, blank: _, comments, prose } = self;
        meta.follow(&way);
        pragmas.follow(&way);
        // An end of a comment or string that is typed at is an end of it still.
        let after = |at: u32| if at >= edit.end() { at + edit.added - edit.removed } else { at };
        let grow = |span: &mut Span| *span = Span::new(after(span.start), after(span.end));
        comments.iter_mut().chain(prose).for_each(grow);
        lines.edit(edit);
        *module = OnceLock::new();
        *text = now;
    }
}

/// Whether prose has a word that the whole text is searched for: ours in comments, and that of [`crate::vocabulary::names_rlm`].
fn means_more(prose: &str) -> bool {
    ["callsheet", "rlm"].iter().any(|word| prose.contains(word))
}

impl Places for Spelled {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Spelled { span, value: _ } = self;
        span.places(visit);
    }
}

impl Places for MetaKey {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let MetaKey { span, key } = self;
        span.places(visit);
        key.places(visit);
    }
}

impl Places for MetaPhase {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let MetaPhase { span, title, detail, model, keys } = self;
        span.places(visit);
        [title, detail, model].into_iter().for_each(|spelled| spelled.places(visit));
        keys.places(visit);
    }
}

impl Places for MetaProblem {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let MetaProblem { span, kind: _ } = self;
        span.places(visit);
    }
}

impl Places for Meta {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Meta { span, ident, object, name, description, when_to_use, phases, phases_span, keys, problems } = self;
        [span, ident].into_iter().for_each(|span| span.places(visit));
        [object, phases_span].into_iter().for_each(|span| span.places(visit));
        [name, description, when_to_use].into_iter().for_each(|spelled| spelled.places(visit));
        phases.places(visit);
        keys.places(visit);
        problems.places(visit);
    }
}

impl Places for Pragmas {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Pragmas { args, profile, ignores } = self;
        args.iter_mut().for_each(|(span, _)| span.places(visit));
        profile.iter_mut().for_each(|(span, _)| span.places(visit));
        ignores.places(visit);
    }
}

impl Places for Ignore {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        // Lines stay what they are: no edit of prose has a line end in it.
        let Ignore { span, rules, scope: IgnoreScope::Lines(..) | IgnoreScope::File } = self;
        span.places(visit);
        rules.places(visit);
    }
}
