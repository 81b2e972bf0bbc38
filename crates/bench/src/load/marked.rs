//! Messages that carry who sent them, in which order and when, and the book of those that came through.

use std::time::Duration;

use crate::figures::Latencies;

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The customer of the chat.
    Customer,
    /// Its agent.
    Agent,
}

/// The mark of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Who wrote it.
    pub side: Side,
    /// Number of the chat.
    pub chat: usize,
    /// Position among the messages of this side of the chat, from 0.
    pub sequence: u32,
    /// When it was to be sent, in nanoseconds since the load began.
    pub due: u64,
}

const BEGIN: &str = "bench:";

impl Mark {
    /// The text of a message of about 100 characters, as people write them.
    pub fn message(&self) -> String {
        let side = if self.side == Side::Customer { 'c' } else { 'a' };
        let Mark { chat, sequence, due, .. } = self;
        format!("{BEGIN}{side}:{chat}:{sequence}:{due}; I would like to know when my order arrives, please")
    }

    /// Finds the mark in a pushed frame.
    pub fn find(frame: &str) -> Option<Self> {
        let start = frame.find(BEGIN)? + BEGIN.len();
        let (mark, _) = frame[start..].split_once(';')?;
        let mut parts = mark.split(':');
        let side = match parts.next()? {
            "c" => Side::Customer,
            "a" => Side::Agent,
            _ => return None,
        };
        let mark = Self {
            side,
            chat: parts.next()?.parse().ok()?,
            sequence: parts.next()?.parse().ok()?,
            due: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(mark)
    }
}

/// What one side has received of the other.
#[derive(Debug, Default)]
pub struct Book {
    /// From when it was to be sent to when it was received.
    pub latencies: Latencies,
    /// Messages received.
    pub received: u64,
    /// Messages that came again, or before an earlier one.
    pub disordered: u64,
    /// The sequence number that comes next, by chat.
    next: std::collections::HashMap<usize, u32>,
}

impl Book {
    /// Enters a message received at `now`, in nanoseconds since the load began.
    pub fn enter(&mut self, mark: Mark, now: u64) {
        let next = self.next.entry(mark.chat).or_default();
        if mark.sequence == *next {
            self.received += 1;
            *next += 1;
            self.latencies.add(Duration::from_nanos(now.saturating_sub(mark.due)));
        } else {
            self.disordered += 1;
            *next = (*next).max(mark.sequence + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_the_frame_it_is_pushed_in() {
        let mark = Mark { side: Side::Agent, chat: 17, sequence: 3, due: 123_456_789 };
        let content = serde_json::json!({"Content": mark.message(), "Type": "MESSAGE"}).to_string();
        let frame = serde_json::json!({"topic": "aws/chat", "content": content}).to_string();
        assert_eq!(Mark::find(&frame), Some(mark));
        for frame in ["", "bench:", "bench:x:1:2:3;", "bench:c:1:2;", "bench:c:1:2:3:4;", "bench:c:1:2:x;"] {
            assert_eq!(Mark::find(frame), None, "{frame}");
        }
    }

    #[test]
    fn what_is_lost_or_doubled_is_noticed() {
        for (sequences, received, disordered) in
            [(&[0, 1, 2][..], 3, 0), (&[0, 0, 1], 2, 1), (&[0, 2, 3], 2, 1), (&[1, 0], 0, 2)]
        {
            let mut book = Book::default();
            for &sequence in sequences {
                book.enter(Mark { side: Side::Customer, chat: 1, sequence, due: 5 }, 9);
            }
            assert_eq!((book.received, book.disordered), (received, disordered), "{sequences:?}");
        }
    }
}
