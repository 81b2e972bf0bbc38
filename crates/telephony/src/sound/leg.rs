//! The sound of one leg, both ways.

use contacts::call::{CallEvent, KeyRules};
use media::MediaTime;
use media::Receiver;
use media::codec::{Encoder, LONGEST_FRAME, LONGEST_PAYLOAD};
use media::dtmf::{Digit, EventReceiver, EventSender, Sending, event_payload};
use model::ParticipantId;
use uuid::Uuid;

use super::clip::Playing;
use super::gather::{Gather, Gathered};
use super::{Arrived, Form, Outgoing, Playlist, RATE};

/// What a party is busy with besides listening to others.
enum Task {
    Play(Uuid),
    Gather { gather: Uuid, keys: Gather, error: Option<String> },
}

/// One leg.
pub(super) struct Leg {
    form: Form,
    receiver: Receiver,
    source: Option<u32>,
    keys_in: EventReceiver,
    keys_out: EventSender,
    encoder: Encoder,
    said: [i16; LONGEST_FRAME],
    payload: Vec<u8>,
    timestamp: u32,
    event_timestamp: u32,
    fresh: bool,
    playing: Option<Playing>,
    task: Option<Task>,
}

impl Leg {
    pub(super) fn new(form: Form, seed: u32) -> Self {
        Self {
            form,
            receiver: Receiver::new(form.codec, RATE, seed),
            source: None,
            keys_in: EventReceiver::default(),
            keys_out: EventSender::default(),
            encoder: Encoder::new(form.codec, RATE),
            said: [0; LONGEST_FRAME],
            payload: Vec::with_capacity(LONGEST_PAYLOAD),
            timestamp: seed,
            event_timestamp: seed,
            fresh: true,
            playing: None,
            task: None,
        }
    }

    /// The same leg in other packets.
    pub(super) fn reform(&mut self, form: Form, seed: u32) {
        let before = std::mem::replace(self, Self::new(form, seed));
        (self.playing, self.task) = (before.playing, before.task);
        self.keys_out = before.keys_out;
    }

    pub(super) fn play(&mut self, play: Uuid, list: Playlist, repeat: bool) {
        self.playing = Some(Playing::new(list, repeat));
        self.task = (!repeat).then_some(Task::Play(play));
    }

    pub(super) fn gather(&mut self, gather: Uuid, list: Playlist, rules: KeyRules, error: Option<String>) {
        self.playing = Some(Playing::new(list, false));
        self.task = Some(Task::Gather { gather, keys: Gather::new(rules), error });
    }

    pub(super) fn stop(&mut self) {
        (self.playing, self.task) = (None, None);
    }

    pub(super) fn send_digits(&mut self, digits: &str) {
        let known: String =
            digits.chars().filter(|key| *key == ',' || Digit::try_from(*key).is_ok()).collect();
        // Only keys are left, so there is nothing to refuse.
        let _ = self.keys_out.push(&known);
    }

    pub(super) fn key(
        &mut self,
        now: MediaTime,
        party: ParticipantId,
        key: char,
        events: &mut Vec<CallEvent>,
    ) {
        let Some(Task::Gather { keys, .. }) = &mut self.task else { return };
        self.playing = None;
        let done = keys.key(now, key);
        self.finish(party, done, events);
    }

    pub(super) fn arrived(
        &mut self,
        now: MediaTime,
        party: ParticipantId,
        packet: Arrived,
        events: &mut Vec<CallEvent>,
    ) {
        if self.source != Some(packet.ssrc) {
            if self.source.is_some() {
                self.receiver.reset();
                self.keys_in.reset();
            }
            self.source = Some(packet.ssrc);
        }
        if self.form.is_event(packet.payload_type) {
            if let Some(digit) = self.keys_in.received(packet.timestamp, packet.payload) {
                self.key(now, party, digit.as_char(), events);
            }
        } else if packet.payload_type == self.form.payload_type {
            self.receiver.insert(now, packet.sequence, packet.timestamp, false, packet.payload);
        }
    }

    /// Takes the next frame of what the far end says.
    pub(super) fn listen(&mut self, now: MediaTime) {
        self.receiver.pull(now, &mut self.said[..RATE.frame()]);
    }

    /// The frame that the far end has said.
    pub(super) fn said(&self) -> &[i16] {
        &self.said[..RATE.frame()]
    }

    /// Sends a frame: keys, what is played, or `frame`, which holds what others say.
    pub(super) fn speak(
        &mut self,
        now: MediaTime,
        party: ParticipantId,
        frame: &mut [i16],
        heard: bool,
        events: &mut Vec<CallEvent>,
        mut send: impl FnMut(Outgoing),
    ) {
        if let Some(playing) = &mut self.playing {
            if playing.fill(frame) {
                self.playing = None;
                match &mut self.task {
                    Some(Task::Play(play)) => {
                        events.push(CallEvent::Played { play: *play, party, error: None });
                        self.task = None;
                    }
                    Some(Task::Gather { keys, .. }) => keys.prompted(now),
                    None => {}
                }
            }
        } else if !heard {
            frame.fill(0);
        }
        if let Some(Task::Gather { keys, .. }) = &mut self.task {
            let done = keys.tick(now);
            self.finish(party, done, events);
        }
        let timestamp = self.timestamp;
        self.timestamp = timestamp.wrapping_add(self.form.codec.frame_units());
        match self.keys_out.tick() {
            Sending::Idle => {
                self.payload.clear();
                self.encoder.encode(frame, &mut self.payload);
                if self.payload.is_empty() {
                    return;
                }
                let marker = std::mem::take(&mut self.fresh);
                send(Outgoing {
                    payload_type: self.form.payload_type,
                    timestamp,
                    marker,
                    payload: &self.payload,
                });
            }
            Sending::Gap => self.fresh = true,
            Sending::Digit { digit, first, so_far_ms, packets } => {
                self.fresh = true;
                let Some(payload_type) = self.form.events else { return };
                if first {
                    self.event_timestamp = timestamp;
                }
                let duration = so_far_ms * (self.form.codec.clock_rate() / 1_000);
                let payload = event_payload(digit, packets > 1, u16::try_from(duration).unwrap_or(u16::MAX));
                for _ in 0..packets {
                    let timestamp = self.event_timestamp;
                    send(Outgoing { payload_type, timestamp, marker: first, payload: &payload });
                }
            }
        }
    }

    fn finish(&mut self, party: ParticipantId, done: Option<Gathered>, events: &mut Vec<CallEvent>) {
        let Some(Gathered { keys, timed_out }) = done else { return };
        self.playing = None;
        if let Some(Task::Gather { gather, error, .. }) = self.task.take() {
            events.push(CallEvent::Gathered { gather, party, keys, timed_out, error });
        }
    }
}
