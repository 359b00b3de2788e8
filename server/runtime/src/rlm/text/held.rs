//! The one copy of a text, and how it is taken in: piece by piece, into what it is held as.

use std::{borrow::Cow, ops::Range, rc::Rc};

use boa_engine::{
    JsString,
    string::{JsStr, JsStrVariant, Latin1JsStringBuilder, Utf16JsStringBuilder},
};

use super::LARGEST_STRING;

/// Places between two marks.
pub(super) const STEP: usize = 1024;

/// All of a text. A *place* in it is an offset into what is held: units where the engine holds it, bytes where not.
#[derive(Clone, Debug)]
pub(super) enum Whole {
    /// A string of the engine, and how many bytes of UTF-8 are before every `STEP`th unit, where not every unit is one byte.
    Engine(JsString, Option<Rc<[u32]>>),
    /// More than one byte a character, and too large for a string.
    Utf8(Rc<String>),
}

/// What is held of a text.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    /// ASCII, or the bytes of a file.
    Text(&'a [u8]),
    /// Units of one byte, not all of them ASCII.
    Narrow(&'a [u8]),
    /// Units of two bytes.
    Wide(&'a [u16]),
}

/// What has to be known of a text before it is taken in.
#[derive(Default)]
pub(super) struct Census {
    units: usize,
    /// Ends of lines.
    pub(super) lines: usize,
    /// The largest byte.
    most: u8,
}

impl Census {
    pub(super) fn count(&mut self, bytes: &[u8]) {
        self.units += bytes.iter().map(|byte| units_of(*byte)).sum::<usize>();
        self.lines += memchr::memchr_iter(b'\n', bytes).count();
        self.most = bytes.iter().copied().max().unwrap_or(0).max(self.most);
    }
}

/// A text that is taken in piece by piece.
pub(super) enum Intake {
    Ascii(Latin1JsStringBuilder),
    /// Units up to U+00FF.
    Narrow(Vec<u8>, Marks),
    Wide(Utf16JsStringBuilder, Marks, Vec<u16>),
    Utf8(String),
}

/// Bytes before every `STEP`th unit, as far as the text was taken in.
#[derive(Default)]
pub(super) struct Marks {
    units: usize,
    bytes: usize,
    marks: Vec<u32>,
}

impl Marks {
    fn pass(&mut self, bytes: usize) {
        if self.units.is_multiple_of(STEP) {
            self.marks.push(self.bytes as u32);
        }
        self.units += 1;
        self.bytes += bytes;
    }
}

impl Intake {
    /// For a text of so many bytes.
    pub(super) fn new(census: &Census, bytes: usize) -> Self {
        match census {
            Census { most: ..=0x7f, .. } => Self::Ascii(Latin1JsStringBuilder::with_capacity(bytes)),
            Census { units, .. } if *units > LARGEST_STRING => Self::Utf8(String::with_capacity(bytes)),
            // 0xc3 begins U+00C0 to U+00FF.
            Census { most: ..=0xc3, units, .. } => Self::Narrow(Vec::with_capacity(*units), Marks::default()),
            Census { units, .. } => {
                Self::Wide(Utf16JsStringBuilder::with_capacity(*units), Marks::default(), Vec::new())
            }
        }
    }

    pub(super) fn take(&mut self, piece: &str) {
        match self {
            Self::Ascii(builder) => builder.extend_from_slice(piece.as_bytes()),
            Self::Narrow(units, marks) => {
                for character in piece.chars() {
                    marks.pass(character.len_utf8());
                    // A file that has changed since it was counted is refused at its end.
                    units.push(u8::try_from(character).unwrap_or(b'?'));
                }
            }
            Self::Wide(builder, marks, piece_units) => {
                piece_units.clear();
                piece_units.extend(piece.encode_utf16());
                piece_units.iter().for_each(|unit| marks.pass(bytes_of(*unit)));
                builder.extend_from_slice(piece_units);
            }
            Self::Utf8(text) => text.push_str(piece),
        }
    }

    pub(super) fn whole(self) -> Whole {
        match self {
            // The builder has nothing but ASCII, or the file has changed, and the text is refused.
            Self::Ascii(builder) => Whole::Engine(builder.build().unwrap_or_default(), None),
            Self::Narrow(units, marks) => {
                Whole::Engine(JsString::from(JsStr::latin1(&units)), Some(marks.marks.into()))
            }
            Self::Wide(builder, marks, _) => Whole::Engine(builder.build(), Some(marks.marks.into())),
            Self::Utf8(text) => Whole::Utf8(text.into()),
        }
    }
}

impl Whole {
    pub(super) fn raw(&self) -> Raw<'_> {
        match self {
            Self::Engine(string, marks) => match (string.as_str().variant(), marks) {
                (JsStrVariant::Latin1(bytes), None) => Raw::Text(bytes),
                (JsStrVariant::Latin1(bytes), Some(_)) => Raw::Narrow(bytes),
                (JsStrVariant::Utf16(units), _) => Raw::Wide(units),
            },
            Self::Utf8(text) => Raw::Text(text.as_bytes()),
        }
    }

    /// Bytes of UTF-8 before a place.
    pub(super) fn byte_at(&self, place: usize) -> usize {
        let Self::Engine(_, Some(marks)) = self else { return place };
        let Some(last) = marks.len().checked_sub(1) else { return 0 };
        let mark = (place / STEP).min(last);
        let since = mark * STEP..place;
        marks[mark] as usize
            + match self.raw() {
                Raw::Text(_) => since.len(),
                Raw::Narrow(units) => units[since].iter().map(|unit| bytes_of(u16::from(*unit))).sum(),
                Raw::Wide(units) => units[since].iter().map(|unit| bytes_of(*unit)).sum(),
            }
    }
}

impl<'a> Raw<'a> {
    pub(super) fn part(self, at: Range<usize>) -> Raw<'a> {
        match self {
            Self::Text(bytes) => Self::Text(&bytes[at]),
            Self::Narrow(bytes) => Self::Narrow(&bytes[at]),
            Self::Wide(units) => Self::Wide(&units[at]),
        }
    }

    /// Where lines end.
    pub(super) fn line_ends(self) -> Box<dyn Iterator<Item = usize> + 'a> {
        match self {
            Self::Text(bytes) | Self::Narrow(bytes) => Box::new(memchr::memchr_iter(b'\n', bytes)),
            Self::Wide(units) => {
                Box::new(units.iter().enumerate().filter(|(_, unit)| **unit == 0x0a).map(|(at, _)| at))
            }
        }
    }

    /// The text; it is copied where it is not held as UTF-8.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            // What is held as text is text.
            Self::Text(bytes) => str::from_utf8(bytes).unwrap_or_default().into(),
            Self::Narrow(bytes) => bytes.iter().copied().map(char::from).collect::<String>().into(),
            Self::Wide(units) => String::from_utf16_lossy(units).into(),
        }
    }
}

/// Units that the character begun by this byte has; 0 for bytes that go on with one. Without branches, so that many are counted at once.
pub(super) fn units_of(byte: u8) -> usize {
    let begins = !(0x80..=0xbf).contains(&byte);
    usize::from(begins) + usize::from(byte >= 0xf0)
}

/// Bytes of UTF-8 that a unit has; each half of a character has half of its four.
fn bytes_of(unit: u16) -> usize {
    let half = (0xd800..=0xdfff).contains(&unit);
    1 + usize::from(unit >= 0x80) + usize::from(unit >= 0x800 && !half)
}

pub(super) fn is_first_half(unit: u16) -> bool {
    (0xd800..=0xdbff).contains(&unit)
}

pub(super) fn is_second_half(unit: u16) -> bool {
    (0xdc00..=0xdfff).contains(&unit)
}
