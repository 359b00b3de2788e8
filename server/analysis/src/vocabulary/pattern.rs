//! Patterns of which every engine of regular expressions makes the same: what most schemas have.

/// Longest pattern that is looked into, in bytes, and its deepest groups.
const LONGEST: usize = 500;
const DEEPEST: u32 = 16;
/// Most repetitions that a pattern counts, taken together: engines refuse programs that grow too large.
const MOST_COUNTED: u32 = 256;

/// Whether `pattern` is certain to be taken as one. Others may be, too.
pub(super) fn is_plain(pattern: &str) -> bool {
    let mut rest = Rest { chars: pattern.chars().peekable(), counted: 0 };
    pattern.len() <= LONGEST && rest.either(0) && rest.chars.next().is_none() && rest.counted <= MOST_COUNTED
}

struct Rest<'p> {
    chars: std::iter::Peekable<std::str::Chars<'p>>,
    counted: u32,
}

impl Rest<'_> {
    fn takes(&mut self, char: char) -> bool {
        self.chars.next_if_eq(&char).is_some()
    }

    /// `one|other`, up to what ends it.
    fn either(&mut self, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        loop {
            while let Some(next) = self.chars.peek().copied().filter(|c| !matches!(c, '|' | ')')) {
                if !self.repeated(next, depth) {
                    return false;
                }
            }
            if !self.takes('|') {
                return true;
            }
        }
    }

    /// One thing, and how often.
    fn repeated(&mut self, first: char, depth: u32) -> bool {
        self.chars.next();
        let whole = match first {
            '(' => {
                if self.takes('?') && !self.takes(':') {
                    return false;
                }
                self.either(depth + 1) && self.takes(')')
            }
            '[' => self.class(),
            '\\' => self.escaped(),
            '^' | '$' => return !matches!(self.chars.peek(), Some('*' | '+' | '?' | '{')),
            '*' | '+' | '?' | '{' | '}' | ']' => false,
            _ => true,
        };
        whole && self.quantifier(first == '(')
    }

    fn quantifier(&mut self, of_group: bool) -> bool {
        match self.chars.peek() {
            Some('*' | '+' | '?') => {
                self.chars.next();
            }
            Some('{') => {
                self.chars.next();
                let Some(least) = self.number() else { return false };
                let most = if self.takes(',') { self.number() } else { Some(least) };
                if of_group || !self.takes('}') || most.is_some_and(|most| most < least) {
                    return false;
                }
                self.counted = self.counted.saturating_add(most.unwrap_or(least));
            }
            _ => return true,
        }
        self.takes('?');
        !matches!(self.chars.peek(), Some('*' | '+' | '?' | '{'))
    }

    fn number(&mut self) -> Option<u32> {
        let mut digits = String::new();
        while let Some(digit) = self.chars.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok()
    }

    fn escaped(&mut self) -> bool {
        self.chars.next().is_some_and(|c| "dDwWsSnrt.^$*+?()[]{}|/\\-".contains(c))
    }

    fn class(&mut self) -> bool {
        self.takes('^');
        let mut some = false;
        loop {
            let Some(first) = self.chars.next() else { return false };
            match first {
                ']' => return some,
                '\\' if !self.escaped() => return false,
                '\\' => {}
                // At the end it is one of them.
                '-' if self.chars.peek() != Some(&']') => return false,
                '-' => {}
                '[' | '^' | '&' | '~' => return false,
                _ => {
                    let mut ahead = self.chars.clone();
                    if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
                        self.chars.next();
                        let last = self.chars.next();
                        let letters = first.is_ascii_alphanumeric() && last.is_some_and(|l| l.is_ascii_alphanumeric());
                        if !letters || last < Some(first) {
                            return false;
                        }
                    }
                }
            }
            some = true;
        }
    }
}
