//! Long output made short: its head and its tail, cut at line ends, with the exact number of what is left out.

/// Share of the room that the head gets, in percent.
const HEAD: usize = 70;

/// `text` in at most about `room` characters (UTF-16 units); `whole` says where all of it is.
pub(crate) fn shortened(text: &str, room: usize, whole: &str) -> String {
    let length = units(text);
    if length <= room {
        return text.to_owned();
    }
    let head = head_of(text, room * HEAD / 100);
    let tail = tail_of(&text[head.len()..], room - room * HEAD / 100);
    let left = &text[head.len()..text.len() - tail.len()];
    let lines = left.matches('\n').count();
    let plural = if lines == 1 { "" } else { "s" };
    let gap = if head.ends_with('\n') || head.is_empty() { "" } else { "\n" };
    let note = format!("… {} characters with {lines} line end{plural} left out, all in {whole} …", units(left));
    format!("{head}{gap}{note}\n{tail}")
}

/// Length in UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The first `room` units or fewer: whole lines where there are any.
pub(crate) fn head_of(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > room
    });
    let cut = &text[..end.map_or(text.len(), |(at, _)| at)];
    match cut.rfind('\n') {
        Some(at) if end.is_some() => &cut[..=at],
        _ => cut,
    }
}

/// The last `room` units or fewer: whole lines where there are any.
pub(crate) fn tail_of(text: &str, room: usize) -> &str {
    let mut used = 0;
    let start = text.char_indices().rev().find(|(_, c)| {
        used += c.len_utf16();
        used > room
    });
    let Some((at, c)) = start else { return text };
    let cut = &text[at + c.len_utf8()..];
    match cut.find('\n') {
        Some(end) if end + 1 < cut.len() => &cut[end + 1..],
        _ => cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let text: String = (0..100).map(|n| format!("line {n:02}\n")).collect();
        let short = shortened(&text, 100, "out[3]");
        assert!(short.starts_with("line 00\n") && short.ends_with("line 99\n"), "{short}");
        let left = text.len() - short.lines().filter(|l| l.starts_with("line")).map(|l| l.len() + 1).sum::<usize>();
        assert!(
            short.contains(&format!("… {left} characters with {} line ends left out, all in out[3] …", left / 8)),
            "{short}"
        );
    }

    #[test]
    fn a_character_is_never_cut() {
        let text = "😀".repeat(50);
        let short = shortened(&text, 21, "out[1]");
        assert!(short.starts_with(&"😀".repeat(7)) && short.ends_with(&"😀".repeat(3)), "{short}");
        assert!(short.contains("80 characters with 0 line ends"), "{short}");
        assert_eq!(shortened("short", 5, ""), "short");
    }
}
