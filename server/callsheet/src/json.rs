//! JSON for people.

use serde_json::Value;

/// Fewer lines than this are not worth hiding.
const FEW: usize = 5;

/// The value, indented, in about `most` lines.
pub(crate) fn excerpt(value: &Value, most: usize) -> Vec<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.len() > most.saturating_add(FEW) {
        let hidden = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("… {hidden} more lines in result.json"));
    }
    lines
}
