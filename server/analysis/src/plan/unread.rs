//! Texts that nobody has read yet.
//!
//! Most of a script is prose: prompts, and what they are put together from. To follow the script nobody has to know what they say. So
//! the words of prose stay with their literal, a text made of them is put together only when somebody asks what it says, and that
//! is noted. Whatever is found of a script in which a literal was not read holds for all words it could have.

use std::{
    borrow::Cow,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use rustc_hash::FxHashSet;

use super::strings::{Joined, Known, Str};
use crate::{script::Prose, text::Span};

/// Most texts that are not put together.
const MOST_PIECES: u32 = 128;
/// Most texts in those of which it is one: call after call of a helper makes a prompt its result can be.
const MOST_EITHER: u32 = 1024;

/// Prose as the script has it: a string literal or a piece of a template.
#[derive(Debug)]
pub(super) struct Literal {
    /// The literal or the piece, with the marks round it.
    pub(super) span: Span,
    /// Which of the two.
    pub(super) kind: Prose,
    words: Arc<str>,
    read: AtomicBool,
    known: OnceLock<Known>,
}

impl Literal {
    pub(super) fn new(span: Span, kind: Prose, words: &str) -> Literal {
        Literal { span, kind, words: words.into(), read: AtomicBool::new(false), known: OnceLock::new() }
    }

    /// What it said when the script was interpreted.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// Whether something asked what it says.
    pub(super) fn was_read(&self) -> bool {
        self.read.load(Relaxed)
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| Known::text(&self.words))
    }
}

/// Texts that are put together, or of which it is one, when somebody asks.
#[derive(Debug)]
pub(super) struct Several {
    how: How,
    /// How many there are in all of them.
    number: u32,
    /// Differs where they do, nearly always.
    key: u64,
    read: AtomicBool,
    known: OnceLock<Known>,
}

#[derive(Debug)]
enum How {
    /// One behind the other, each with where all before it and it come from.
    Behind(Str, Vec<(Span, Str, Span)>),
    /// One of them.
    Either(Vec<Text>),
}

/// The words of literals as they are now, where they are others than were there when the script was followed.
pub(super) type Reworded = [(Span, Arc<str>)];

/// What a text is, as far as anybody has asked.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Read(Known),
    Literal(Arc<Literal>),
    Several(Arc<Several>),
}

impl Text {
    /// What is known of it; reads all literals in it.
    pub(super) fn read(&self) -> &Known {
        self.mark();
        self.peek()
    }

    fn peek(&self) -> &Known {
        match self {
            Text::Read(known) => known,
            Text::Literal(literal) => literal.known(),
            Text::Several(all) => all.known.get_or_init(|| all.known(|text| Cow::Borrowed(text.peek()))),
        }
    }

