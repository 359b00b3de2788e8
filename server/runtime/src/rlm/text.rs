//! A text of any size, by lines and by JavaScript's own offsets: UTF-16 units.

use std::{ops::Range, rc::Rc};

use analysis::tokens;
use boa_engine::{JsString, string::JsStrVariant};

use super::{Cited, Excerpt};
use crate::key;

/// Bytes between two marks.
const STEP: usize = 1024;

/// Bytes of a text that are counted to estimate its tokens.
const COUNTED: usize = 64 << 10;

/// The bytes of a text. What the engine holds as bytes is only held by it: its strings of parts are cuts of the one.
#[derive(Clone, Debug)]
enum Whole {
    /// Every character is one byte.
    Ascii(JsString),
    /// The engine would need two bytes for each unit.
    Utf8(Rc<String>),
}

impl Whole {
    fn new(text: String) -> Self {
        match text.is_ascii() {
            true => Self::Ascii(JsString::from(text.as_str())),
            false => Self::Utf8(text.into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Ascii(text) => match text.as_str().variant() {
                JsStrVariant::Latin1(bytes) => bytes,
                // The engine holds what is ASCII by bytes.
                JsStrVariant::Utf16(_) => &[],
            },
            Self::Utf8(text) => text.as_bytes(),
        }
    }
}

/// A text and the index of its lines and offsets. Parts of one whole share its bytes.
#[derive(Debug)]
pub(crate) struct Text {
    whole: Whole,
    /// Which bytes of the whole.
    at: Range<usize>,
    /// The file that holds the whole, by its name among the contexts of the run.
    file: Option<Rc<str>>,
    /// Units before every `STEP`th byte; empty where every character is one byte.
    marks: Vec<u32>,
    units: usize,
    /// Where lines start, in bytes.
    lines: Vec<u32>,
}

impl Text {
    /// A text that only this process has.
    pub(crate) fn new(text: String) -> Self {
        let all = 0..text.len();
        Self::indexed(Whole::new(text), all, None)
    }

    /// The text of a file.
    pub(crate) fn of_file(name: &str, text: String) -> Self {
        let all = 0..text.len();
        Self::indexed(Whole::new(text), all, Some(name.into()))
    }

    /// The bytes `from..to` as a text of their own; both are boundaries of characters.
    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        Self::indexed(self.whole.clone(), self.at.start + from..self.at.start + to, self.file.clone())
    }

    /// The bytes `from..to` as the part of a file that they are, where they are one.
    pub(crate) fn excerpt(&self, from: usize, to: usize) -> Option<Excerpt> {
        let file = self.file.as_ref()?;
        let start = self.at.start as u64;
        let hash = key::digest(self.piece(from, to));
        Some(Excerpt { context: file.to_string(), start: start + from as u64, end: start + to as u64, hash })
    }

    /// The bytes `from..to` as something to be cited, under `name` where the text is in no file.
    pub(crate) fn cited(&self, from: usize, to: usize, name: &str) -> Cited {
        let before = memchr::memchr_iter(b'\n', &self.whole.bytes()[..self.at.start]).count();
        let line = |at: usize| (before + self.line_of(at) + 1) as u64;
        let own = || {
            let hash = key::digest(self.piece(from, to));
            Excerpt { context: name.to_owned(), start: from as u64, end: to as u64, hash }
        };
        let excerpt = self.excerpt(from, to).unwrap_or_else(own);
        Cited { excerpt, first_line: line(from), last_line: line(to.saturating_sub(1).max(from)) }
    }

