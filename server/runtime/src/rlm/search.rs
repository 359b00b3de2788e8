//! Searches in strings of the engine, in linear time.

use std::borrow::Cow;

use boa_engine::{JsString, string::JsStrVariant};
use memchr::memmem;

/// Where `needle`, which is not empty, starts in `text`, from the left, not overlapping.
pub(crate) fn all(text: &JsString, needle: &JsString, from: usize, most: usize) -> Vec<usize> {
    use JsStrVariant::{Latin1, Utf16};
    match (text.as_str().variant(), needle.as_str().variant()) {
        (Latin1(text), needle) => {
            // Units beyond one byte are in no text of single bytes.
            let Some(needle) = narrow(needle) else { return Vec::new() };
            let rest = text.get(from..).unwrap_or_default();
            memmem::find_iter(rest, &*needle).take(most).map(|at| at + from).collect()
        }
        (Utf16(text), Utf16(needle)) => units(text, needle, from, most),
        (Utf16(text), Latin1(needle)) => {
            let needle: Vec<u16> = needle.iter().copied().map(u16::from).collect();
            units(text, &needle, from, most)
        }
    }
}

/// The units as bytes, if each is one.
pub(crate) fn narrow(of: JsStrVariant<'_>) -> Option<Cow<'_, [u8]>> {
    match of {
        JsStrVariant::Latin1(bytes) => Some(bytes.into()),
        JsStrVariant::Utf16(units) => {
            let bytes: Option<Vec<u8>> = units.iter().map(|unit| u8::try_from(*unit).ok()).collect();
            bytes.map(Cow::from)
        }
    }
}

/// Knuth, Morris and Pratt: linear for every needle.
pub(crate) fn units(text: &[u16], needle: &[u16], from: usize, most: usize) -> Vec<usize> {
    let mut fallback = vec![0; needle.len()];
    let mut k = 0;
    for at in 1..needle.len() {
        while k > 0 && needle[at] != needle[k] {
            k = fallback[k - 1];
        }
        k += usize::from(needle[at] == needle[k]);
        fallback[at] = k;
    }
    let mut found = Vec::new();
    let mut matched = 0;
    for (at, unit) in text.iter().enumerate().skip(from) {
        while matched > 0 && needle[matched] != *unit {
            matched = fallback[matched - 1];
        }
        matched += usize::from(needle[matched] == *unit);
        if matched == needle.len() {
            found.push(at + 1 - matched);
            matched = 0;
            if found.len() == most {
                break;
            }
        }
    }
    found
}
