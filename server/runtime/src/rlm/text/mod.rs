//! A text of any size, by lines and by JavaScript's own offsets: UTF-16 units.
//!
//! There is one copy of it. Where the engine can have it as a string it is that string, of one byte a unit or two, and strings of parts are cuts
//! of the one. A text beyond ASCII that is too large for that stays as it is in its file.

mod held;

use std::{borrow::Cow, ops::Range, rc::Rc};

use analysis::tokens;
use boa_engine::JsString;

use self::held::{Census, Intake, Raw, STEP, Whole, is_first_half, is_second_half, units_of};
use super::{BadContext, Cited, ContextFile, Excerpt, pattern::Pattern, search};
use crate::key;

/// Largest context that is also given as a string, in UTF-16 units.
pub(crate) const LARGEST_STRING: usize = 64 << 20;

/// Bytes of a text that are counted to estimate its tokens.
const COUNTED: usize = 64 << 10;

/// A text and the index of its lines and offsets. Parts of one whole share what is held.
#[derive(Debug)]
pub(crate) struct Text {
    whole: Whole,
    /// Which places of the whole.
    at: Range<usize>,
    /// The file that holds the whole, by its name among the contexts of the run.
    file: Option<Rc<str>>,
    /// Units before every `STEP`th byte; empty where places are units.
    marks: Vec<u32>,
    units: usize,
    /// The places at which lines start.
    lines: Vec<u32>,
}

impl Text {
    /// A text that only this process has.
    pub(crate) fn new(text: String) -> Self {
        let mut census = Census::default();
        census.count(text.as_bytes());
        let mut intake = Intake::new(&census, text.len());
        intake.take(&text);
        drop(text);
        Self::all(intake.whole(), census.lines, None)
    }

    /// The text of a file, which is read in pieces.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is not what it was.
    pub(crate) fn of_file(file: &ContextFile) -> Result<Self, BadContext> {
        let mut census = Census::default();
        file.scan(|piece| census.count(piece))?;
        let mut intake = Intake::new(&census, file.bytes as usize);
        file.read(|piece| intake.take(piece))?;
        Ok(Self::all(intake.whole(), census.lines, Some(file.name.as_str().into())))
    }

    fn all(whole: Whole, line_ends: usize, file: Option<Rc<str>>) -> Self {
        let size = match whole.raw() {
            Raw::Text(bytes) | Raw::Narrow(bytes) => bytes.len(),
            Raw::Wide(units) => units.len(),
        };
        Self::indexed(whole, 0..size, line_ends, file)
    }