    fn indexed(whole: Whole, at: Range<usize>, file: Option<Rc<str>>) -> Self {
        let text = &whole.bytes()[at.clone()];
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text).map(|at| at as u32 + 1));
        let (mut marks, mut units) = (Vec::new(), text.len());
        if !text.is_ascii() {
            units = 0;
            marks.reserve_exact(text.len() / STEP + 1);
            for chunk in text.chunks(STEP) {
                marks.push(units as u32);
                units += chunk.iter().map(|byte| units_of(*byte)).sum::<usize>();
            }
        }
        Self { whole, at, file, marks, units, lines }
    }

    /// The text. It may be looked at from its beginning to its end for this, so this is for those who do that anyway.
    pub(crate) fn as_str(&self) -> &str {
        self.piece(0, self.at.len())
    }

    /// The bytes `from..to`, which are boundaries of characters, as text.
    pub(crate) fn piece(&self, from: usize, to: usize) -> &str {
        let at = self.at.start + from..self.at.start + to;
        match &self.whole {
            // ASCII is text.
            Whole::Ascii(_) => str::from_utf8(&self.whole.bytes()[at]).unwrap_or_default(),
            Whole::Utf8(text) => &text[at],
        }
    }

    /// The bytes `from..to` as a string of the engine without a copy, where the engine holds the text.
    pub(crate) fn cut(&self, from: usize, to: usize) -> Option<JsString> {
        match &self.whole {
            Whole::Ascii(text) if from == 0 && to == text.len() => Some(text.clone()),
            Whole::Ascii(text) => Some(text.slice(self.at.start + from, self.at.start + to)),
            Whole::Utf8(_) => None,
        }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.whole.bytes()[self.at.clone()]
    }

    /// Length in bytes.
    pub(crate) fn size(&self) -> usize {
        self.at.len()
    }

    /// Length in bytes of the character that begins at byte `at`; 0 at the end.
    pub(crate) fn width(&self, at: usize) -> usize {
        match self.bytes().get(at) {
            None => 0,
            Some(..=0x7f) => 1,
            Some(..=0xdf) => 2,
            Some(..=0xef) => 3,
            Some(_) => 4,
        }
    }

    /// Whether every character is one byte.
    pub(crate) fn is_ascii(&self) -> bool {
        self.marks.is_empty()
    }

    /// Length in units.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// Number of lines: what `split("\n")` gives.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The bytes of line `at` (from 0), without its end.
    pub(crate) fn line(&self, at: usize) -> Option<(usize, usize)> {
        let start = *self.lines.get(at)? as usize;
        let end = self.lines.get(at + 1).map_or(self.at.len(), |next| *next as usize - 1);
        Some((start, end))
    }

    /// The line (from 0) that holds byte `at`.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= at).saturating_sub(1)
    }

    /// Units before byte `at`, a boundary of characters.
    pub(crate) fn unit_of(&self, at: usize) -> usize {
        if self.marks.is_empty() {
            return at;
        }
        let mark = (at / STEP).min(self.marks.len() - 1);
        let bytes = &self.bytes()[mark * STEP..at];
        self.marks[mark] as usize + bytes.iter().map(|byte| units_of(*byte)).sum::<usize>()
    }

    /// The byte at unit `at`, and whether that unit is the second half of a character: then the byte is that
    /// character's first.
    pub(crate) fn byte_of(&self, at: usize) -> (usize, bool) {
        if self.marks.is_empty() || at >= self.units {
            return (if at >= self.units { self.at.len() } else { at }, false);
        }
        let mark = self.marks.partition_point(|units| *units as usize <= at) - 1;
        let mut units = self.marks[mark] as usize;
        let from = mark * STEP;
        for (n, byte) in self.bytes()[from..].iter().enumerate() {
            let here = units_of(*byte);
            if here > 0 && units == at {
                return (from + n, false);
            }
            if units + here > at {
                return (from + n, true);
            }
            units += here;
        }
        (self.at.len(), false)
    }

    /// An estimate of the tokens: exact for short texts, else from pieces spread over the text.
    pub(crate) fn tokens(&self) -> u64 {
        estimate(self.as_str())
    }
}

/// Units that the character begun by this byte has; 0 for bytes that go on with one. Without branches, so that many are counted at once.
fn units_of(byte: u8) -> usize {
    let begins = !(0x80..=0xbf).contains(&byte);
    usize::from(begins) + usize::from(byte >= 0xf0)
}

/// An estimate of the tokens of `text`.
pub(crate) fn estimate(text: &str) -> u64 {
    if text.len() <= COUNTED {
        return tokens::count(text).0;
    }
    const PIECES: usize = 16;
    let (mut bytes, mut counted) = (0, 0);
    for piece in 0..PIECES {
        let mut start = text.len() / PIECES * piece;
        let mut end = start + COUNTED / PIECES;
        while !text.is_char_boundary(start) {
            start += 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        bytes += end - start;
        counted += tokens::count(&text[start..end]).0;
    }
    (text.len() as f64 / bytes as f64 * counted as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn offsets_are_those_of_javascript(piece in "[a-z\\n\u{e9}\u{4e2d}\u{1f600}]{1,40}", times in 1usize..400) {
            let whole = piece.repeat(times);
            let text = Text::new(whole.clone());
            let units: Vec<u16> = whole.encode_utf16().collect();
            prop_assert_eq!(text.units(), units.len());
            for (at, _) in whole.char_indices().step_by(97) {
                let before = whole[..at].encode_utf16().count();
                prop_assert_eq!(text.unit_of(at), before);
                prop_assert_eq!(text.byte_of(before), (at, false));
            }
            for unit in (0..units.len()).step_by(89) {
                let (byte, inside) = text.byte_of(unit);
                prop_assert_eq!(text.unit_of(byte) + usize::from(inside), unit);
            }
            prop_assert_eq!(text.byte_of(units.len()), (whole.len(), false));
            prop_assert_eq!(text.byte_of(usize::MAX), (whole.len(), false));
            let lines: Vec<&str> = whole.split('\n').collect();
            prop_assert_eq!(text.lines(), lines.len());
            for (n, line) in lines.iter().enumerate().step_by(7) {
                let (start, end) = text.line(n).unwrap();
                prop_assert_eq!(&whole[start..end], *line);
                prop_assert_eq!(text.line_of(start), n);
            }
            // A part is the same as a text of its own.
            let (from, to) = (whole.char_indices().nth(1).map_or(0, |(at, _)| at), whole.len());
            let cut = text.cut(from, to).map(|string| string.to_std_string_lossy());
            prop_assert_eq!(cut, whole.is_ascii().then(|| whole[from..to].to_owned()));
            let (part, own) = (text.part(from, to), Text::new(whole[from..to].to_owned()));
            prop_assert_eq!((part.as_str(), part.units(), part.lines()), (own.as_str(), own.units(), own.lines()));
            prop_assert_eq!(&part.lines, &own.lines);
            prop_assert_eq!(&part.marks, &own.marks);
        }
    }
}
