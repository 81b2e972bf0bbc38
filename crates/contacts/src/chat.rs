//! What participants of a chat do: connect, write, signal, leave.

use std::sync::Arc;

use model::{Channel, ContactId, ItemId, ParticipantId, Timestamp, UserId};
use serde_json::{Value, json};

use crate::agent::LegState;
use crate::chain::{CustomBot, Role, StreamingEndpoint};
use crate::contact::{Stage, WaitsFor};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::monitoring::MonitorMode;
use crate::outcome::{Effect, Receipt, Visibility};
use crate::start::PastChat;
use crate::timer::Deadline;
use crate::token::fingerprint;
use crate::transcript::{Draft, content_type};
use crate::view_talk;

const BOT_CONNECT_WITHIN_MS: i64 = 15_000;
const STREAMS_PER_CHAT: usize = 2;
/// Longest JSON content of an interactive message or its answer, in characters.
const JSON_CHARACTERS: usize = 12_288;

/// A participant as far as a caller needs to know them.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// Participant.
    pub participant: ParticipantId,
    /// Role.
    pub role: Role,
    /// Name shown.
    pub display_name: String,
    /// The agent, if it is one.
    pub user: Option<UserId>,
    /// The contact they speak in.
    pub contact: ContactId,
    /// Its chain.
    pub chain: ContactId,
}

impl Core {
    /// Who a participant is, while the chat goes on for them.
    pub fn speaker(&self, participant: ParticipantId) -> Result<Speaker, Refusal> {
        let over = || access_denied("The chat is over, or the participant has left it.");
        let member = self.members.get(&participant).ok_or_else(over)?;
        let chain =
            self.chains.get(&member.chain).filter(|chain| chain.ended_at.is_none()).ok_or_else(over)?;
        if chain.channel == Channel::Voice {
            return Err(access_denied("This is a call; it has no chat."));
        }
        let (role, display_name, user, contact) = match member.role {
            MemberRole::Customer => {
                let customer = chain.customer.as_ref().ok_or_else(over)?;
                (Role::Customer, customer.display_name.clone(), None, chain.current)
            }
            MemberRole::Bot => {
                let bot = chain.bot.as_ref().ok_or_else(over)?;
                (Role::CustomBot, bot.display_name.clone(), None, chain.current)
            }
            MemberRole::Agent(user, contact) => {
                let entry = self.contacts.get(&contact).ok_or_else(over)?;
                let mine = entry.agent.as_ref().is_some_and(|part| part.participant == participant)
                    || entry.offer.as_ref().is_some_and(|offer| offer.participant == participant);
                if !mine || entry.is_disconnected() {
                    return Err(over());
                }
                (Role::Agent, self.agent_display_name(user), Some(user), contact)
            }
            MemberRole::Supervisor(user, contact) => {
                (Role::Supervisor, self.agent_display_name(user), Some(user), contact)
            }
        };
        Ok(Speaker { participant, role, display_name, user, contact, chain: chain.id })
    }

    /// Whether a participant may still read: also an agent in after-contact work.
    pub fn may_read(&self, participant: ParticipantId) -> Option<Member> {
        let member = *self.members.get(&participant)?;
        match member.role {
            MemberRole::Agent(user, contact) => {
                let leg = self.agents.get(&user)?.leg(contact)?;
                let held = !matches!(leg.state, LegState::Missed | LegState::Rejected | LegState::Error);
                (held && self.contacts.contains_key(&contact)).then_some(member)
            }
            _ => self.chains.get(&member.chain).filter(|chain| chain.ended_at.is_none()).map(|_| member),
        }
    }

