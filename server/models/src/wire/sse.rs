//! Server-sent events, as far as providers use them.

use memchr::memchr;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event` field; empty where there was none.
    pub name: String,
    /// The `data` lines, joined by line feeds.
    pub data: String,
}

/// Cuts a byte stream into events, however the bytes arrive.
#[derive(Debug, Default)]
pub struct SseReader {
    /// The beginning of a line whose end is not there yet.
    begun: Vec<u8>,
    /// What the lines since the last empty one say.
    event: SseEvent,
}

impl SseReader {
    /// Takes bytes and hands the events they complete to `take`, until it fails. A line longer than any sane event is kept until its end
    /// arrives; the transport bounds the size of an answer.
    ///
    /// # Errors
    ///
    /// Those of `take`.
    pub fn push<E>(&mut self, bytes: &[u8], mut take: impl FnMut(&SseEvent) -> Result<(), E>) -> Result<(), E> {
        let mut rest = bytes;
        while let Some(length) = memchr(b'\n', rest) {
            let (line, after) = (&rest[..length], &rest[length + 1..]);
            rest = after;
            if self.begun.is_empty() {
                self.line(line, &mut take)?;
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(line);
                self.line(&whole, &mut take)?;
            }
        }
        self.begun.extend_from_slice(rest);
        Ok(())
    }

    /// Hands over the event that the end of the stream completes, if any: some servers leave out the last empty line.
    ///
    /// # Errors
    ///
    /// Those of `take`.
    pub fn finish<E>(mut self, take: impl FnMut(&SseEvent) -> Result<(), E>) -> Result<(), E> {
        self.push(b"\n\n", take)
    }

    fn line<E>(&mut self, line: &[u8], take: &mut impl FnMut(&SseEvent) -> Result<(), E>) -> Result<(), E> {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            _ if line.is_empty() => {
                let taken = if self.event.data.is_empty() { Ok(()) } else { take(&self.event) };
                // Cleared, not made anew: the next event is about as long.
                self.event.name.clear();
                self.event.data.clear();
                return taken;
            }
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        Ok(())
    }
}
