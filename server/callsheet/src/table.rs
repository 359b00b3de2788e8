//! Columns of text.

/// How a column's cells stand in it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows of cells, some of them lines across.
pub(crate) struct Table {
    columns: Vec<Align>,
    rows: Vec<Option<Vec<String>>>,
}

/// Between two columns.
const GAP: usize = 2;

impl Table {
    pub(crate) fn new(columns: &[Align]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(Some(cells.into_iter().map(Into::into).collect()));
    }

    pub(crate) fn rule(&mut self) {
        self.rows.push(None);
    }

    /// The lines, each behind `indent` blanks. A first column that would make them longer than `width` is cut.
    pub(crate) fn lines(&self, indent: usize, width: usize) -> Vec<String> {
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|i| self.width(i)).collect();
        let all: usize = widths.iter().map(|w| w + GAP).sum::<usize>() - GAP + indent;
        if let Some(first) = widths.first_mut() {
            *first = first.saturating_sub(all.saturating_sub(width)).max(12.min(*first));
        }
        let across: usize = widths.iter().map(|w| w + GAP).sum::<usize>() - GAP;
        let line = |row: &Option<Vec<String>>| match row {
            None => "─".repeat(across),
            Some(cells) => {
                let cells = cells.iter().zip(&widths).zip(&self.columns);
                let cells: Vec<String> = cells.map(|((cell, width), align)| padded(cell, *width, *align)).collect();
                cells.join(&" ".repeat(GAP))
            }
        };
        let indented = |row| format!("{}{}", " ".repeat(indent), line(row)).trim_end().to_owned();
        self.rows.iter().map(indented).collect()
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().flatten().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

fn padded(cell: &str, width: usize, align: Align) -> String {
    let cell = cut(cell, width);
    match align {
        Align::Left => format!("{cell:<width$}"),
        Align::Right => format!("{cell:>width$}"),
    }
}

/// The text, or its beginning and `…`, in at most `width` characters.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_below_each_other_and_names_give_way() {
        let mut table = Table::new(&[Align::Left, Align::Right]);
        table.row(["Review of every changed file", "3"]);
        table.rule();
        table.row(["Verify", "0..30"]);
        let lines = ["  Review of eve…      3", "  ─────────────────────", "  Verify          0..30"];
        assert_eq!(table.lines(2, 23), lines);
    }
}