    /// A customer's or bot's client is connected (websocket subscribed, or acknowledged): the flow may begin.
    pub fn participant_connected(&mut self, cx: &mut Cx, participant: ParticipantId) -> Result<(), Refusal> {
        let speaker = self.speaker(participant)?;
        let chain = self.chains.get_mut(&speaker.chain).expect("a speaker has a chain");
        match speaker.role {
            Role::Customer => {
                let customer = chain.customer.as_mut().expect("a customer has an entry");
                if customer.connected_at.is_some() {
                    return Ok(());
                }
                customer.connected_at = Some(cx.now);
                let rehydrated = !chain.past.is_empty();
                let contact = chain.current;
                self.touch_chain(speaker.chain);
                self.timers.set(Deadline::ConnectBy(speaker.chain), None);
                let joined =
                    Draft::event(content_type::JOINED, participant, &speaker.display_name, Role::Customer);
                self.append_item(cx, speaker.chain, contact, joined);
                if rehydrated {
                    let event = Draft::event(
                        content_type::REHYDRATED,
                        participant,
                        &speaker.display_name,
                        Role::Customer,
                    );
                    self.append_item(cx, speaker.chain, contact, event);
                }
                let entry = self.contacts.get_mut(&contact).expect("the current contact is live");
                if entry.stage == Stage::Created {
                    entry.stage = Stage::InFlow;
                    entry.connected_to_system_at = Some(cx.now);
                    self.touch_contact(contact);
                    self.contact_event(cx, contact, "CONNECTED_TO_SYSTEM", &[]);
                    self.run_flow(cx, contact, flows::Resume::Start);
                }
            }
            Role::CustomBot => {
                let bot = chain.bot.as_mut().expect("a bot has an entry");
                if bot.connected {
                    return Ok(());
                }
                bot.connected = true;
                self.timers.set(Deadline::BotConnectBy(speaker.chain), None);
                self.touch_chain(speaker.chain);
                let joined =
                    Draft::event(content_type::JOINED, participant, &speaker.display_name, Role::CustomBot);
                self.append_item(cx, speaker.chain, speaker.contact, joined);
            }
            _ => {}
        }
        Ok(())
    }

    /// A message. The same token gives the same item.
    pub fn send_message(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        kind: &str,
        content: &str,
        client_token: Option<&str>,
    ) -> Result<(ItemId, Timestamp), Refusal> {
        let speaker = self.speaker(participant)?;
        if let Some(earlier) = self.earlier_item(&speaker, client_token) {
            return Ok(earlier);
        }
        self.check_can_speak(&speaker)?;
        self.check_content(&speaker, kind, content)?;
        let hidden = speaker.role == Role::Customer && self.hides_answer(speaker.contact, content);
        let (kept_kind, kept) = match hidden {
            true => (content_type::INTERACTIVE_RESPONSE, view_talk::hidden_answer()),
            false => (kind, content.to_owned()),
        };
        let draft = Draft {
            token: client_token.map(|token| token_key(participant, token)),
            ..Draft::message(kept_kind, &kept, participant, &speaker.display_name, speaker.role)
        };
        let id = self.append_item(cx, speaker.chain, speaker.contact, draft);
        self.somebody_spoke(cx, &speaker);
        if speaker.role == Role::Customer {
            self.customer_spoke(cx, speaker.contact, content, kind);
        }
        Ok((id, cx.now))
    }

    /// An event: typing, receipts, acknowledgements.
    pub fn send_event(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        kind: &str,
        content: Option<&str>,
        client_token: Option<&str>,
    ) -> Result<(ItemId, Timestamp), Refusal> {
        let speaker = self.speaker(participant)?;
        if let Some(earlier) = self.earlier_item(&speaker, client_token) {
            return Ok(earlier);
        }
        match kind {
            content_type::TYPING => {
                self.check_can_speak(&speaker)?;
                let draft = Draft::event(kind, participant, &speaker.display_name, speaker.role);
                Ok((self.push_only(cx, speaker.chain, speaker.contact, draft), cx.now))
            }
            content_type::ACKNOWLEDGED => {
                self.participant_connected(cx, participant)?;
                Ok((cx.id(), cx.now))
            }
            content_type::DELIVERED | content_type::READ => {
                let message = content
                    .and_then(|text| serde_json::from_str::<Value>(text).ok())
                    .and_then(|value| value.get("messageId")?.as_str().map(str::to_owned))
                    .filter(|id| id.parse::<ItemId>().is_ok())
                    .ok_or_else(|| invalid_parameter("Content must be a JSON text with the messageId."))?;
                // Nobody learns that somebody listens.
                if speaker.role != Role::Supervisor || self.has_barged(&speaker) {
                    self.receipt(cx, &speaker, message, kind == content_type::READ);
                }
                Ok((cx.id(), cx.now))
            }
            _ => Err(invalid_parameter(format!("Events of type '{kind}' cannot be sent by participants."))),
        }
    }