    /// What is known of it with the words its literals have now, for those who ask again after every edit.
    pub(super) fn now(&self, reworded: &Reworded) -> Cow<'_, Known> {
        match self {
            Text::Read(known) => Cow::Borrowed(known),
            Text::Literal(literal) => match reworded.iter().find(|(span, _)| *span == literal.span) {
                Some((_, words)) => Cow::Owned(Known::text(words)),
                None => Cow::Borrowed(literal.known()),
            },
            Text::Several(all) if self.holds(reworded) => Cow::Owned(all.known(|text| text.now(reworded))),
            Text::Several(_) => Cow::Borrowed(self.peek()),
        }
    }

    /// What is known of it, if all literals in it have been read.
    pub(super) fn once_read(&self) -> Option<&Known> {
        self.was_read().then(|| self.peek())
    }

    fn was_read(&self) -> bool {
        match self {
            Text::Read(_) => true,
            Text::Literal(literal) => literal.was_read(),
            Text::Several(all) => all.texts().all(Text::was_read),
        }
    }

    /// Whether one of the literals is in it.
    pub(super) fn holds(&self, literals: &Reworded) -> bool {
        match self {
            _ if literals.is_empty() => false,
            Text::Read(_) => false,
            Text::Literal(literal) => literals.iter().any(|(span, _)| *span == literal.span),
            Text::Several(all) => all.texts().any(|text| text.holds(literals)),
        }
    }

    fn mark(&self) {
        match self {
            Text::Read(_) => {}
            Text::Literal(literal) => literal.read.store(true, Relaxed),
            Text::Several(all) if all.read.swap(true, Relaxed) => {}
            Text::Several(all) => all.texts().for_each(Text::mark),
        }
    }

    /// Whether nothing is known of it.
    pub(super) fn is_any(&self) -> bool {
        matches!(self, Text::Read(known) if known.is_any())
    }

    pub(super) fn is_read(&self) -> bool {
        matches!(self, Text::Read(_))
    }

    /// Whether it is certain not to be empty, whatever its literals say.
    pub(super) fn is_filled(&self) -> bool {
        match self {
            Text::Read(known) => !known.may_be_empty(),
            Text::Literal(_) => true,
            Text::Several(all) => match &all.how {
                How::Behind(..) => all.texts().any(Text::is_filled),
                How::Either(_) => all.texts().all(Text::is_filled),
            },
        }
    }

    /// Whether words are in it, whatever they are.
    pub(super) fn says_something(&self) -> bool {
        match self {
            Text::Read(_) => false,
            Text::Literal(_) => true,
            Text::Several(all) => matches!(all.how, How::Behind(..)) && all.texts().any(Text::says_something),
        }
    }

    /// One or the other.
    pub(super) fn join(&self, other: &Text) -> Text {
        match (self, other) {
            _ if self == other => self.clone(),
            (Text::Read(a), Text::Read(b)) => Text::Read(a.join(b)),
            // Whatever the other says: all that is known is that it is a text.
            _ if self.is_any() || other.is_any() => Text::Read(Known::between(0, None)),
            _ => {
                let (own, more) = (self.either(), other.either());
                let is_new = is_not_in(own, more.len());
                let mut fresh = more.iter().filter(|text| is_new(text)).peekable();
                if fresh.peek().is_none() {
                    return self.clone();
                }
                Several::of(How::Either(own.iter().chain(fresh).cloned().collect()))
            }
        }
    }

    /// One of several that nobody has read, unless they are too many to be kept apart.
    pub(super) fn join_unread<'t>(all: impl Iterator<Item = &'t Text>) -> Option<Text> {
        let mut either: Vec<Text> = vec![];
        let mut keys = FxHashSet::default();
        let mut number = 0u32;
        for text in all.flat_map(Text::either) {
            if text.is_read() {
                return None;
            }
            if keys.insert(text.key()) || !either.contains(text) {
                number = number.saturating_add(text.number());
                either.push(text.clone());
            }
        }
        match either.len() {
            _ if number > MOST_EITHER => None,
            0 | 1 => either.pop(),
            _ => Some(Several::of(How::Either(either))),
        }
    }

    /// What it is one of.
    fn either(&self) -> &[Text] {
        match self {
            Text::Several(all) if let How::Either(either) = &all.how => either,
            one => std::slice::from_ref(one),
        }
    }

    /// The literal it is.
    pub(super) fn literal(&self) -> Option<&Arc<Literal>> {
        if let Text::Literal(literal) = self { Some(literal) } else { None }
    }

    /// The same for the same texts, and nearly always another one for others.
    fn key(&self) -> u64 {
        match self {
            Text::Read(known) => known.lo << 32 ^ known.hi.unwrap_or(u64::MAX),
            Text::Literal(literal) => Arc::as_ptr(literal) as u64,
            Text::Several(all) => all.key,
        }
    }

    fn number(&self) -> u32 {
        match self {
            Text::Read(_) | Text::Literal(_) => 1,
            Text::Several(all) => all.number,
        }
    }
}

/// Asks of `asked` texts whether they are not among `texts`.
fn is_not_in(texts: &[Text], asked: usize) -> impl Fn(&Text) -> bool {
    let keys = (texts.len() * asked > 64).then(|| texts.iter().map(Text::key).collect::<FxHashSet<u64>>());
    move |text| keys.as_ref().is_some_and(|keys| !keys.contains(&text.key())) || !texts.contains(text)
}

/// The same for all words the literals in them could have.
impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        match (self, other) {
            (Text::Read(a), Text::Read(b)) => a == b,
            (Text::Literal(a), Text::Literal(b)) => Arc::ptr_eq(a, b),
            (Text::Several(a), Text::Several(b)) => Arc::ptr_eq(a, b) || a.key == b.key && a.how == b.how,
            _ => false,
        }
    }
}

