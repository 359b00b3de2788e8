use crate::event::Event;

/// Version of the format; a reader refuses others.
const HEAD: &str = r#"{"v":1,"crc":""#;
const CRC_LENGTH: usize = 8;

/// The line of an event, with its line feed.
pub(super) fn encode(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_string(event)?;
    let rest = &json[1..];
    let mut line = Vec::with_capacity(HEAD.len() + CRC_LENGTH + json.len() + 3);
    line.extend_from_slice(HEAD.as_bytes());
    line.extend_from_slice(format!("{:08x}", crc32fast::hash(rest.as_bytes())).as_bytes());
    line.extend_from_slice(b"\",");
    line.extend_from_slice(rest.as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// The event of a line without its line feed; `None` where the line is not whole or not as written.
pub(super) fn decode(line: &[u8]) -> Option<Event> {
    let line = std::str::from_utf8(line).ok()?;
    let (crc, rest) = line.strip_prefix(HEAD)?.split_once("\",")?;
    if u32::from_str_radix(crc, 16) != Ok(crc32fast::hash(rest.as_bytes())) {
        return None;
    }
    serde_json::from_str(&format!("{{{rest}")).ok()
}
