//! The only place that knows an editor's units. Everything below this crate counts bytes.

use analysis::text::{LineIndex, Span};
use tower_lsp::ls_types::{Position, PositionEncodingKind, Range};

/// What one step of [`Position::character`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the protocol's default.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// Picks from what a client offers: bytes cost nothing to convert, scalar values little, UTF-16 is always allowed.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers = |kind| offered.is_some_and(|all| all.contains(&kind));
        if offers(PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if offers(PositionEncodingKind::UTF32) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// The name to answer `initialize` with.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> u32 {
        match self {
            Self::Utf8 => c.len_utf8() as u32,
            Self::Utf16 => c.len_utf16() as u32,
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines and a client's units: converts both ways.
#[derive(Clone, Copy)]
pub(crate) struct Converter<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    encoding: Encoding,
}

impl<'a> Converter<'a> {
    /// A converter for `text`, whose lines are `lines`.
    pub(crate) fn new(text: &'a str, lines: &'a LineIndex, encoding: Encoding) -> Self {
        Self { text, lines, encoding }
    }

    /// The byte offset of `position`. Total: a line past the end means the end of the text, a character past the end of
    /// its line the end of that line, and a place inside a character (half a surrogate pair) the start of it.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let Some(start) = self.lines.start_of(position.line) else { return self.text.len() as u32 };
        let line = self.line_text(position.line);
        if line.is_ascii() {
            return start + position.character.min(line.len() as u32);
        }
        let mut left = position.character;
        for (at, c) in line.char_indices() {
            let width = self.encoding.width(c);
            if left < width {
                return start + at as u32;
            }
            left -= width;
        }
        start + line.len() as u32
    }

    /// The byte span of `range`; a reversed range means the same as the range the right way round.
    pub(crate) fn span(&self, range: Range) -> Span {
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        Span::new(a.min(b), a.max(b))
    }

    /// The position of a byte offset, clamped to the text and to the start of a character.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.lines.line_of(at as u32);
        let start = self.lines.start_of(line).unwrap_or_default() as usize;
        let before = self.text.get(start..at).unwrap_or_default();
        let character =
            if before.is_ascii() { before.len() as u32 } else { before.chars().map(|c| self.encoding.width(c)).sum() };
        Position { line, character }
    }

    /// The range of a byte span.
    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The text of `line` (from 0) without its line end; empty past the end.
    pub(crate) fn line_text(&self, line: u32) -> &'a str {
        line_text(self.text, self.lines, line)
    }
}

/// The text of `line` (from 0) without its line end; empty past the end.
pub(crate) fn line_text<'a>(text: &'a str, lines: &LineIndex, line: u32) -> &'a str {
    let Some(start) = lines.start_of(line) else { return "" };
    let end = lines.start_of(line + 1).unwrap_or(text.len() as u32);
    text.get(start as usize..end as usize).unwrap_or_default().trim_end_matches(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn utf8_is_preferred_and_utf16_always_there() {
        use PositionEncodingKind as Kind;
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[Kind::UTF16, Kind::UTF32])), Encoding::Utf32);
        assert_eq!(Encoding::negotiate(Some(&[Kind::UTF16, Kind::UTF32, Kind::UTF8])), Encoding::Utf8);
    }

    #[test]
    fn half_a_surrogate_pair_means_the_character() {
        let text = "a😀b";
        let lines = LineIndex::new(text);
        let at = |character| Converter::new(text, &lines, Encoding::Utf16).offset(Position { line: 0, character });
        assert_eq!([0, 1, 2, 3, 4, 99].map(at), [0, 1, 1, 5, 6, 6]);
    }

    /// Lines and units counted the slow way, straight from the protocol's words.
    fn naive_position(text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut position = Position::default();
        let mut chars = text[..offset].chars().peekable();
        while let Some(c) = chars.next() {
            let crlf = c == '\r'
                && (chars.peek() == Some(&'\n') || text[offset..].starts_with('\n') && chars.peek().is_none());
            if c == '\n' || (c == '\r' && !crlf) {
                position = Position { line: position.line + 1, character: 0 };
            } else {
                position.character += match encoding {
                    Encoding::Utf8 => c.to_string().len(),
                    Encoding::Utf16 => c.to_string().encode_utf16().count(),
                    Encoding::Utf32 => 1,
                } as u32;
            }
        }
        position
    }

    proptest! {
        #[test]
        fn agrees_with_the_naive_model(text in "[a-c😀語é\\r\\n]{0,40}") {
            let lines = LineIndex::new(&text);
            for encoding in ENCODINGS {
                let converter = Converter::new(&text, &lines, encoding);
                for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    let position = naive_position(&text, offset, encoding);
                    prop_assert_eq!(converter.position(offset as u32), position, "{:?} at {}", encoding, offset);
                    let inside_line_end = text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
                    if !inside_line_end {
                        prop_assert_eq!(converter.offset(position), offset as u32, "{:?} back from {:?}", encoding, position);
                    }
                }
            }
        }

        #[test]
        fn any_position_gives_a_character_boundary(text in "[a😀語\\r\\n]{0,20}", line in 0u32..9, character in 0u32..20) {
            let lines = LineIndex::new(&text);
            for encoding in ENCODINGS {
                let at = Converter::new(&text, &lines, encoding).offset(Position { line, character });
                prop_assert!(text.is_char_boundary(at as usize));
            }
        }
    }
}
