use std::fs;

use super::{Damage, Journal, read, read::parse};
use crate::{event::EventKind, watch::EventLog};

fn log(message: &str) -> EventKind {
    EventKind::Log { message: message.into() }
}

pub(super) async fn written(messages: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(super::FILE_NAME);
    let mut journal = Journal::create(&path, EventLog::new()).unwrap();
    for message in messages {
        journal.append(log(message));
    }
    journal.synced().await.unwrap();
    fs::read(&path).unwrap()
}

#[tokio::test]
async fn events_are_on_disk_before_they_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(super::FILE_NAME);
    let seen = EventLog::new();
    let mut events = seen.subscribe(1);
    let mut journal = Journal::create(&path, seen).unwrap();
    journal.append(log("one"));
    let event = events.next().await.unwrap();
    assert_eq!(event.kind, log("one"));
    let recording = read(&path).unwrap();
    assert_eq!((recording.events.len(), recording.damage), (1, None));
}

#[tokio::test]
async fn a_torn_tail_is_told_apart_from_damage_in_the_middle() {
    let whole = written(&["one", "two", "three"]).await;
    assert_eq!(parse(&whole).events.len(), 3);
    for cut in 1..40 {
        let recording = parse(&whole[..whole.len() - cut]);
        assert_eq!(recording.events.len(), 2, "{cut} bytes cut");
        assert!(matches!(recording.damage, Some(Damage::TornTail(_))), "{cut} bytes cut");
    }
    let text = String::from_utf8(whole).unwrap();
    let recording = parse(text.replace("two", "2wo").as_bytes());
    assert_eq!((recording.events.len(), recording.damage), (1, Some(Damage::Middle(2))));
    let without_second: String = text.lines().filter(|l| !l.contains("two")).map(|l| format!("{l}\n")).collect();
    assert!(parse(without_second.as_bytes()).damage.is_some(), "a missing line is damage");
}

#[tokio::test]
async fn one_journal_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(super::FILE_NAME);
    let _journal = Journal::create(&path, EventLog::new()).unwrap();
    assert!(Journal::create(&path, EventLog::new()).is_err());
}
