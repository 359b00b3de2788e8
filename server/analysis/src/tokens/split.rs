//! Where `o200k_base` cuts a text before it joins bytes: words with the character before them, numbers in threes, punctuation,
//! white space.

/// The pieces of `text`, in order; together they are the text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, others) = rest.split_at_checked(first_piece(rest))?;
        rest = others;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The length of the first piece in bytes.
fn first_piece(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let after = first.len_utf8();
    if !is_letter(first) && !first.is_numeric() && !is_newline(first) {
        let word = word(&text[after..]);
        if word > 0 {
            return after + word;
        }
    }
    let letters = word(text);
    if letters > 0 {
        return letters;
    }
    if first.is_numeric() {
        return text.chars().take(3).take_while(|c| c.is_numeric()).map(char::len_utf8).sum();
    }
    let signs_from = if first == ' ' { 1 } else { 0 };
    let signs = run(&text[signs_from..], |c| !c.is_whitespace() && !is_letter(c) && !c.is_numeric());
    if signs > 0 {
        let end = signs_from + signs;
        return end + run(&text[end..], |c| is_newline(c) || c == '/');
    }
    white_space(text)
}

/// White space: up to the last line end in it, or up to the blank that the next word takes along.
fn white_space(text: &str) -> usize {
    let all = run(text, char::is_whitespace);
    let space = &text[..all];
    match space.rfind(is_newline) {
        Some(last) => last + 1,
        None if all == text.len() => all,
        None => match space.char_indices().next_back() {
            Some((last, _)) if last > 0 => last,
            _ => all,
        },
    }
}

/// The word at the start of `text`: capitals, then small letters, then an English contraction. Letters of scripts without case are both.
fn word(text: &str) -> usize {
    let head = run(text, is_capital);
    let tail = run(&text[head..], is_small);
    let letters = match tail {
        0 => text[..head].char_indices().rev().find(|(_, c)| is_small(*c)).map_or(head, |(at, c)| at + c.len_utf8()),
        _ => head + tail,
    };
    if letters == 0 { 0 } else { letters + contraction(&text[letters..]) }
}

fn contraction(text: &str) -> usize {
    let starts = |suffix: &str| text.get(..suffix.len()).is_some_and(|t| t.eq_ignore_ascii_case(suffix));
    ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].into_iter().find(|s| starts(s)).map_or(0, str::len)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn is_newline(c: char) -> bool {
    matches!(c, '\r' | '\n')
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric()
}

/// Signs that join the letter before them; the ones in use, not the whole Unicode category.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{94d}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_capital(c: char) -> bool {
    (is_letter(c) && !c.is_lowercase()) || is_mark(c)
}

fn is_small(c: char) -> bool {
    (is_letter(c) && !c.is_uppercase()) || is_mark(c)
}
