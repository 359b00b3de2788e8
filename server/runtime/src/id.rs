//! Names of runs and calls.

use std::{
    fmt,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// Name of a run and of its folder: when it began, with four characters for where in its second. Later names sort behind earlier ones; where
/// the clock was set back, a name stands right behind the last one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A name that no run can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a run; names look like 20260102-030405-a1b2, see `callsheet runs`")]
pub struct BadRunId(String);

impl RunId {
    /// A new name for a run that begins now.
    pub fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = now.as_secs();
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        // The second in 65536 parts: names of runs sort as the runs began.
        let suffix = (u64::from(now.subsec_nanos()) << 16) / 1_000_000_000;
        Self(format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{suffix:04x}"))
    }

    /// A name that sorts right behind this one: for a run that begins while the clock stands before the last one's name.
    pub(crate) fn after(&self) -> Self {
        let counted = self.0.rsplit_once('-').and_then(|(before, last)| {
            let next = u16::from_str_radix(last, 16).ok().filter(|_| last.len() == 4)?.checked_add(1)?;
            Some(format!("{before}-{next:04x}"))
        });
        // What is longer sorts behind what it begins with.
        Self(counted.unwrap_or_else(|| format!("{}-0000", self.0)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// This day, as `2026-11-25`, where the clock's UTC is.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

impl FromStr for RunId {
    type Err = BadRunId;

    /// Accepts nothing that could name a folder elsewhere.
    fn from_str(text: &str) -> Result<Self, BadRunId> {
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        match plain && (6..=64).contains(&text.len()) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadRunId(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RunId {
    type Error = BadRunId;
    fn try_from(text: String) -> Result<Self, BadRunId> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> String {
        id.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One agent call of a run, counted from 1 in the order in which the script makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u64);

impl CallId {
    /// Where it is in a list of all calls; nowhere for a number that no call has.
    pub(crate) fn index(self) -> usize {
        (self.0 as usize).wrapping_sub(1)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!([0, 59, 20_454, 11_016].map(civil), [(1970, 1, 1), (1970, 3, 1), (2026, 1, 1), (2000, 2, 29)]);
    }

    #[test]
    fn names_sort_as_runs_began() {
        let names: Vec<RunId> = (0..50).map(|_| RunId::now()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn a_name_behind_another_sorts_so() {
        let after = |name: &str| name.parse::<RunId>().unwrap().after().to_string();
        let shown = ["20260102-030405-a1bf", "20260102-030405-ffff", "my_own_copy"].map(after);
        assert_eq!(shown, ["20260102-030405-a1c0", "20260102-030405-ffff-0000", "my_own_copy-0000"]);
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        assert!(RunId::now().as_str().parse::<RunId>().is_ok());
        for bad in ["", "../x", "a/b/c/d", "ABCDEF", "a.b.c.d", "short"] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }
}