    /// The places `from..to` as a text of their own; both are boundaries of characters.
    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        let at = self.at.start + from..self.at.start + to;
        let line_ends = self.line_of(to).saturating_sub(self.line_of(from)) + 1;
        Self::indexed(self.whole.clone(), at, line_ends, self.file.clone())
    }

    /// `line_ends`: about how many there are.
    fn indexed(whole: Whole, at: Range<usize>, line_ends: usize, file: Option<Rc<str>>) -> Self {
        let raw = whole.raw().part(at.clone());
        let mut lines = Vec::with_capacity(line_ends + 1);
        lines.push(0);
        lines.extend(raw.line_ends().map(|at| at as u32 + 1));
        let (mut marks, mut units) = (Vec::new(), at.len());
        if let (Whole::Utf8(_), Raw::Text(text)) = (&whole, raw) {
            units = 0;
            marks.reserve_exact(text.len() / STEP + 1);
            for chunk in text.chunks(STEP) {
                marks.push(units as u32);
                units += chunk.iter().map(|byte| units_of(*byte)).sum::<usize>();
            }
        }
        Self { whole, at, file, marks, units, lines }
    }

    /// The places `from..to` as the part of a file that they are, where they are one.
    pub(crate) fn excerpt(&self, from: usize, to: usize) -> Option<Excerpt> {
        let file = self.file.as_ref()?;
        let byte = |place: usize| self.whole.byte_at(self.at.start + place) as u64;
        let hash = key::digest(&self.piece(from, to));
        Some(Excerpt { context: file.to_string(), start: byte(from), end: byte(to), hash })
    }

    /// The places `from..to` as something to be cited, under `name` where the text is in no file.
    pub(crate) fn cited(&self, from: usize, to: usize, name: &str) -> Cited {
        let before = self.whole.raw().part(0..self.at.start).line_ends().count();
        let line = |at: usize| (before + self.line_of(at) + 1) as u64;
        let own = || {
            let (start, end) = (self.byte_at(from) as u64, self.byte_at(to) as u64);
            Excerpt { context: name.to_owned(), start, end, hash: key::digest(&self.piece(from, to)) }
        };
        let excerpt = self.excerpt(from, to).unwrap_or_else(own);
        Cited { excerpt, first_line: line(from), last_line: line(to.saturating_sub(1).max(from)) }
    }

    fn raw(&self) -> Raw<'_> {
        self.whole.raw().part(self.at.clone())
    }

    /// All of the text, where it is held as such.
    fn held(&self) -> Option<&str> {
        match self.raw() {
            Raw::Text(bytes) => str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The text: a copy, or a look from its beginning to its end.
    pub(crate) fn as_str(&self) -> Cow<'_, str> {
        self.piece(0, self.size())
    }

    /// The places `from..to`, which are boundaries of characters, as text.
    pub(crate) fn piece(&self, from: usize, to: usize) -> Cow<'_, str> {
        self.raw().part(from..to).text()
    }

    /// The places `from..to` as a string of the engine without a copy, where the engine holds the text.
    pub(crate) fn cut(&self, from: usize, to: usize) -> Option<JsString> {
        match &self.whole {
            Whole::Engine(string, _) if to - from == string.len() => Some(string.clone()),
            Whole::Engine(string, _) => Some(string.slice(self.at.start + from, self.at.start + to)),
            Whole::Utf8(_) => None,
        }
    }

    /// Calls `see` for each line, with its number (from 0), where it starts and ends, and what it says.
    pub(crate) fn each_line(&self, mut see: impl FnMut(usize, Range<usize>, &str)) {
        let (held, raw) = (self.held(), self.raw());
        for at in 0..self.lines() {
            let Some((start, end)) = self.line(at) else { break };
            match held {
                Some(text) => see(at, start..end, &text[start..end]),
                None => see(at, start..end, &raw.part(start..end).text()),
            }
        }
    }

    /// Calls `see` with where each match starts and ends.
    pub(crate) fn each_match(&self, pattern: &Pattern, mut see: impl FnMut(usize, usize)) {
        let mut within = |text: &str, begins: usize| {
            let (mut byte, mut place) = (0, begins);
            for found in pattern.regex.find_iter(text) {
                let mut to = |at: usize| {
                    place += text.as_bytes()[byte..at].iter().map(|byte| units_of(*byte)).sum::<usize>();
                    byte = at;
                    place
                };
                let start = to(found.start());
                see(start, to(found.end()));
            }
        };
        match self.held() {
            Some(text) => pattern.regex.find_iter(text).for_each(|found| see(found.start(), found.end())),
            // Line by line no copy of all is needed.
            None if pattern.is_within_lines => self.each_line(|_, line, text| within(text, line.start)),
            None => within(&self.as_str(), 0),
        }
    }

    /// Where `needle` stands, from the left, not overlapping, from a place on; at most so often.
    pub(crate) fn each_place(&self, needle: &str, from: usize, most: usize) -> Vec<usize> {
        match self.raw() {
            Raw::Text(bytes) => {
                let found = memchr::memmem::find_iter(&bytes[from..], needle.as_bytes());
                found.take(most).map(|at| from + at).collect()
            }
            _ if needle.is_empty() => (from..=self.size()).take(most).collect(),
            _ => {
                let text = self.cut(0, self.size()).unwrap_or_default();
                search::all(&text, &JsString::from(needle), from, most)
            }
        }
    }

    /// How many places `part` takes.
    pub(crate) fn places_in(&self, part: &str) -> usize {
        match self.raw() {
            Raw::Text(_) => part.len(),
            _ => part.encode_utf16().count(),
        }
    }

    /// The last place within `from..to` behind the end of a line.
    pub(crate) fn last_line_start(&self, from: usize, to: usize) -> Option<usize> {
        let at = match self.raw().part(from..to) {
            Raw::Text(bytes) | Raw::Narrow(bytes) => memchr::memrchr(b'\n', bytes),
            Raw::Wide(units) => units.iter().rposition(|unit| *unit == 0x0a),
        };
        at.map(|at| from + at + 1)
    }

    /// Number of places.
    pub(crate) fn size(&self) -> usize {
        self.at.len()
    }

    /// Bytes of UTF-8 before a place.
    pub(crate) fn byte_at(&self, place: usize) -> usize {
        self.whole.byte_at(self.at.start + place) - self.whole.byte_at(self.at.start)
    }

    /// How many places the character takes that begins at one; 0 at the end.
    pub(crate) fn width(&self, at: usize) -> usize {
        match self.raw() {
            Raw::Text(bytes) => match bytes.get(at) {
                None => 0,
                Some(..=0x7f) => 1,
                Some(..=0xdf) => 2,
                Some(..=0xef) => 3,
                Some(_) => 4,
            },
            Raw::Narrow(bytes) => usize::from(at < bytes.len()),
            Raw::Wide(units) => units.get(at).map_or(0, |unit| if is_first_half(*unit) { 2 } else { 1 }),
        }
    }

    /// Whether strings of parts are made without a copy.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.whole, Whole::Engine(..))
    }

    /// Length in units.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// Number of lines: what `split("\n")` gives.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Where line `at` (from 0) starts and ends, without its end.
    pub(crate) fn line(&self, at: usize) -> Option<(usize, usize)> {
        let start = *self.lines.get(at)? as usize;
        let end = self.lines.get(at + 1).map_or(self.at.len(), |next| *next as usize - 1);
        Some((start, end))
    }

    /// The line (from 0) that holds a place.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= at).saturating_sub(1)
    }

    /// Units before a place, a boundary of characters.
    pub(crate) fn unit_of(&self, at: usize) -> usize {
        let Raw::Text(bytes) = self.raw() else { return at };
        if self.marks.is_empty() {
            return at;
        }
        let mark = (at / STEP).min(self.marks.len() - 1);
        self.marks[mark] as usize + bytes[mark * STEP..at].iter().map(|byte| units_of(*byte)).sum::<usize>()
    }

    /// The place of unit `at`, and whether that unit is the second half of a character: then the place is that of its first.
    pub(crate) fn place_of(&self, at: usize) -> (usize, bool) {
        if at >= self.units {
            return (self.size(), false);
        }
        let bytes = match self.raw() {
            Raw::Text(bytes) if !self.marks.is_empty() => bytes,
            Raw::Wide(units) if at > 0 && is_second_half(units[at]) && is_first_half(units[at - 1]) => {
                return (at - 1, true);
            }
            _ => return (at, false),
        };
        let mark = self.marks.partition_point(|units| *units as usize <= at) - 1;
        let mut units = self.marks[mark] as usize;
        let from = mark * STEP;
        for (n, byte) in bytes[from..].iter().enumerate() {
            let here = units_of(*byte);
            if here > 0 && units == at {
                return (from + n, false);
            }
            if units + here > at {
                return (from + n, true);
            }
            units += here;
        }
        (self.size(), false)
    }

    /// An estimate of the tokens: exact for short texts, else from pieces spread over the text.
    pub(crate) fn tokens(&self) -> u64 {
        let bytes = self.byte_at(self.size());
        estimated(bytes, self.size(), |from, to| {
            let boundary = |mut at: usize| {
                while !self.is_boundary(at) {
                    at += 1;
                }
                at
            };
            self.piece(boundary(from), boundary(to))
        })
    }

    fn is_boundary(&self, at: usize) -> bool {
        match self.raw() {
            Raw::Text(bytes) => bytes.get(at).is_none_or(|byte| units_of(*byte) > 0),
            Raw::Narrow(_) => true,
            Raw::Wide(units) => units.get(at).is_none_or(|unit| !is_second_half(*unit)),
        }
    }
}

