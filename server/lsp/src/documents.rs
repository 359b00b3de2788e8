//! The texts that editors have open, kept equal to what the editors show.

use std::{collections::HashMap, sync::Arc};

use analysis::text::LineIndex;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::{
    carry::TextEdit,
    position::{Converter, Encoding},
};

/// One open text.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The client's version; every result carries it.
    pub(crate) version: i32,
    /// The whole text.
    pub(crate) text: Arc<str>,
    /// Where its lines start.
    pub(crate) lines: Arc<LineIndex>,
}

impl Document {
    /// A text as it was opened.
    pub(crate) fn new(version: i32, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let lines = Arc::new(LineIndex::new(&text));
        Self { version, text, lines }
    }

    /// Applies `changes` one after another and says what they did, in bytes.
    ///
    /// Total: positions are clamped, reversed ranges turned round, a change without a range replaces the whole text.
    pub(crate) fn apply(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Vec<TextEdit> {
        let mut text = self.text.to_string();
        let mut lines = LineIndex::clone(&self.lines);
        // Lines before this one are where the index says; an edit leaves them alone.
        let mut indexed = u32::MAX;
        let mut edits = Vec::with_capacity(changes.len());
        for change in changes {
            let Some(range) = change.range else {
                edits.push(TextEdit::between(&text, &change.text));
                text = change.text;
                lines = LineIndex::new(&text);
                indexed = u32::MAX;
                continue;
            };
            if range.start.line.max(range.end.line) >= indexed {
                lines = LineIndex::new(&text);
                indexed = u32::MAX;
            }
            let span = Converter::new(&text, &lines, encoding).span(range);
            let edit = TextEdit { start: span.start, removed: span.end - span.start, added: change.text.len() as u32 };
            edits.push(edit);
            // As most keys do; the `\r` before them may be half a line end.
            let has_end = |text: &str| text.contains(['\r', '\n']);
            let before = text.as_bytes().get((span.start as usize).wrapping_sub(1));
            let within = before != Some(&b'\r') && !has_end(&change.text) && !has_end(span.slice(&text));
            let first = lines.line_of(span.start);
            text.replace_range(span.start as usize..span.end as usize, &change.text);
            if within && indexed == u32::MAX {
                lines.edit(edit);
            } else {
                // A `\n` put after a lone `\r` joins it, so the line before the edit may end elsewhere now.
                indexed = indexed.min(first.saturating_sub(1));
            }
        }
        self.lines = Arc::new(if indexed == u32::MAX { lines } else { LineIndex::new(&text) });
        self.text = text.into();
        self.version = version;
        edits
    }
}

/// All open texts by address.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: HashMap<Uri, Document>,
}

impl Documents {
    /// Opens a text; one that is open already is replaced.
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: String) {
        self.open.insert(uri, Document::new(version, text));
    }

    /// Applies changes. `None` where the text is not open or `version` is not newer than the one held: such a message
    /// is late or doubled, and applying it would give a text the editor does not show.
    pub(crate) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<Vec<TextEdit>> {
        let document = self.open.get_mut(uri).filter(|document| version > document.version)?;
        Some(document.apply(version, changes, encoding))
    }

    /// Closes a text; whether it was open.
    pub(crate) fn close(&mut self, uri: &Uri) -> bool {
        self.open.remove(uri).is_some()
    }

    /// The addresses of all open texts.
    pub(crate) fn addresses(&self) -> Vec<Uri> {
        self.open.keys().cloned().collect()
    }

    /// The text at `uri`, if it is open.
    pub(crate) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tower_lsp::ls_types::{Position, Range};

    use super::*;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.into() }
    }

    fn applied(text: &str, changes: Vec<TextDocumentContentChangeEvent>) -> String {
        let mut document = Document::new(1, text);
        document.apply(2, changes, Encoding::Utf16);
        document.text.to_string()
    }

    #[test]
    fn changes_build_on_each_other() {
        assert_eq!(applied("ab\ncd", vec![change((1, 0), (1, 1), "X\nY"), change((2, 1), (2, 2), "!")]), "ab\nX\nY!");
    }

    #[test]
    fn reversed_and_far_ranges_are_put_right() {
        assert_eq!(applied("abc", vec![change((0, 2), (0, 1), "-")]), "a-c");
        assert_eq!(applied("abc", vec![change((7, 7), (9, 9), "!")]), "abc!");
    }

    #[test]
    fn half_a_surrogate_pair_in_a_range_takes_no_half_away() {
        assert_eq!(applied("😀", vec![change((0, 1), (0, 2), "x")]), "x");
    }

    #[test]
    fn late_versions_change_nothing() {
        let uri: Uri = "file:///a.js".parse().unwrap();
        let mut documents = Documents::default();
        documents.open(uri.clone(), 5, "five".into());
        let whole =
            |text: &str| vec![TextDocumentContentChangeEvent { range: None, range_length: None, text: text.into() }];
        assert!(documents.change(&uri, 5, whole("again"), Encoding::Utf16).is_none());
        assert!(documents.change(&uri, 4, whole("four"), Encoding::Utf16).is_none());
        assert!(documents.change(&uri, 9, whole("nine"), Encoding::Utf16).is_some());
        assert_eq!(&*documents.get(&uri).unwrap().text, "nine");
    }

    /// An editor that keeps its text as UTF-16 units in lines.
    fn naive(text: &str, range: Range, new: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        let at = |position: Position| {
            let mut line = 0;
            let mut i = 0;
            while line < position.line && i < units.len() {
                let crlf = units[i] == 13 && units.get(i + 1) == Some(&10);
                i += if crlf { 2 } else { 1 };
                line += u32::from(crlf || units[i - 1] == 13 || units[i - 1] == 10);
            }
            if line < position.line {
                return units.len();
            }
            let mut left = position.character;
            while left > 0 && i < units.len() && units[i] != 10 && units[i] != 13 {
                i += 1;
                left -= 1;
            }
            let low_half = i < units.len() && (0xdc00..0xe000).contains(&units[i]);
            if low_half && i > 0 && (0xd800..0xdc00).contains(&units[i - 1]) { i - 1 } else { i }
        };
        let (a, b) = (at(range.start), at(range.end));
        let (a, b) = (a.min(b), a.max(b));
        let new: Vec<u16> = new.encode_utf16().collect();
        String::from_utf16(&[&units[..a], &new, &units[b..]].concat()).unwrap()
    }

    fn any_change() -> impl Strategy<Value = TextDocumentContentChangeEvent> {
        (0u32..6, 0u32..9, 0u32..6, 0u32..9, "[ab😀語\\r\\n]{0,6}")
            .prop_map(|(a, b, c, d, text)| change((a, b), (c, d), &text))
    }

    proptest! {
        #[test]
        fn edits_agree_with_a_utf16_editor(text in "[a-c😀語é\\r\\n]{0,30}", changes in prop::collection::vec(any_change(), 1..8)) {
            let mut expected = text.clone();
            for change in &changes {
                expected = naive(&expected, change.range.unwrap(), &change.text);
            }
            let mut document = Document::new(1, text.as_str());
            let edits = document.apply(2, changes, Encoding::Utf16);
            prop_assert_eq!(&*document.text, expected.as_str());
            prop_assert_eq!(&*document.lines, &LineIndex::new(&expected));
            let grown: i64 = edits.iter().map(|e| i64::from(e.added) - i64::from(e.removed)).sum();
            prop_assert_eq!(text.len() as i64 + grown, expected.len() as i64);
        }
    }
}
