//! The natives behind `ctx`: linear in the text, in UTF-16 units.

use std::rc::Rc;

use boa_engine::{Context, JsArgs, JsResult, JsString, JsValue, object::builtins::JsArray};
use serde_json::{Value, json};

use super::{
    super::{
        convert::from_json,
        host::{Host, refused},
    },
    Loaded,
    calls::usage,
};
use crate::rlm::{Coverage, pattern};

/// Most hits that are handed over at once.
const MOST_HITS: usize = 1_000_000;

fn loaded(args: &[JsValue], context: &Context) -> JsResult<Rc<Loaded>> {
    let handle = number(args, 0);
    Host::of(context)?.repl.loaded(handle).ok_or_else(|| refused("the context is gone"))
}

fn number(args: &[JsValue], at: usize) -> usize {
    args.get_or_undefined(at).as_number().unwrap_or(0.0) as usize
}

fn text(args: &[JsValue], at: usize) -> String {
    args.get_or_undefined(at).as_string().map(|s| s.to_std_string_lossy()).unwrap_or_default()
}

fn numbers(values: impl IntoIterator<Item = usize>, context: &mut Context) -> JsValue {
    JsArray::from_iter(values.into_iter().map(|n| JsValue::from(n as f64)), context).into()
}

/// `meta(handle)`: length, lines, estimated tokens.
pub(super) fn meta(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = &loaded(args, context)?.text;
    let values = [text.units(), text.lines(), text.tokens() as usize];
    Ok(numbers(values, context))
}

/// `whole(handle)`: the text as a string; `null` where it is too large.
pub(super) fn whole(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok(loaded(args, context)?.string().map_or(JsValue::null(), JsValue::from))
}

/// `slice(handle, start, end)`.
pub(super) fn slice(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (start, end) = (number(args, 1), number(args, 2).min(loaded.text.units()));
    loaded.was_read(loaded.text.place_of(start).0, loaded.text.place_of(end).0);
    Host::of(context)?.repl.hand_over(loaded.taken_by(end.saturating_sub(start)));
    // All of it is had once.
    let all = if start == 0 && end == loaded.text.units() { loaded.string() } else { None };
    Ok(all.unwrap_or_else(|| loaded.slice(start, end)).into())
}

/// `lines(handle, i, j)`: lines `i` to `j`, as one string.
pub(super) fn lines(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (from, to) = (number(args, 1), number(args, 2));
    let (Some((start, _)), Some((_, end))) = (loaded.text.line(from), loaded.text.line(to.saturating_sub(1))) else {
        return Ok(JsString::default().into());
    };
    if to <= from {
        return Ok(JsString::default().into());
    }
    loaded.was_read(start, end);
    Ok(loaded.between(start, end).into())
}

/// `grep(handle, source, flags, limit, before, after, invert)`: matching lines and their number.
pub(super) fn grep(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (limit, before, after) = (number(args, 3).min(MOST_HITS), number(args, 4), number(args, 5));
    let invert = args.get_or_undefined(6).to_boolean();
    let pattern = pattern::compile(&text(args, 1), &text(args, 2)).map_err(|e| usage(&e, context))?;
    // Places first, so that no list of strings grows: of very many lines it would take much memory besides theirs.
    let mut found: Vec<(u32, u32)> = Vec::new();
    let mut total = 0;
    loaded.text.each_line(|at, line, text| {
        if pattern.regex.is_match(text) == invert {
            return;
        }
        total += 1;
        if found.len() < limit {
            let from = loaded.text.line(at.saturating_sub(before)).map_or(line.start, |(start, _)| start);
            let to = loaded.text.line((at + after).min(loaded.text.lines() - 1)).map_or(line.end, |(_, end)| end);
            // With the end of the line, so that lines that follow each other are one range.
            loaded.was_read(from, (to + 1).min(loaded.text.size()));
            found.push((from as u32, to as u32));
        }
    });
    let taken = found.iter().map(|(from, to)| loaded.taken_by((to - from) as usize)).sum();
    Host::of(context)?.repl.hand_over(taken);
    let lines = found.into_iter().map(|(from, to)| JsValue::from(loaded.between(from as usize, to as usize)));
    let found = JsArray::from_iter(lines, context);
    Ok(JsArray::from_iter([found.into(), JsValue::from(total as f64)], context).into())
}

/// `hits(handle, source, flags, limit)`: line, start and end of each match, and their number.
pub(super) fn hits(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let limit = number(args, 3).min(MOST_HITS);
    let pattern = pattern::compile(&text(args, 1), &text(args, 2)).map_err(|e| usage(&e, context))?;
    let (mut flat, mut total) = (Vec::new(), 0);
    loaded.text.each_match(&pattern, |start, end| {
        total += 1;
        if total <= limit {
            loaded.was_read(start, end);
            flat.extend([loaded.text.line_of(start), loaded.text.unit_of(start), loaded.text.unit_of(end)]);
        }
    });
    let flat = numbers(flat, context);
    Ok(JsArray::from_iter([flat, JsValue::from(total as f64)], context).into())
}