impl PartialEq for How {
    fn eq(&self, other: &How) -> bool {
        match (self, other) {
            // Texts that grow piece by piece differ in their last one.
            (How::Behind(first, more), How::Behind(same, others)) => more == others && first == same,
            (How::Either(texts), How::Either(others)) => texts == others,
            _ => false,
        }
    }
}

impl Several {
    /// All of them, unless they are too many to be kept apart.
    fn of(how: How) -> Text {
        let mut all = Several { how, number: 0, key: 0, read: AtomicBool::new(false), known: OnceLock::new() };
        all.number = all.texts().map(Text::number).fold(0, u32::saturating_add);
        let kind = u64::from(matches!(all.how, How::Either(_)));
        all.key =
            all.texts().fold(kind, |key, text| (key.rotate_left(5) ^ text.key()).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let most = if matches!(all.how, How::Either(_)) { MOST_EITHER } else { MOST_PIECES };
        let is_much = all.number > most;
        let text = Text::Several(Arc::new(all));
        if is_much { Text::Read(text.read().clone()) } else { text }
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        let (first, more, either) = match &self.how {
            How::Behind(first, more) => (Some(&first.text), more.as_slice(), [].as_slice()),
            How::Either(either) => (None, [].as_slice(), either.as_slice()),
        };
        first.into_iter().chain(more.iter().map(|(_, piece, _)| &piece.text)).chain(either)
    }

    fn known<'t>(&'t self, known: impl Fn(&'t Text) -> Cow<'t, Known>) -> Known {
        match &self.how {
            How::Behind(first, more) => {
                // `a + b + c` nests to the left: what nobody asked for alone is not put together alone.
                let (mut first, mut behind) = (first, vec![more]);
                while let Text::Several(inner) = &first.text
                    && inner.known.get().is_none()
                    && let How::Behind(start, more) = &inner.how
                {
                    first = start;
                    behind.push(more);
                }
                let mut all = Joined::of(&known(&first.text));
                for (at, piece, piece_at) in behind.into_iter().rev().flatten() {
                    all.push(*at, &known(&piece.text), *piece_at);
                }
                all.done()
            }
            How::Either(either) => {
                let each = either.iter().map(|text| known(text).into_owned());
                each.reduce(|a, b| if a == b { a } else { a.join(&b) }).unwrap_or_else(|| Known::between(0, None))
            }
        }
    }
}

/// Strings being put one behind the other: at once where all of them have been read.
#[derive(Debug)]
pub(super) enum Concat {
    Read(Joined, bool),
    Unread(Str, Vec<(Span, Str, Span)>),
}

impl Default for Concat {
    /// Nothing yet.
    fn default() -> Concat {
        Concat::Read(Joined::default(), false)
    }
}

impl Concat {
    pub(super) fn of(first: &Str) -> Concat {
        match &first.text {
            Text::Read(known) => Concat::Read(Joined::of(known), first.from_agent),
            _ => Concat::Unread(first.clone(), vec![]),
        }
    }

    /// Adds a string; the spans say where all before it and it come from.
    pub(super) fn push(&mut self, at: Span, other: &Str, other_at: Span) {
        if let (Concat::Read(joined, from_agent), Text::Read(known)) = (&mut *self, &other.text) {
            joined.push(at, known, other_at);
            *from_agent |= other.from_agent;
            return;
        }
        if let Concat::Read(joined, from_agent) = self {
            let first = Str { from_agent: *from_agent, ..std::mem::take(joined).done().into() };
            *self = Concat::Unread(first, vec![]);
        }
        if let Concat::Unread(_, more) = self {
            more.push((at, other.clone(), other_at));
        }
    }

    pub(super) fn done(self) -> Str {
        match self {
            Concat::Read(joined, from_agent) => Str { from_agent, ..joined.done().into() },
            Concat::Unread(first, more) if more.is_empty() => Str { json: None, ..first },
            Concat::Unread(first, more) => {
                let from_agent = first.from_agent || more.iter().any(|(_, piece, _)| piece.from_agent);
                Str { text: Several::of(How::Behind(first, more)), json: None, from_agent }
            }
        }
    }
}
