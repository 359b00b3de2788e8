//! Places in a text. Offsets are bytes; positions in an editor's units exist only in the `lsp` crate.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::carry::TextEdit;

/// A half-open range of byte offsets into a script's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`; an end before the start gives an empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Whether `offset` lies inside, or touches either end.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text of the span; empty where it does not lie on character boundaries of `text`.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A place as people count it: line and column from 1, the column in characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where the lines of a text start. Lines end at `\n`, `\r\n` or a lone `\r`, as in the Language Server Protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, b) in bytes.iter().enumerate() {
            if *b == b'\n' || (*b == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                starts.push(i as u32 + 1);
            }
        }
        Self { starts }
    }

    /// Makes these the lines after an edit within one of them, which neither takes away nor puts in a line end nor parts or joins `\r` and `\n`.
    pub fn edit(&mut self, edit: TextEdit) {
        let behind = self.starts.partition_point(|start| *start <= edit.start);
        self.starts[behind..].iter_mut().for_each(|start| *start = *start + edit.added - edit.removed);
    }

    /// Number of lines; at least 1.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from 0) that holds `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        (self.starts.partition_point(|s| *s <= offset) - 1) as u32
    }

    /// The byte offset at which `line` (from 0) starts, if there is such a line.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// Line and column of `offset`, clamped to the text and to a character boundary.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line_of(at as u32);
        let start = self.starts[line as usize] as usize;
        LineColumn { line: line + 1, column: text[start..at].chars().count() as u32 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_like_in_the_protocol() {
        let text = "a\r\nbé\rc\n";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(), 4);
        assert_eq!(index.line_column(text, 5).to_string(), "2:2");
        assert_eq!(index.line_column(text, 6).to_string(), "2:3", "the column counts characters");
        assert_eq!(index.line_column(text, 4).to_string(), "2:2");
        assert_eq!(index.line_column(text, 999).to_string(), "4:1");
    }
}
