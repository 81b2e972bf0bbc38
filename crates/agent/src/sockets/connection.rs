//! One websocket from its upgrade to its end; one task, one timer, no more.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use center::Center;
use contacts::transcript::content_type;
use engine::{Engine, Frame, Subscription};
use model::{ContactId, ParticipantId, Timestamp, UserId};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;
use wire::guard::Draining;

use super::SocketLimits;
use super::frame::{self, Request};
use super::places::Place;
use crate::softphone::{self, Line};

/// How long a client may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(5);
/// The server asks for patience: what was missed is in the transcript.
const TRY_AGAIN: u16 = close_code::AGAIN;

/// Who is at the other end.
#[derive(Debug)]
pub(super) enum Party {
    /// An agent with all their contacts.
    Agent {
        /// The user.
        user: UserId,
        /// Key of the sign-in.
        session: String,
    },
    /// An agent in one chat only.
    AgentInChat {
        /// Their participant id.
        participant: ParticipantId,
        /// The chat.
        chain: ContactId,
        /// Key of the sign-in.
        session: String,
    },
    /// An agent who takes the customer's part in a guide.
    Guided {
        /// Participant id.
        participant: ParticipantId,
        /// Key of the sign-in.
        session: String,
    },
    /// A customer or custom participant.
    Participant {
        /// Participant id.
        participant: ParticipantId,
    },
}

impl Party {
    /// The topics there are for the party.
    fn topics(&self) -> &'static [&'static str] {
        match self {
            Self::Agent { .. } => &["aws/chat", "aws/task", softphone::TOPIC],
            _ => &["aws/chat"],
        }
    }
}

/// Everything a socket has before it is open.
pub(super) struct Seat {
    pub limits: SocketLimits,
    pub center: Arc<Center>,
    pub engine: Arc<Engine>,
    pub party: Party,
    pub subscription: Subscription,
    pub expires_at: Timestamp,
    pub draining: Option<Draining>,
    pub place: Option<Place>,
}