/// `count(handle, source, flags)`: the number of matches.
pub(super) fn count(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let pattern = pattern::compile(&text(args, 1), &text(args, 2)).map_err(|e| usage(&e, context))?;
    let mut total = 0_u32;
    loaded.text.each_match(&pattern, |_, _| total += 1);
    Ok(JsValue::from(total))
}

/// `find(handle, text, from)`: where a text stands from an offset on, or -1.
pub(super) fn find(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (from, inside) = loaded.text.place_of(number(args, 2));
    let skip = if inside { loaded.text.width(from) } else { 0 };
    let at = loaded.text.each_place(&text(args, 1), from + skip, 1).first().copied();
    Ok(JsValue::from(at.map_or(-1.0, |at| loaded.text.unit_of(at) as f64)))
}

/// `sample(handle, k, by, seed, size)`: `k` lines or chunks, drawn repeatably, in the order of the text.
pub(super) fn sample(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (k, seed, size) = (number(args, 1), number(args, 3), number(args, 4).max(1));
    let pieces: Vec<(usize, usize)> = match text(args, 2).as_str() {
        "line" => (0..loaded.text.lines()).filter_map(|n| loaded.text.line(n)).filter(|(a, b)| b > a).collect(),
        _ => by_chars(&loaded, size, 0),
    };
    let mut random = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut chosen: Vec<usize> = (0..pieces.len()).collect();
    let taken = k.min(pieces.len());
    for at in 0..taken {
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let left = (pieces.len() - at) as u64;
        chosen.swap(at, at + (random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % left as usize);
    }
    chosen.truncate(taken);
    chosen.sort_unstable();
    let parts: Vec<JsValue> = chosen
        .into_iter()
        .map(|n| {
            let (from, to) = pieces[n];
            loaded.was_read(from, to);
            loaded.between(from, to).into()
        })
        .collect();
    Ok(JsArray::from_iter(parts, context).into())
}

/// `chunk(handle, by, size, overlap, separator)`: start and end of each chunk.
pub(super) fn chunk(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let (by, size, overlap) = (text(args, 1), number(args, 2).max(1), number(args, 3));
    if overlap >= size {
        return Err(usage("`overlap` must be smaller than `size`", context));
    }
    let pieces = match by.as_str() {
        "tokens" => {
            let units_of_token = loaded.text.units() as f64 / loaded.text.tokens().max(1) as f64;
            let scaled = |tokens: usize| (tokens as f64 * units_of_token) as usize;
            by_chars(&loaded, scaled(size).max(1), scaled(overlap))
        }
        "lines" => by_lines(&loaded, size, overlap),
        "sections" => by_starts(&loaded, sections(&loaded)),
        "separator" => by_separator(&loaded, &text(args, 4)),
        _ => by_chars(&loaded, size, overlap),
    };
    let text = &loaded.text;
    let flat: Vec<usize> =
        pieces.into_iter().flat_map(|(start, end)| [text.unit_of(start), text.unit_of(end)]).collect();
    Ok(numbers(flat, context))
}

/// Chunks of at most `size` units, cut at line ends where there is one in the last half.
fn by_chars(loaded: &Loaded, size: usize, overlap: usize) -> Vec<(usize, usize)> {
    let text = &loaded.text;
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < text.size() {
        let from = text.unit_of(start);
        let (mut end, inside) = text.place_of(from + size);
        if inside && end <= start {
            // Half a character is no chunk.
            end += text.width(end).max(1);
        }
        if end < text.size() {
            let half = text.place_of(from + size / 2).0.max(start);
            if let Some(start) = text.last_line_start(half, end) {
                end = start;
            }
        }
        pieces.push((start, end));
        if end >= text.size() {
            break;
        }
        let next = text.place_of(text.unit_of(end).saturating_sub(overlap)).0;
        start = if next > start { next } else { end };
    }
    pieces
}

fn by_lines(loaded: &Loaded, size: usize, overlap: usize) -> Vec<(usize, usize)> {
    let text = &loaded.text;
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < text.lines() {
        let start = text.line(from).map_or(0, |(start, _)| start);
        let end = text.line(from + size).map_or(text.size(), |(start, _)| start);
        if end > start {
            pieces.push((start, end));
        }
        if from + size >= text.lines() {
            break;
        }
        from += size - overlap;
    }
    pieces
}

/// Where Markdown headings start.
fn sections(loaded: &Loaded) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut fenced = false;
    loaded.text.each_line(|_, at, line| {
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
        }
        let marks = line.bytes().take_while(|b| *b == b'#').count();
        if !fenced && (1..=6).contains(&marks) && line[marks..].starts_with(' ') {
            starts.push(at.start);
        }
    });
    starts
}