    /// A participant leaves. A customer's leaving ends the chat.
    pub fn disconnect_participant(&mut self, cx: &mut Cx, participant: ParticipantId) -> Result<(), Refusal> {
        let speaker = self.speaker(participant)?;
        match speaker.role {
            Role::Customer => self.end_chain(cx, speaker.chain, Some("CUSTOMER_DISCONNECT")),
            Role::CustomBot => self.bot_left(cx, speaker.chain),
            Role::Agent => {
                let user = speaker.user.expect("an agent has a user");
                self.agent_leaves(cx, user, speaker.contact)?;
            }
            Role::Supervisor => {
                let user = speaker.user.expect("a supervisor has a user");
                self.stop_monitoring(cx, user, speaker.contact)?;
            }
            Role::System => {}
        }
        Ok(())
    }

    /// Brings in a custom participant; it must connect within 15 seconds.
    pub fn add_bot(
        &mut self,
        cx: &mut Cx,
        contact: ContactId,
        display_name: &str,
        client_token: Option<&str>,
    ) -> Result<(ParticipantId, Timestamp), Refusal> {
        let key = client_token.map(|token| format!("participant:{contact}:{token}"));
        let print = fingerprint(&[display_name]);
        if let Some(key) = &key
            && let Some(answer) = self.repeated(key, print, cx.now)?
            && let Ok(answer) = serde_json::from_value(answer)
        {
            return Ok(answer);
        }
        let entry = self.contacts.get(&contact).ok_or_else(|| Refusal::no_contact(contact))?;
        if entry.channel != model::Channel::Chat || entry.is_disconnected() {
            return Err(invalid_request(
                "Participants can be added to chats that go on, and to no other contacts.",
            ));
        }
        if entry.agent.is_some() {
            return Err(invalid_request("An agent is on the chat; a custom participant cannot be added."));
        }
        let chain_id = entry.chain;
        let chain = self.chains.get_mut(&chain_id).expect("a contact has a chain");
        if chain.bot.is_some() {
            return Err(limit_exceeded("The chat has a custom participant already."));
        }
        let participant: ParticipantId = cx.id();
        let connect_by = cx.now + BOT_CONNECT_WITHIN_MS;
        chain.bot = Some(CustomBot {
            participant,
            display_name: display_name.to_owned(),
            connect_by,
            connected: false,
        });
        let expires_at = chain.expires_at.unwrap_or(connect_by);
        self.members.insert(participant, Member { chain: chain_id, role: MemberRole::Bot });
        self.touch_chain(chain_id);
        self.timers.set(Deadline::BotConnectBy(chain_id), Some(connect_by));
        if let Some(key) = key {
            self.remember(cx, key, print, serde_json::json!((participant, expires_at)));
        }
        Ok((participant, expires_at))
    }

    pub(crate) fn bot_never_came(&mut self, cx: &mut Cx, chain_id: ContactId) {
        let Some(chain) = self.chains.get_mut(&chain_id) else { return };
        let current = chain.current;
        let Some(bot) = chain.bot.take_if(|bot| !bot.connected) else { return };
        self.members.remove(&bot.participant);
        self.out.effects.push(Effect::ParticipantLeft(bot.participant));
        self.touch_chain(chain_id);
        self.bot_is_gone(cx, current);
    }

    /// A flow that waits for the custom participant to finish goes on.
    fn bot_is_gone(&mut self, cx: &mut Cx, contact: ContactId) {
        let flow = self.contacts.get(&contact).and_then(|contact| contact.flow.as_ref());
        if flow.is_some_and(|flow| flow.waits_for_bot) {
            self.run_flow(cx, contact, flows::Resume::BotDisconnected);
        }
    }

    /// Takes a custom participant out.
    pub(crate) fn bot_left(&mut self, cx: &mut Cx, chain_id: ContactId) {
        let Some(chain) = self.chains.get_mut(&chain_id) else { return };
        let current = chain.current;
        let Some(bot) = chain.bot.take() else { return };
        self.members.remove(&bot.participant);
        self.out.effects.push(Effect::ParticipantLeft(bot.participant));
        self.timers.set(Deadline::BotConnectBy(chain_id), None);
        self.touch_chain(chain_id);
        if bot.connected {
            let left = Draft::event(content_type::LEFT, bot.participant, &bot.display_name, Role::CustomBot);
            self.append_item(cx, chain_id, current, left);
        }
        self.bot_is_gone(cx, current);
    }