/// An estimate of the tokens of `text`.
pub(crate) fn estimate(text: &str) -> u64 {
    estimated(text.len(), text.len(), |from, to| {
        text[text.ceil_char_boundary(from)..text.ceil_char_boundary(to)].into()
    })
}

/// An estimate of the tokens of a text of so many bytes, from pieces of its `size` places.
fn estimated<'t>(bytes: usize, size: usize, piece: impl Fn(usize, usize) -> Cow<'t, str>) -> u64 {
    if bytes <= COUNTED {
        return tokens::count(&piece(0, size)).0;
    }
    const PIECES: usize = 16;
    let (mut seen, mut counted) = (0, 0);
    for n in 0..PIECES {
        let start = size / PIECES * n;
        let piece = piece(start, (start + COUNTED / PIECES).min(size));
        seen += piece.len();
        counted += tokens::count(&piece).0;
    }
    (bytes as f64 / seen as f64 * counted as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rlm::pattern;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn offsets_are_those_of_javascript(
            piece in "[a-z\\n]{0,20}[a-z\\n\u{e9}\u{4e2d}\u{1f600}]{1,40}|[a-z\\n\u{e9}]{1,40}",
            times in 1usize..400,
        ) {
            let whole = piece.repeat(times);
            let ends = whole.matches('\n').count();
            agrees(&whole, &Text::new(whole.clone()))?;
            agrees(&whole, &Text::all(Whole::Utf8(Rc::new(whole.clone())), ends, None))?;
        }
    }

    /// Whether a text says of itself what the language says of `whole`.
    fn agrees(whole: &str, text: &Text) -> Result<(), TestCaseError> {
        let units: Vec<u16> = whole.encode_utf16().collect();
        prop_assert_eq!(text.units(), units.len());
        prop_assert_eq!(text.as_str(), whole);
        for (at, _) in whole.char_indices().step_by(97) {
            let before = whole[..at].encode_utf16().count();
            let (place, inside) = text.place_of(before);
            prop_assert_eq!((text.unit_of(place), text.byte_at(place), inside), (before, at, false));
        }
        for unit in (0..units.len()).step_by(89) {
            let (place, inside) = text.place_of(unit);
            prop_assert_eq!(text.unit_of(place) + usize::from(inside), unit);
        }
        prop_assert_eq!(text.place_of(units.len()), (text.size(), false));
        prop_assert_eq!(text.place_of(usize::MAX), (text.size(), false));
        prop_assert_eq!(text.byte_at(text.size()), whole.len());
        let lines: Vec<&str> = whole.split('\n').collect();
        prop_assert_eq!(text.lines(), lines.len());
        for (n, line) in lines.iter().enumerate().step_by(7) {
            let (start, end) = text.line(n).unwrap();
            prop_assert_eq!(text.piece(start, end), *line);
            prop_assert_eq!(text.line_of(start), n);
        }
        let mut seen = Vec::new();
        text.each_line(|n, at, line| seen.push((n, text.piece(at.start, at.end) == line, line.to_owned())));
        prop_assert!(seen.iter().enumerate().all(|(n, (at, same, line))| n == *at && *same && line == lines[n]));
        for source in ["[a-m]+é?", "x*", "a.b", "\\s+|😀", "[^a]b", "(?:中|e)$"] {
            let pattern = pattern::compile(source, "").unwrap();
            let mut found = Vec::new();
            text.each_match(&pattern, |start, end| found.push((text.byte_at(start), text.byte_at(end))));
            let expected: Vec<_> = pattern.regex.find_iter(whole).map(|m| (m.start(), m.end())).collect();
            prop_assert_eq!(found, expected, "{}", source);
        }
        for needle in ["a", "é", "😀", "ab\n", "aa"] {
            let found: Vec<_> = text.each_place(needle, 0, usize::MAX).into_iter().map(|at| text.byte_at(at)).collect();
            let expected: Vec<_> = whole.match_indices(needle).map(|(at, _)| at).collect();
            prop_assert_eq!(found, expected, "{}", needle);
        }
        let (from, to) = (text.width(0), text.size());
        prop_assert_eq!(
            text.last_line_start(0, to),
            whole.rfind('\n').map(|at| text.place_of(whole[..at].encode_utf16().count()).0 + 1)
        );
        // A part is the same as a text of its own.
        let rest = &whole[text.byte_at(from)..];
        let cut = text.cut(from, to).map(|string| string.to_std_string_lossy());
        prop_assert_eq!(cut, text.is_cut().then(|| rest.to_owned()));
        let (part, own) = (text.part(from, to), Text::new(rest.to_owned()));
        prop_assert_eq!((part.as_str(), part.units(), part.lines()), (own.as_str(), own.units(), own.lines()));
        prop_assert_eq!(part.byte_at(part.size()), rest.len());
        for unit in (0..part.units()).step_by(83) {
            let at = |text: &Text| (text.byte_at(text.place_of(unit).0), text.place_of(unit).1);
            prop_assert_eq!(at(&part), at(&own));
        }
        Ok(())
    }

    #[test]
    fn what_is_held_is_as_narrow_as_the_text_allows() {
        let held = |text: &str| match Text::new(text.into()).raw() {
            Raw::Text(bytes) => ("ASCII", bytes.len()),
            Raw::Narrow(bytes) => ("a byte each", bytes.len()),
            Raw::Wide(units) => ("two bytes each", 2 * units.len()),
        };
        assert_eq!(held("Gruesse"), ("ASCII", 7));
        assert_eq!(held("Grüße"), ("a byte each", 5));
        assert_eq!(held("Привет"), ("two bytes each", 12));
        assert_eq!(held(""), ("ASCII", 0));
    }
}
