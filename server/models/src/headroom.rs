//! What a provider says it will still take, in the headers of its answers.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Requests, or tokens, that may still come.
    pub left: u64,
    /// Until the limit is whole again, as seen when the answer came.
    pub whole_in: Duration,
}

/// What is left of a provider's limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headroom {
    /// Of requests.
    pub requests: Option<Room>,
    /// Of tokens: where there are limits for input, output and both, the one with the least left.
    pub tokens: Option<Room>,
}

/// The names of headers: what is left, and when the limit is whole again. Sources: the providers' public documentation, 2026-11.
const REQUESTS: [[&str; 2]; 2] = [
    ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
    ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
];
const TOKENS: [[&str; 2]; 4] = [
    ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
    ["anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"],
    ["anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"],
    ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
];

impl Headroom {
    /// Reads headers; `None` where they say nothing of limits.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        // Moments are told by the provider's clock, so they are compared with the provider's, not with ours.
        let now = text("date").and_then(http_date);
        let room = |[left, reset]: &[&str; 2]| {
            let left = text(left)?.trim().parse().ok()?;
            let reset = text(reset)?;
            let whole_in = duration(reset).or_else(|| {
                let at = rfc3339(reset)?;
                Some(Duration::from_secs(at.saturating_sub(now?)))
            })?;
            Some(Room { left, whole_in })
        };
        let tightest = |names: &[[&str; 2]]| names.iter().filter_map(room).min_by_key(|room| room.left);
        let headroom = Self { requests: tightest(&REQUESTS), tokens: tightest(&TOKENS) };
        (headroom != Self::default()).then_some(headroom)
    }
}

/// `1s`, `6m0s`, `20ms`, `1h2m3.5s`, as OpenAI writes it.
fn duration(text: &str) -> Option<Duration> {
    let (mut total, mut number, mut rest) = (0.0, String::new(), text.trim());
    if rest.is_empty() {
        return None;
    }
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            rest = &rest[1..];
            continue;
        }
        let (unit, seconds) = [("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)]
            .into_iter()
            .find(|(unit, _)| rest.starts_with(unit))?;
        total += number.parse::<f64>().ok()? * seconds;
        number.clear();
        rest = &rest[unit.len()..];
    }
    Duration::try_from_secs_f64(total).ok().filter(|_| number.is_empty())
}

/// Seconds since 1970 of `2026-11-25T20:01:02Z`, fractions cut off.
fn rfc3339(text: &str) -> Option<u64> {
    let (date, time) = text.trim().strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    seconds(year, month, day, time.split('.').next()?)
}

/// Seconds since 1970 of `Wed, 25 Nov 2026 20:01:02 GMT`.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    seconds(words.next()?.parse().ok()?, month, day, words.next()?)
}

fn seconds(year: u64, month: u64, day: u64, time: &str) -> Option<u64> {
    let mut time = time.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    if !(1970..10_000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days before the year and the month, with March as the first month, so that a leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    const EPOCH: u64 = 719_468;
    Some(((days - EPOCH) * 24 + hour) * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &str)]) -> Option<Headroom> {
        let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Headroom::read(&pairs.collect())
    }

    #[test]
    fn both_ways_of_telling_time_are_read() {
        let room = |left, seconds| Some(Room { left, whole_in: Duration::from_millis(seconds) });
        let openai = read(&[
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-tokens", "6m0.5s"),
        ]);
        assert_eq!(openai, Some(Headroom { requests: room(59, 1_000), tokens: room(149_984, 360_500) }));
        let anthropic = read(&[
            ("date", "Wed, 25 Nov 2026 20:01:02 GMT"),
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", "2026-11-25T20:01:05Z"),
            ("anthropic-ratelimit-input-tokens-remaining", "9000"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-11-25T20:02:02Z"),
            ("anthropic-ratelimit-output-tokens-remaining", "800"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-11-25T20:01:02Z"),
        ]);
        assert_eq!(anthropic, Some(Headroom { requests: room(0, 3_000), tokens: room(800, 0) }));
        assert_eq!(read(&[("x-ratelimit-remaining-requests", "many")]), None);
    }

    #[test]
    fn moments_are_read_as_the_calendar_has_them() {
        assert_eq!(rfc3339("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(rfc3339("2024-02-29T12:00:00.5Z"), Some(1_709_208_000));
        assert_eq!(http_date("Wed, 25 Nov 2026 20:01:02 GMT"), rfc3339("2026-11-25T20:01:02Z"));
        assert_eq!(["", "x", "5", "1x"].map(duration), [None; 4]);
        assert_eq!(duration("20ms"), Some(Duration::from_millis(20)));
    }
}