    /// Sends every item of a chat to one more endpoint from now on.
    pub fn start_streaming(
        &mut self,
        cx: &mut Cx,
        contact: ContactId,
        endpoint: &str,
    ) -> Result<String, Refusal> {
        let entry = self.contacts.get(&contact).ok_or_else(|| Refusal::no_contact(contact))?;
        if entry.channel != model::Channel::Chat || entry.is_disconnected() {
            return Err(invalid_request("Only chats that go on can be streamed."));
        }
        let chain_id = entry.chain;
        let chain = self.chains.get_mut(&chain_id).expect("a contact has a chain");
        if let Some(stream) = chain.streams.iter().find(|stream| stream.endpoint == endpoint) {
            return Ok(stream.id.clone());
        }
        if chain.streams.len() >= STREAMS_PER_CHAT {
            return Err(limit_exceeded(format!(
                "A chat is streamed to at most {STREAMS_PER_CHAT} endpoints."
            )));
        }
        let id = cx.id::<uuid::Uuid>().to_string();
        chain.streams.push(StreamingEndpoint { id: id.clone(), endpoint: endpoint.to_owned() });
        self.touch_chain(chain_id);
        Ok(id)
    }

    /// Ends a stream.
    pub fn stop_streaming(&mut self, contact: ContactId, stream: &str) -> Result<(), Refusal> {
        let entry = self.contacts.get(&contact).ok_or_else(|| Refusal::no_contact(contact))?;
        let chain_id = entry.chain;
        let chain = self.chains.get_mut(&chain_id).expect("a contact has a chain");
        let before = chain.streams.len();
        chain.streams.retain(|entry| entry.id != stream);
        if chain.streams.len() == before {
            return Err(not_found(format!("The contact has no stream {stream}.")));
        }
        self.touch_chain(chain_id);
        Ok(())
    }

    /// Lets a chat continue an earlier one: its transcript is shown too, its attributes are copied.
    pub fn continue_chat(&mut self, cx: &mut Cx, contact: ContactId, past: PastChat) -> Result<(), Refusal> {
        let entry = self.contacts.get_mut(&contact).ok_or_else(|| Refusal::no_contact(contact))?;
        if entry.channel != model::Channel::Chat || entry.is_disconnected() {
            return Err(invalid_request("Only chats that go on can continue an earlier one."));
        }
        let chain_id = entry.chain;
        let chain = self.chains.get_mut(&chain_id).expect("a contact has a chain");
        if !chain.past.is_empty() {
            return Err(invalid_request("The chat continues an earlier one already."));
        }
        let mut attributes = past.attributes;
        attributes.extend(chain.attributes.clone());
        crate::attributes::check_attributes(&attributes)?;
        chain.attributes = attributes;
        chain.past = past.chains;
        entry.related = Some(past.continued_from);
        let customer = chain.customer.clone();
        self.touch_chain(chain_id);
        self.contact_changed(cx, contact, &["UserDefinedAttributes"]);
        if let Some(customer) = customer.filter(|customer| customer.connected_at.is_some()) {
            let event = Draft::event(
                content_type::REHYDRATED,
                customer.participant,
                &customer.display_name,
                Role::Customer,
            );
            self.append_item(cx, chain_id, contact, event);
        }
        Ok(())
    }

    pub(crate) fn customer_never_came(&mut self, cx: &mut Cx, chain: ContactId) {
        self.end_chain(cx, chain, Some("OTHER"));
    }

    pub(crate) fn chat_expired(&mut self, cx: &mut Cx, chain: ContactId) {
        self.end_chain(cx, chain, None);
    }

    /// The name customers see for an agent.
    pub fn agent_display_name(&self, user: UserId) -> String {
        self.directory.user(user).map_or_else(
            || "Agent".to_owned(),
            |user| user.identity_info.first_name.clone().unwrap_or_else(|| user.username.clone()),
        )
    }

    fn customer_spoke(&mut self, cx: &mut Cx, contact: ContactId, text: &str, kind: &str) {
        let waits =
            self.contacts.get(&contact).and_then(|contact| contact.flow.as_ref()).map(|flow| flow.waits_for);
        let resume = match waits {
            Some(WaitsFor::Message) => {
                flows::Resume::CustomerMessage { text: text.to_owned(), content_type: kind.to_owned() }
            }
            Some(WaitsFor::CustomerReturn) => flows::Resume::CustomerReturned,
            Some(WaitsFor::View) => view_talk::answer(text),
            _ => return self.hold_for_bot(contact, text, kind),
        };
        self.run_flow(cx, contact, resume);
    }

    fn has_barged(&self, speaker: &Speaker) -> bool {
        self.contacts.get(&speaker.contact).is_some_and(|contact| {
            let part = contact.monitors.iter().find(|monitor| monitor.participant == speaker.participant);
            part.is_some_and(|monitor| monitor.mode == MonitorMode::Barge)
        })
    }

