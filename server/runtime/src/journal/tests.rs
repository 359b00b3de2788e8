use std::fs;

use super::{Damage, Journal, read, read::parse};
use crate::event::EventKind;

fn log(message: &str) -> EventKind {
    EventKind::Log { message: message.into() }
}

pub(super) async fn written(messages: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(super::FILE_NAME);
    let mut journal = Journal::create(&path).unwrap();
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
    let mut journal = Journal::create(&path).unwrap();
    let mut events = journal.log().subscribe(1);
    journal.append(log("one"));
    journal.send();
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
    let _journal = Journal::create(&path).unwrap();
    assert!(Journal::create(&path).is_err());
}

#[tokio::test]
async fn who_comes_late_reads_from_disk_what_is_no_longer_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(&folder.path().join(super::FILE_NAME)).unwrap();
    let long = |n: u64| log(&format!("{n} {}", "é".repeat(20_000)));
    for n in 1..=200 {
        journal.append(long(n));
    }
    journal.synced().await.unwrap();
    let log = journal.log().clone();
    let mut early = log.subscribe(1);
    for n in 1..=100 {
        assert_eq!(early.next().await.unwrap().kind, long(n));
    }
    for from in [1, 16, 17, 18, 150, 200] {
        assert_eq!(log.subscribe(from).try_next().unwrap().kind, long(from), "from {from}");
        assert_eq!(log.event(from).unwrap().seq, from);
    }
    assert!(log.event(201).is_none());
    journal.append(long(201));
    journal.close().await;
    log.close();
    for n in 101..=201 {
        assert_eq!(early.next().await.unwrap().kind, long(n), "on disk and then in memory, without a gap");
    }
    assert!(early.next().await.is_none());
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_not_taken_for_damage_nor_for_what_a_crash_left() {
    let text = String::from_utf8(written(&["one", "two"]).await).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    let another_version = second.replace("{\"v\":1,", "{\"v\":2,");
    // An event that this version does not know, whole and with its checksum.
    let rest = second.split_once("\"seq\"").unwrap().1.replace("\"log\"", "\"dream\"");
    let rest = format!("\"seq\"{}", rest.trim_end());
    let another_event = format!("{{\"v\":1,\"crc\":\"{:08x}\",{rest}\n", crc32fast::hash(rest.as_bytes()));
    for newer in [another_version, another_event] {
        for follows in ["", second] {
            let recording = parse(format!("{first}\n{newer}{follows}").as_bytes());
            assert_eq!((recording.events.len(), recording.damage), (1, Some(Damage::Newer(2))), "{newer}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(super::FILE_NAME);
        fs::write(&path, format!("{first}\n{newer}")).unwrap();
        let error = super::Follower::open(&path).unwrap().poll().unwrap_err().to_string();
        assert!(error.contains("line 2 was written by a newer callsheet"), "{error}");
    }
}
