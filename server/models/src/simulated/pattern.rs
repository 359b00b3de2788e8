//! Strings for a `pattern`: the part of regular expressions that schemas use in practice.

use super::random::Random;

/// Unbounded repetition stops this far above its lower bound.
const SPREAD: u64 = 6;

/// A string that matches `pattern`, or `None` where it uses what is not known here (look-around, back-references, `\b`).
pub(super) fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0 };
    let node = parser.alternatives(0)?;
    if parser.at != chars.len() {
        return None;
    }
    let mut text = String::new();
    node.write(&mut text, random);
    Some(text)
}

enum Node {
    Set(Vec<(char, char)>),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, u64, u64),
}

impl Node {
    fn write(&self, text: &mut String, random: &mut Random) {
        match self {
            Node::Set(ranges) => {
                if let Some((first, last)) = random.pick(ranges) {
                    let code = random.between(u64::from(*first as u32), u64::from(*last as u32)) as u32;
                    text.push(char::from_u32(code).unwrap_or(*first));
                }
            }
            Node::Sequence(nodes) => nodes.iter().for_each(|n| n.write(text, random)),
            Node::Either(nodes) => {
                if let Some(node) = random.pick(nodes) {
                    node.write(text, random);
                }
            }
            Node::Repeat(node, least, most) => {
                for _ in 0..random.between(*least, *most) {
                    node.write(text, random);
                }
            }
        }
    }
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let here = self.peek() == Some(c);
        self.at += usize::from(here);
        here
    }

    fn alternatives(&mut self, depth: usize) -> Option<Node> {
        if depth > 20 {
            return None;
        }
        let mut branches = vec![self.sequence(depth)?];
        while self.eat('|') {
            branches.push(self.sequence(depth)?);
        }
        if branches.len() == 1 { branches.pop() } else { Some(Node::Either(branches)) }
    }

    fn sequence(&mut self, depth: usize) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            if self.eat('^') || self.eat('$') {
                continue;
            }
            let node = self.atom(depth)?;
            nodes.push(self.repeated(node)?);
        }
        Some(Node::Sequence(nodes))
    }

    fn atom(&mut self, depth: usize) -> Option<Node> {
        Some(match self.take()? {
            '(' => {
                if self.eat('?') && !self.eat(':') {
                    return None;
                }
                let inner = self.alternatives(depth + 1)?;
                self.eat(')').then_some(inner)?
            }
            '[' => self.class()?,
            '.' => Node::Set(vec![('a', 'z')]),
            '\\' => Node::Set(self.escape()?),
            c => Node::Set(vec![(c, c)]),
        })
    }

    fn escape(&mut self) -> Option<Vec<(char, char)>> {
        Some(match self.take()? {
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' => vec![(' ', ' ')],
            'n' => vec![('\n', '\n')],
            't' => vec![('\t', '\t')],
            c if c.is_ascii_alphanumeric() => return None,
            c => vec![(c, c)],
        })
    }

    fn class(&mut self) -> Option<Node> {
        if self.peek() == Some('^') {
            return None;
        }
        let mut ranges = Vec::new();
        while !self.eat(']') {
            let first = match self.take()? {
                '\\' => {
                    ranges.extend(self.escape()?);
                    continue;
                }
                c => c,
            };
            let ranged = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            let last = if ranged {
                self.at += 1;
                self.take()?
            } else {
                first
            };
            ranges.push((first, last));
        }
        Some(Node::Set(ranges))
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, SPREAD),
            Some('+') => (1, SPREAD),
            Some('?') => (0, 1),
            Some('{') => {
                let close = self.chars[self.at..].iter().position(|c| *c == '}')? + self.at;
                let inner: String = self.chars[self.at + 1..close].iter().collect();
                self.at = close;
                let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
                let least: u64 = least.parse().ok()?;
                let most = if most.is_empty() { least + SPREAD } else { most.parse().ok()? };
                (least.min(1_000), most.min(1_000))
            }
            _ => return Some(node),
        };
        self.at += 1;
        self.eat('?');
        Some(Node::Repeat(Box::new(node), least, most))
    }
}