/// Why a socket is closed: code and reason.
type Ending = (u16, &'static str);

impl Seat {
    /// Serves the socket until it ends.
    pub(super) async fn run(self, mut socket: WebSocket) {
        let Seat { limits, center, engine, party, mut subscription, expires_at, draining, place } = self;
        let life = expires_at.since(engine.now()).max(0).unsigned_abs();
        let mut open = Open {
            limits,
            center,
            engine,
            party,
            id: Uuid::new_v4(),
            topics: Vec::new(),
            heard: Instant::now(),
            until: Instant::now() + Duration::from_millis(life),
            until_reason: (close_code::POLICY, "The token has expired."),
        };
        let ending = open.serve(&mut socket, &mut subscription, draining).await;
        // The party's place is free for its next socket while this one says goodbye.
        drop((subscription, place));
        farewell(socket, ending).await;
    }
}

struct Open {
    limits: SocketLimits,
    center: Arc<Center>,
    engine: Arc<Engine>,
    party: Party,
    id: Uuid,
    topics: Vec<&'static str>,
    /// When the client was last heard.
    heard: Instant,
    /// When the socket ends whatever happens, and why.
    until: Instant,
    until_reason: Ending,
}

impl Open {
    /// None = the client has gone by itself.
    async fn serve(
        &mut self,
        socket: &mut WebSocket,
        subscription: &mut Subscription,
        draining: Option<Draining>,
    ) -> Option<Ending> {
        let mut ending = std::pin::pin!(async move {
            match draining {
                Some(draining) => draining.wait().await,
                None => std::future::pending().await,
            }
        });
        let mut deadline = std::pin::pin!(sleep_until(self.deadline()));
        loop {
            tokio::select! {
                frame = subscription.frames.recv() => match frame {
                    Some(frame) => {
                        let Some(text) = self.deliver(&frame) else { continue };
                        if socket.send(Message::Text(text.into())).await.is_err() {
                            return None;
                        }
                        if self.until < deadline.deadline() {
                            deadline.as_mut().reset(self.until);
                        }
                    }
                    None => return Some(self.cut_off().await),
                },
                message = socket.recv() => {
                    self.heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            for answer in self.answer(&text).await {
                                if socket.send(Message::Text(answer.into())).await.is_err() {
                                    return None;
                                }
                            }
                        }
                        Some(Ok(Message::Binary(_))) => {
                            let answer = frame::error("Bad Request", self.id);
                            if socket.send(Message::Text(answer.into())).await.is_err() {
                                return None;
                            }
                        }
                        // The library answers pings itself.
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_))) | None => return None,
                        Some(Err(_)) => return Some((close_code::SIZE, "The message is too large or no message.")),
                    }
                }
                () = &mut deadline => {
                    // Frames of the client do not move the timer; it looks when it is due.
                    let now = Instant::now();
                    if now >= self.until {
                        return Some(self.until_reason);
                    }
                    if now >= self.heard + self.limits.silence {
                        return Some((close_code::POLICY, "Nothing was heard of the client."));
                    }
                    deadline.as_mut().reset(self.deadline());
                }
                () = &mut ending => return Some((close_code::AWAY, "The server is stopping.")),
            }
        }
    }

    fn deadline(&self) -> Instant {
        self.until.min(self.heard + self.limits.silence)
    }

    /// The text of a pushed frame, if the client has subscribed to its topic and the frame is for it.
    fn deliver(&mut self, frame: &Frame) -> Option<String> {
        if !self.topics.contains(&frame.topic) {
            return None;
        }
        if let Party::AgentInChat { chain, .. } = &self.party
            && !of_chain(&frame.content, *chain)
        {
            return None;
        }
        if !matches!(self.party, Party::Agent { .. }) && ends_chat(&frame.content) {
            self.until = self.until.min(Instant::now() + self.limits.after_end);
            self.until_reason = (close_code::NORMAL, "The chat is over.");
        }
        Some(frame::push(frame.topic, &frame.content))
    }

    async fn answer(&mut self, text: &str) -> Vec<String> {
        match Request::read(text) {
            Request::Heartbeat => vec![frame::HEARTBEAT.to_owned()],
            Request::Ping => vec![frame::PING.to_owned()],
            Request::Subscribe(topics) => self.subscribe(&topics).await,
            Request::Softphone(frame) => match self.party {
                Party::Agent { user, .. } => {
                    let line = Line { center: &self.center, engine: &self.engine, user };
                    line.answer(*frame).await.into_iter().collect()
                }
                _ => vec![frame::error("Forbidden", self.id)],
            },
            Request::Push(_) => vec![frame::error("Forbidden", self.id)],
            Request::Malformed => vec![frame::error("Bad Request", self.id)],
        }
    }

    /// One frame for the topics that are delivered from now on, one for those that cannot be.
    async fn subscribe(&mut self, asked: &[String]) -> Vec<String> {
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for topic in asked {
            match self.party.topics().iter().find(|known| *known == topic) {
                Some(known) if self.is_ready(known).await => {
                    if !self.topics.contains(known) {
                        self.topics.push(known);
                    }
                    taken.push(*known);
                }
                _ => refused.push(topic.as_str()),
            }
        }
        let mut answers = Vec::new();
        if !taken.is_empty() {
            answers.push(frame::subscribed(true, &taken));
        }
        if !refused.is_empty() {
            answers.push(frame::subscribed(false, &refused));
        }
        answers
    }

    /// A customer's or bot's first subscription is what connects them to the chat.
    async fn is_ready(&self, topic: &str) -> bool {
        let (Party::Participant { participant } | Party::Guided { participant, .. }) = self.party else {
            return true;
        };
        if topic != "aws/chat" || self.topics.contains(&"aws/chat") {
            return true;
        }
        match self.engine.apply(|core, cx| core.participant_connected(cx, participant)).await {
            Ok(Ok(())) => true,
            Ok(Err(refusal)) => {
                tracing::debug!(%participant, %refusal, "a subscription was refused");
                false
            }
            Err(error) => {
                tracing::warn!(%participant, %error, "a subscription has to be tried again");
                false
            }
        }
    }

    /// The engine has ended the subscription: the party is gone, or its socket fell behind.
    async fn cut_off(&self) -> Ending {
        let signed_out = (close_code::POLICY, "The agent has signed out.");
        let over = (close_code::NORMAL, "The chat is over.");
        let why = |core: &contacts::Core, now| match &self.party {
            Party::Agent { user, session } => {
                let here = core.session(session, now).is_some_and(|session| session.user == *user);
                (!here).then_some(signed_out)
            }
            Party::AgentInChat { session, .. } | Party::Guided { session, .. }
                if core.session(session, now).is_none() =>
            {
                Some(signed_out)
            }
            Party::AgentInChat { participant, .. }
            | Party::Guided { participant, .. }
            | Party::Participant { participant } => core.speaker(*participant).is_err().then_some(over),
        };
        let too_slow = (TRY_AGAIN, "The client was too slow. Connect again and read the transcript.");
        self.engine.read(why).await.ok().flatten().unwrap_or(too_slow)
    }
}

fn of_chain(content: &str, chain: ContactId) -> bool {
    let item: Value = serde_json::from_str(content).unwrap_or_default();
    item["InitialContactId"].as_str() == Some(chain.to_string().as_str())
}

fn ends_chat(content: &str) -> bool {
    // Most items are told apart without reading them.
    content.contains(content_type::ENDED)
        && serde_json::from_str::<Value>(content).is_ok_and(|item| item["ContentType"] == content_type::ENDED)
}

/// Says goodbye, or answers the client's, and reads on for a moment so that the close frame is not lost with what is
/// unread.
async fn farewell(mut socket: WebSocket, ending: Option<Ending>) {
    // Whether the client hears it is its own affair from here on.
    let _ = timeout(FAREWELL, async {
        if let Some((code, reason)) = ending {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            if socket.send(close).await.is_err() {
                return;
            }
        }
        while let Some(Ok(_)) = socket.recv().await {}
    })
    .await;
}
