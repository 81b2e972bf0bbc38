//! The softphone's signalling: how an agent's page brings up the sound of its calls (spec 11 §4).
//!
//! Requests come up the agent's websocket in the topic `aws/softphone`, each with an id that its answer repeats. The
//! sound of a call comes up while it rings; whether it is heard is decided by the core, not here. An invite for a call
//! that has sound already replaces that leg.

pub(crate) mod media_info;
mod message;

use std::sync::Arc;

use center::telephony::{OfferRefused, WebAnswer, WebOffer};
use center::{Center, TokenKind};
use contacts::Core;
use contacts::agent::LegState;
use contacts::call::{CallCommand, CallEvent, HangUpCause};
use engine::Engine;
use model::{Channel, ContactId, ParticipantId, UserId};
use serde_json::{Value, json};

pub(crate) use message::Frame;
use message::{Failure, Method, Params};

/// The topic.
pub(crate) const TOPIC: &str = "aws/softphone";
/// How long a page may keep a connection that no call uses, in milliseconds.
const INACTIVITY_MS: u64 = 60_000;

/// The agent at the other end of a websocket.
pub(crate) struct Line<'a> {
    pub center: &'a Center,
    pub engine: &'a Arc<Engine>,
    pub user: UserId,
}

impl Line<'_> {
    /// The frame that answers a frame, if it wants an answer.
    pub(crate) async fn answer(&self, frame: Frame) -> Option<String> {
        let method = frame.method.as_ref()?;
        let said = match Method::parse(method) {
            Some(method) => match frame.params() {
                Ok(params) => self.follow(method, params).await,
                Err(failure) => Err(failure),
            },
            None => Err(Failure::bad_request("There is no such method.")),
        };
        tracing::debug!(user = %self.user, method, refused = ?said.as_ref().err(), "the softphone asks");
        Some(frame.answer(said))
    }

    async fn follow(&self, method: Method, params: Params) -> Result<Value, Failure> {
        match method {
            Method::Invite => self.invite(params).await,
            Method::Accept => self.call(&params).await.map(|_| json!({})),
            // Without shared connections there is nothing to do.
            Method::ConnectContact | Method::DisconnectContact => Ok(json!({})),
            Method::Bye => {
                self.bye(&params).await;
                Ok(json!({}))
            }
        }
    }

    async fn invite(&self, params: Params) -> Result<Value, Failure> {
        if params.ice_restart {
            return Err(Failure::bad_request("Stale Peer Connection"));
        }
        let Some(sdp) = params.sdp.clone() else { return Err(Failure::bad_request("The sdp is missing.")) };
        let (party, room) = self.call(&params).await?;
        if self.party_of(&params) != Some(party) {
            return Err(Failure::new(403, "The callContextToken is not that of this call."));
        }
        let telephony = self.center.telephony().ok_or(Failure::new(500, "This server has no telephony."))?;
        let answer = telephony.offer(self.engine, WebOffer { party, room, sdp }).await;
        let answer = answer.map_err(|refused| match &refused {
            OfferRefused::Wrong(why) => Failure::bad_request(why),
            OfferRefused::Busy => Failure::new(486, refused.to_string()),
            OfferRefused::Unavailable => Failure::new(500, refused.to_string()),
        })?;
        // The call may have ended meanwhile, which the leg has not heard of.
        if let Err(failure) = self.call(&params).await {
            self.hang_up(party);
            return Err(failure);
        }
        Ok(result(&answer))
    }

    async fn bye(&self, params: &Params) {
        let Some(party) = self.party_of(params) else { return };
        self.hang_up(party);
        let gone = CallEvent::HungUp { party, lost: false };
        if let Err(error) = self.engine.apply(|core, cx| core.call_event(cx, gone)).await {
            tracing::warn!(%error, "the end of an agent's sound was not told");
        }
    }

    fn hang_up(&self, party: ParticipantId) {
        if let Some(telephony) = self.center.telephony() {
            telephony.command(self.engine, CallCommand::HangUp { party, cause: HangUpCause::Normal });
        }
    }

    /// The agent's party in the call of the request, and the room.
    async fn call(&self, params: &Params) -> Result<(ParticipantId, ContactId), Failure> {
        let missing = Failure::new(404, "The agent has no such call.");
        let contact: ContactId =
            params.contact_id.as_deref().and_then(|text| text.parse().ok()).ok_or(missing.clone())?;
        let user = self.user;
        let found = self.engine.read(|core, _| part(core, user, contact)).await;
        found
            .map_err(|_| Failure::new(500, "The server cannot do this now. Try again in a moment."))?
            .ok_or(missing)
    }

    /// The party that the request's token is of.
    fn party_of(&self, params: &Params) -> Option<ParticipantId> {
        let text = params.call_context_token.as_deref()?;
        let token = self.center.tokens().check(text, &[TokenKind::Softphone], self.engine.now()).ok()?;
        let contact = params.contact_id.as_deref()?;
        let fits = token.instance == self.engine.id() && token.object.to_string() == contact;
        fits.then_some(ParticipantId(token.subject))
    }
}

fn part(core: &Core, user: UserId, contact: ContactId) -> Option<(ParticipantId, ContactId)> {
    let leg = core.agent(user)?.leg(contact)?;
    let alive = matches!(leg.state, LegState::Connecting | LegState::Connected);
    (alive && leg.channel == Channel::Voice).then_some((leg.participant, leg.chain))
}

fn result(answer: &WebAnswer) -> Value {
    let mid = answer.sdp.lines().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or("0").trim();
    let candidates: Vec<Value> = answer
        .candidates
        .iter()
        .map(|candidate| {
            json!({
                "candidate": candidate,
                "sdpMid": mid,
                "sdpMLineIndex": 0,
                "usernameFragment": answer.ufrag,
            })
        })
        .collect();
    json!({"sdp": answer.sdp, "candidates": candidates, "inactivityDuration": INACTIVITY_MS})
}
