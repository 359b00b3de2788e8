use std::io::{self, Write};

use crate::event::Event;

/// Version of the format; a reader refuses others.
const VERSION: u64 = 1;

/// How a line of this version begins.
const HEAD: &str = r#"{"v":1,"crc":""#;
const CRC_LENGTH: usize = 8;

/// What follows the checksum.
const AFTER: &[u8] = b"\",";

/// Adds the line of an event, with its line feed, to `out`.
pub(super) fn encode(event: &Event, out: &mut Vec<u8>) -> io::Result<()> {
    let start = out.len();
    out.extend_from_slice(HEAD.as_bytes());
    let crc = out.len();
    out.extend_from_slice(&[b'0'; CRC_LENGTH]);
    out.push(AFTER[0]);
    let rest = out.len();
    if let Err(error) = serde_json::to_writer(&mut *out, event) {
        out.truncate(start);
        return Err(error.into());
    }
    // The object's opening brace stands in front already.
    out[rest] = AFTER[1];
    let sum = crc32fast::hash(&out[rest + 1..]);
    write!(&mut out[crc..crc + CRC_LENGTH], "{sum:08x}")?;
    out.push(b'\n');
    Ok(())
}

/// Why a line is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not whole, or not as it was written.
    Damaged,
    /// It is as it was written, and says what only a newer version than this one understands.
    Newer,
}

/// The event of a line without its line feed.
pub(super) fn decode(line: &[u8]) -> Result<Event, Unread> {
    if is_of_another_version(line) {
        return Err(Unread::Newer);
    }
    let rest = whole(line).ok_or(Unread::Damaged)?;
    // Number and time are read by hand: as a part of a map that is flat, each event would be read twice.
    let read = || {
        let (seq, rest) = number(rest, b"\"seq\":")?;
        let (ms, rest) = number(rest, b"\"ms\":")?;
        let mut json = Vec::with_capacity(rest.len() + 1);
        json.push(b'{');
        json.extend_from_slice(rest);
        Some(Event { seq, ms, kind: serde_json::from_slice(&json).ok()? })
    };
    read().ok_or(Unread::Newer)
}

/// What stands behind the checksum, if that is the sum of it.
fn whole(line: &[u8]) -> Option<&[u8]> {
    let (crc, rest) = line.strip_prefix(HEAD.as_bytes())?.split_at_checked(CRC_LENGTH)?;
    let rest = rest.strip_prefix(AFTER)?;
    let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
    (crc == crc32fast::hash(rest)).then_some(rest)
}

/// Whether a line says that it is of another version of the format.
fn is_of_another_version(line: &[u8]) -> bool {
    let said = || {
        let (version, _) = number(line, b"{\"v\":")?;
        Some(version != VERSION)
    };
    said().unwrap_or(false)
}

/// The number of the member that `name` begins, and what follows it: members stand in the order in which they are declared.
fn number<'a>(members: &'a [u8], name: &[u8]) -> Option<(u64, &'a [u8])> {
    let rest = members.strip_prefix(name)?;
    let (digits, rest) = rest.split_at(rest.iter().position(|byte| *byte == b',')?);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, &rest[1..]))
}
