//! Server-sent events, as far as providers use them.

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
    buffer: Vec<u8>,
    event: SseEvent,
}

impl SseReader {
    /// Takes bytes and gives the events they complete. A line longer than any sane event stays in the buffer until its
    /// end arrives; the transport bounds the size of an answer.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<SseEvent> {
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut start = 0;
        while let Some(length) = self.buffer[start..].iter().position(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(&self.buffer[start..start + length]).into_owned();
            start += length + 1;
            self.line(line.trim_end_matches('\r'), &mut events);
        }
        self.buffer.drain(..start);
        events
    }

    /// The event that the end of the stream completes, if any: some servers leave out the last empty line.
    pub fn finish(mut self) -> Option<SseEvent> {
        let mut events = self.push(b"\n\n");
        events.pop()
    }

    fn line(&mut self, line: &str, events: &mut Vec<SseEvent>) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            _ if line.is_empty() => {
                let event = std::mem::take(&mut self.event);
                if !event.data.is_empty() {
                    events.push(event);
                }
            }
            "event" => self.event.name = value.to_owned(),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
    }
}