    fn earlier_item(&self, speaker: &Speaker, token: Option<&str>) -> Option<(ItemId, Timestamp)> {
        let key = token_key(speaker.participant, token?);
        self.chains.get(&speaker.chain)?.tokens.get(&key).copied()
    }

    /// Agents speak once they have accepted, customers and bots once they have connected, supervisors once they have
    /// barged.
    pub(crate) fn check_can_speak(&self, speaker: &Speaker) -> Result<(), Refusal> {
        let chain = self.chains.get(&speaker.chain).expect("a speaker has a chain");
        let ready = match speaker.role {
            Role::Agent => {
                self.contacts.get(&speaker.contact).is_some_and(|contact| contact.stage == Stage::Connected)
            }
            Role::Customer => chain.customer.as_ref().is_some_and(|customer| customer.connected_at.is_some()),
            Role::CustomBot => chain.bot.as_ref().is_some_and(|bot| bot.connected),
            Role::Supervisor => self.has_barged(speaker),
            Role::System => true,
        };
        if ready {
            return Ok(());
        }
        Err(access_denied("The participant is not connected to the chat yet."))
    }

    fn check_content(&self, speaker: &Speaker, kind: &str, content: &str) -> Result<(), Refusal> {
        let chain = self.chains.get(&speaker.chain).expect("a speaker has a chain");
        let accepted =
            chain.customer.as_ref().map(|customer| customer.content_types.as_slice()).unwrap_or_default();
        let characters = self.settings.message_characters;
        let (is_json, limit) = match kind {
            content_type::TEXT => (false, characters),
            content_type::MARKDOWN if accepted.iter().any(|one| one == kind) => (false, characters),
            content_type::MARKDOWN => {
                return Err(invalid_parameter(
                    "The chat was started without text/markdown among its SupportedMessagingContentTypes.",
                ));
            }
            content_type::JSON => (true, JSON_CHARACTERS),
            content_type::INTERACTIVE => (true, flows::interactive::SIZE_LIMIT),
            // The choice is either an object or just the title that was chosen.
            content_type::INTERACTIVE_RESPONSE if speaker.role == Role::Customer => (false, JSON_CHARACTERS),
            _ => {
                return Err(invalid_parameter(format!("Messages of type '{kind}' cannot be sent here.")));
            }
        };
        let length = content.chars().count();
        if length == 0 || length > limit {
            return Err(invalid_parameter(format!(
                "Content must have 1 to {limit} characters, not {length}."
            )));
        }
        if is_json && serde_json::from_str::<Value>(content).is_err() {
            return Err(invalid_parameter(format!("Content of type '{kind}' must be JSON.")));
        }
        if kind == content_type::INTERACTIVE {
            flows::interactive::check(content).map_err(|problem| invalid_parameter(problem.to_string()))?;
        }
        Ok(())
    }

    /// A receipt goes to the other side only, and is kept with the message.
    fn receipt(&mut self, cx: &mut Cx, speaker: &Speaker, message: String, read: bool) {
        self.out.receipts.push(Receipt {
            chain: speaker.chain,
            message: message.clone(),
            recipient: speaker.participant,
            delivered_at: Some(cx.now),
            read_at: read.then_some(cx.now),
        });
        let mut receipt = json!({
            "DeliveredTimestamp": cx.now.iso_millis(),
            "RecipientParticipantId": speaker.participant,
        });
        if read {
            receipt["ReadTimestamp"] = json!(cx.now.iso_millis());
        }
        let body: Arc<str> = json!({
            "AbsoluteTime": cx.now.iso_millis(),
            "ContentType": content_type::METADATA,
            "Id": cx.id::<ItemId>(),
            "Type": "MESSAGEMETADATA",
            "InitialContactId": speaker.chain,
            "ContactId": speaker.contact,
            "MessageMetadata": {"MessageId": message, "Receipts": [receipt]},
        })
        .to_string()
        .into();
        let side = match speaker.role {
            Role::Agent => Visibility::Customer,
            Role::Supervisor => Visibility::All,
            _ => Visibility::Agent,
        };
        self.push(speaker.chain, side, body);
    }
}

/// The key under which a sender's client token is remembered.
pub fn token_key(participant: ParticipantId, token: &str) -> String {
    format!("{participant}/{token}")
}