fn by_starts(loaded: &Loaded, mut starts: Vec<usize>) -> Vec<(usize, usize)> {
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([loaded.text.size()]);
    starts.iter().copied().zip(ends).filter(|(start, end)| end > start).collect()
}

fn by_separator(loaded: &Loaded, separator: &str) -> Vec<(usize, usize)> {
    let mut start = 0;
    let mut pieces = Vec::new();
    for at in loaded.text.each_place(separator, 0, usize::MAX) {
        pieces.push((start, at));
        start = at + loaded.text.places_in(separator);
    }
    pieces.push((start, loaded.text.size()));
    pieces.retain(|(start, end)| end > start);
    pieces
}

/// `json(handle, i, j)`: the text parsed, or its lines `i` to `j` as a list.
pub(super) fn json(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    let value = match args.get_or_undefined(1).is_undefined() {
        true => {
            loaded.was_read(0, loaded.text.size());
            let value = serde_json::from_str::<Value>(&loaded.text.as_str());
            value.map_err(|e| usage(&format!("the context is no JSON: {e}"), context))?
        }
        false => {
            let mut values = Vec::new();
            for at in number(args, 1)..number(args, 2) {
                let Some((start, end)) = loaded.text.line(at) else { break };
                loaded.was_read(start, end);
                let line = loaded.text.piece(start, end);
                if !line.trim().is_empty() {
                    let value = serde_json::from_str(&line);
                    values.push(value.map_err(|e| usage(&format!("line {at} (from 0) is no JSON: {e}"), context))?);
                }
            }
            Value::Array(values)
        }
    };
    from_json(&value, context).map_err(refused)
}

/// `coverage(handle)`: what was read by code and sent to models.
pub(super) fn coverage(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let loaded = loaded(args, context)?;
    from_json(&covered(&loaded), context).map_err(refused)
}

/// How much of a text was used, in bytes, and the first parts that were not sent.
pub(super) fn covered(loaded: &Loaded) -> Value {
    let text = &loaded.text;
    let length = text.byte_at(text.size());
    let part = |coverage: &Coverage| {
        let bytes: usize = coverage.ranges().map(|(start, end)| text.byte_at(end) - text.byte_at(start)).sum();
        let share = if length == 0 { 1.0 } else { (bytes as f64 / length as f64 * 1000.0).round() / 1000.0 };
        json!({ "bytes": bytes, "share": share })
    };
    let (read, sent) = (loaded.read.borrow(), loaded.sent.borrow());
    let unsent = sent.gaps(text.size()).into_iter().take(10);
    let unsent: Vec<[usize; 2]> = unsent.map(|(start, end)| [text.unit_of(start), text.unit_of(end)]).collect();
    json!({ "read": part(&read), "sent": part(&sent), "not_sent": unsent })
}

/// Most parts of a context that are told of one by one.
const BANDS: usize = 64;

/// What [`covered`] tells, and which parts of the context that is: enough to draw it.
pub(super) fn drawn(loaded: &Loaded) -> Value {
    let length = loaded.text.size();
    let mut covered = covered(loaded);
    for (what, coverage) in [("read", &loaded.read), ("sent", &loaded.sent)] {
        covered[what]["bands"] = coverage.borrow().bands(length, length.clamp(1, BANDS)).into();
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rlm::text::Text;

    #[test]
    fn chunks_cover_every_text_once() {
        let text: String = (0..3000).map(|n| ["a", "é", "中", "😀", "\n", "z\r\n"][n * 7 % 6]).collect();
        let loaded = Loaded::new(Rc::new(Text::new(text.clone())), None);
        for size in [1, 2, 7, 501, 4096, 100_000] {
            let pieces = by_chars(&loaded, size, 0);
            let whole: String = pieces.iter().map(|(start, end)| loaded.text.piece(*start, *end)).collect();
            assert!(whole == text, "{size}: {:?}", &pieces[..pieces.len().min(5)]);
            let longest = pieces.iter().map(|(a, b)| loaded.text.unit_of(*b) - loaded.text.unit_of(*a)).max();
            assert!(longest <= Some(size.max(2)), "{size}: {longest:?}");
        }
        for (by, pieces) in [("lines", by_lines(&loaded, 40, 0)), ("separator", by_separator(&loaded, "é"))] {
            let whole: String = pieces.iter().map(|(start, end)| loaded.text.piece(*start, *end)).collect();
            let expected = if by == "lines" { text.clone() } else { text.replace('é', "") };
            assert!(whole == expected, "{by}");
        }
    }
}
