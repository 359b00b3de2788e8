//! Cells of a REPL: pieces of code that run one after another in one world.
//!
//! A cell becomes an async function whose top-level names are properties of the global object, so that a later cell may
//! declare them again, closures see later values, and what was set before an exception stays set.

mod checks;
mod declarations;
mod pieces;
#[cfg(test)]
mod tests;
mod types;

use swc_ecma_ast::{Decl, ModuleItem, Stmt};

use crate::{
    edits::Edits,
    script::{self, SyntaxErrorKind, index::Index, span},
    text::{LineColumn, LineIndex},
};
use pieces::Map;

/// Longest cell, in bytes.
pub const MAX_CELL: usize = 64 << 10;

/// A cell, made ready to run.
#[derive(Clone, Debug)]
pub struct Cell {
    /// An expression: given a counter `(line, column) => void`, the async function that is the cell. Every turn of a loop and every
    /// call of a function calls the counter.
    pub code: String,
    /// The names it declares or assigns at its top level, in the order of the text.
    pub names: Vec<String>,
    /// What is unwise in it, though it runs.
    pub notes: Vec<Problem>,
    map: Map,
    lines: LineIndex,
}

/// Something wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct Problem {
    /// Where in the cell.
    pub at: LineColumn,
    /// What, and what to do.
    pub message: String,
}

/// The names a REPL gives its cells.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Names no cell may declare or assign.
    pub reserved: &'a [&'a str],
    /// Functions whose promises are to be awaited.
    pub promises: &'a [&'a str],
    /// Functions that end the work of all cells, so also a loop.
    pub ends: &'a [&'a str],
    /// The size of the context, where it is known.
    pub context: Option<ContextSize>,
}

/// How large the text behind `context` and `ctx.text` is, in characters.
#[derive(Clone, Copy, Debug)]
pub struct ContextSize {
    /// All of it.
    pub characters: usize,
    /// What one prompt may hold.
    pub prompt: usize,
}

const BEFORE: &str = "(($_t)=>async()=>{$_t(1,1);";
const AFTER: &str = "\n})";

/// Makes `source` ready to run, or says all that keeps it from running.
pub fn rewrite(source: &str, names: Names<'_>) -> Result<Cell, Vec<Problem>> {
    let lines = LineIndex::new(source);
    let problem = |offset: u32, message: String| Problem { at: lines.line_column(source, offset), message };
    if source.len() > MAX_CELL {
        let message = format!("the cell is {} bytes long, and at most {MAX_CELL} are run", source.len());
        return Err(vec![problem(0, message)]);
    }
    let mut script = script::parse(source);
    if !script.errors.is_empty()
        && let Some(blanked) =
            types::blanked(source, script.errors.iter().any(|e| e.kind == SyntaxErrorKind::TypeScript))
    {
        script = script::parse(blanked.map_err(|(at, message)| vec![problem(at, message)])?);
    }
    if !script.errors.is_empty() {
        let said = |e: &script::SyntaxError| problem(e.span.start, checks::explained(source, e));
        return Err(script.errors.iter().map(said).collect());
    }
    let Some(module) = script.module() else {
        return Err(vec![problem(0, "the cell cannot be read".into())]);
    };
    let index = Index::new(module);
    let (mut wrong, notes) = checks::check(source, &index, names);
    wrong.extend(declarations::refused(&index, names.reserved));
    if !wrong.is_empty() {
        wrong.sort_by_key(|(at, _)| *at);
        return Err(wrong.into_iter().map(|(at, message)| problem(at, message)).collect());
    }
    let mut edits = Edits::default();
    script::count_turns(&script, &mut edits);
    script::for_engine(&script, &mut edits);
    let hoisted = declarations::rewrite(&index, &mut edits);
    if let Some(ModuleItem::Stmt(Stmt::Expr(last))) = module.body.last() {
        let value = span(&*last.expr);
        edits.around(value, "return (", ")");
    }
    let (code, map) = pieces::build(&script.text, BEFORE, &hoisted, edits, AFTER);
    let notes = notes.into_iter().map(|(at, message)| problem(at, message)).collect();
    Ok(Cell { lines: LineIndex::new(&code), code, names: declarations::names(&index), notes, map })
}

impl Cell {
    /// The place in the cell's own text of a place in [`Cell::code`]; `None` for what is ours. `source` is the text given to
    /// [`rewrite`].
    pub fn place(&self, source: &str, line: u32, column: u32) -> Option<LineColumn> {
        let start = self.lines.start_of(line.checked_sub(1)?)? as usize;
        let rest = self.code.get(start..)?;
        let column = column.checked_sub(1)? as usize;
        let within = rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
        let offset = self.map.source_of((start + within) as u32)?;
        Some(LineIndex::new(source).line_column(source, offset))
    }
}

/// Whether a statement declares names, at whatever depth it stands.
fn declares(statement: &Stmt) -> Option<&Decl> {
    match statement {
        Stmt::Decl(decl) => Some(decl),
        _ => None,
    }
}
