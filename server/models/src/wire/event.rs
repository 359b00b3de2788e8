//! The JSON of an event. Servers written in JavaScript cut a text between the two halves of a character beyond the first plane, and send
//! each half as an escape of its own: no Unicode, but no reason to lose the text either.

use serde_json::Value;

use super::{SseEvent, StreamError};

/// Where halves of characters stand in for themselves until they meet: at the end of the last plane for private use.
const STAND_IN: u32 = 0x10_F000;

/// The kind of the error for what is no JSON.
pub(crate) const GARBLED: &str = "garbled";

/// The event's data; `None` for the word that ends some streams.
pub(super) fn data(event: &SseEvent) -> Result<Option<Value>, StreamError> {
    if event.data.trim() == "[DONE]" {
        return Ok(None);
    }
    json(&event.data).map(Some).map_err(|error| StreamError {
        kind: GARBLED.to_owned(),
        message: format!("a piece of the answer is no JSON: {error}"),
    })
}

/// The value of a JSON text in which halves of characters may stand alone; [`Halves`] puts them together.
pub(crate) fn json(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&with_stand_ins(text)))
}

/// The JSON text with every escape of a half that stands alone replaced by its stand-in.
fn with_stand_ins(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (half(escape), half(escape.get(6..).unwrap_or_default())) {
            (Some(0xD800..0xDC00), Some(0xDC00..)) => 12,
            (Some(alone), _) => {
                out.extend(char::from_u32(STAND_IN + u32::from(alone - 0xD800)));
                rest = &escape[6..];
                continue;
            }
            // What follows a backslash is one character, whatever it is.
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    out + rest
}

/// The half of a character that an escape at the start of a text gives.
fn half(text: &str) -> Option<u16> {
    let code = u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xD800..0xE000).contains(&code).then_some(code)
}

/// Puts halves together as pieces of text arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Halves(Option<u16>);

impl Halves {
    /// Puts the piece to the text, with whole characters; a first half at its end waits for the next piece, one that stands alone is shown as
    /// such.
    pub(crate) fn join(&mut self, piece: &str, out: &mut String) {
        // What stands in for halves begins with this byte, and so does hardly anything else.
        if self.0.is_none() && !piece.as_bytes().contains(&0xF4) {
            return out.push_str(piece);
        }
        for c in piece.chars() {
            let first = self.0.take();
            match (first, stood_for(c)) {
                (Some(first), Some(second @ 0xDC00..)) => {
                    out.extend(char::decode_utf16([first, second]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
                }
                (first, other) => {
                    out.extend(first.map(|_| char::REPLACEMENT_CHARACTER));
                    match other {
                        Some(first @ ..0xDC00) => self.0 = Some(first),
                        Some(_) => out.push(char::REPLACEMENT_CHARACTER),
                        None => out.push(c),
                    }
                }
            }
        }
    }
}

fn stood_for(c: char) -> Option<u16> {
    let code = u32::from(c).checked_sub(STAND_IN).filter(|half| *half < 0x800)?;
    u16::try_from(0xD800 + code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_text: &str) -> String {
        let event = SseEvent { data: data_text.to_owned(), ..SseEvent::default() };
        data(&event).unwrap().unwrap()["t"].as_str().unwrap().to_owned()
    }

    #[test]
    fn halves_of_a_character_meet_again() {
        let mut halves = Halves::default();
        let pieces = [
            r#"{"t":"a \\u \" \ud83d\ude80 \ud83d"}"#,
            r#"{"t":"\ude80 b \ude80"}"#,
            r#"{"t":"\ud83d"}"#,
            r#"{"t":"c"}"#,
        ];
        let mut joined = String::new();
        pieces.iter().for_each(|piece| halves.join(&text(piece), &mut joined));
        assert_eq!(joined, "a \\u \" 🚀 🚀 b \u{FFFD}\u{FFFD}c");
    }

    #[test]
    fn what_is_no_json_is_an_error_and_never_silently_nothing() {
        let read = |text: &str| data(&SseEvent { data: text.to_owned(), ..SseEvent::default() });
        assert_eq!(read("[DONE]"), Ok(None));
        assert_eq!(read("{\"t\": \"cut").unwrap_err().kind, GARBLED);
    }
}
