//! Bots of flows: asked after a commit, answered by a command, and heard piece by piece where the customer wants it so.
//!
//! ```text
//! flow pauses ──► Effect::AskBot ──► bot_says, bot_says, … ──► bot_answered ──► flow goes on
//!                       ▲                 (pushed only)            (kept)
//!                       └── again after a restart
//! ```

use flows::run::Awaiting;
use flows::{BotError, BotReply, Message, Resume};
use model::{ContactId, Timestamp};

use crate::chain::{Reply, Role};
use crate::contact::{FlowRun, WaitsFor};
use crate::core::Core;
use crate::cx::Cx;
use crate::outcome::Effect;
use crate::transcript::{Draft, SYSTEM_NAME, content_type};

/// Messages that are kept for a bot that is at its reply; more are in the transcript only.
const HELD_MESSAGES: usize = 5;

impl Core {
    /// Has a bot asked.
    pub(crate) fn ask_bot(&mut self, id: ContactId, asked_at: Timestamp, call: flows::BotCall) {
        let chain = self.contacts.get(&id).and_then(|contact| self.chains.get(&contact.chain));
        let incremental = chain.is_some_and(|chain| chain.incremental);
        self.out.effects.push(Effect::AskBot { contact: id, asked_at, call, incremental });
    }

    /// A bot asked for a flow has answered. An answer to another question than the flow waits for is dropped.
    pub fn bot_answered(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        asked_at: Timestamp,
        answer: Result<BotReply, BotError>,
    ) {
        if !self.waits_for_reply(id, asked_at) {
            let event_flow = self.contacts.get(&id).and_then(|contact| contact.event_flow.as_ref());
            if awaits_bot(event_flow, asked_at) {
                self.run_event_flow(cx, id, Resume::Bot(answer));
            }
            return;
        }
        if answer.is_err() {
            // What the customer has read stays, as far as it came.
            let said = self.reply(id).map(|reply| reply.said.clone());
            said.map(|said| self.complete_reply(cx, id, &Message::Text(said)));
        }
        self.run_flow(cx, id, Resume::Bot(answer));
        self.hear_held(cx, id);
    }

    /// Keeps what the customer writes while a bot is at its reply; the bot hears it next.
    pub(crate) fn hold_for_bot(&mut self, id: ContactId, text: &str, kind: &str) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let asked =
            contact.flow.as_ref().is_some_and(|flow| matches!(flow.run.awaiting, Some(Awaiting::Bot { .. })));
        if asked && contact.held_messages.len() < HELD_MESSAGES {
            contact.held_messages.push((text.to_owned(), kind.to_owned()));
            self.touch_contact(id);
        }
    }

    /// Gives a bot that waits for the customer what was written meanwhile; where the flow went on it is for people.
    fn hear_held(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if contact.held_messages.is_empty() {
            return;
        }
        if contact.flow.as_ref().is_some_and(|flow| flow.waits_for == WaitsFor::Message) {
            let (text, content_type) = contact.held_messages.remove(0);
            self.run_flow(cx, id, Resume::CustomerMessage { text, content_type });
        } else {
            contact.held_messages.clear();
            self.touch_contact(id);
        }
    }

    /// The next piece of a reply that a bot is at: pushed at once, and kept when the reply is complete. False when
    /// nobody waits for the reply any more.
    pub fn bot_says(&mut self, cx: &mut Cx, id: ContactId, asked_at: Timestamp, piece: &str) -> bool {
        if !self.waits_for_reply(id, asked_at) {
            return false;
        }
        let Some(chain) = self.contacts.get(&id).map(|contact| contact.chain) else { return false };
        let begun = self.reply(id).filter(|reply| reply.asked_at == asked_at).cloned();
        let fresh = || Reply { item: cx.id(), asked_at, pieces: 0, said: String::new() };
        let mut reply = begun.unwrap_or_else(fresh);
        reply.pieces += 1;
        reply.said.push_str(piece);
        let Some(entry) = self.chains.get_mut(&chain) else { return false };
        let draft = Draft::message(content_type::TEXT, piece, entry.system, SYSTEM_NAME, Role::System);
        entry.reply = Some(reply.clone());
        self.push_piece(cx, chain, id, reply.item, &draft, reply.pieces, false);
        true
    }

    /// Completes the reply that was sent in pieces, if this message is it; false when it is another.
    pub(crate) fn complete_reply(&mut self, cx: &Cx, id: ContactId, message: &Message) -> bool {
        let Message::Text(text) = message else { return false };
        let Some(chain) = self.contacts.get(&id).map(|contact| contact.chain) else { return false };
        let Some(entry) = self.chains.get_mut(&chain) else { return false };
        let Some(reply) = entry.reply.take_if(|reply| text.starts_with(&reply.said)) else { return false };
        let draft = Draft::message(content_type::TEXT, text, entry.system, SYSTEM_NAME, Role::System);
        let body = draft.body(reply.item, chain, id, cx.now).to_string().into();
        self.push_piece(cx, chain, id, reply.item, &draft, reply.pieces + 1, true);
        self.keep_item(cx, chain, id, reply.item, draft, body)
    }

    fn reply(&self, id: ContactId) -> Option<&Reply> {
        let chain = self.contacts.get(&id).and_then(|contact| self.chains.get(&contact.chain));
        chain.and_then(|chain| chain.reply.as_ref())
    }

    fn waits_for_reply(&self, id: ContactId, asked_at: Timestamp) -> bool {
        awaits_bot(self.contacts.get(&id).and_then(|contact| contact.flow.as_ref()), asked_at)
    }
}

fn awaits_bot(flow: Option<&FlowRun>, asked_at: Timestamp) -> bool {
    flow.is_some_and(
        |flow| matches!(&flow.run.awaiting, Some(Awaiting::Bot { since, .. }) if *since == asked_at),
    )
}
