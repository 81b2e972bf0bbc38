//! Transfers: an agent sends a contact on by a quick connect, or the API moves it to another flow.
//!
//! The new segment runs the transfer flow while the agent still holds the old one. When the flow has put it into a
//! queue the transfer has succeeded and the old segment is over for the agent; when the flow ends otherwise the
//! transfer has failed and nothing has changed for the agent and the customer.

use flows::Resume;
use model::resource::FlowType;
use model::{Channel, ContactId, InitiationMethod, QuickConnectId, UserId};
use routing::QueueRef;
use routing::capacity::Entry;

use crate::chain::Role;
use crate::contact::{Purpose, Stage, TransferSource};
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Visibility;
use crate::queueing::NotQueued;
use crate::start::new_run;
use crate::token::fingerprint;
use crate::transcript::{Draft, SYSTEM_NAME, content_type};

impl Core {
    /// An agent transfers a contact with a quick connect. Answers the new segment.
    pub fn transfer(
        &mut self,
        cx: &mut Cx,
        user: UserId,
        id: ContactId,
        quick_connect: QuickConnectId,
    ) -> Result<ContactId, Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.agent.as_ref().is_none_or(|part| part.user != user) || contact.stage != Stage::Connected {
            return Err(invalid_state("The agent does not hold this contact."));
        }
        if self.transfer_under_way(id) {
            return Err(invalid_state("The contact is being transferred already."));
        }
        let (flow, queue, target_agent) = self.quick_connect_target(quick_connect)?;
        let logging = self.contacts[&id].logging;
        let run = new_run(&flow, Purpose::Transfer, logging);
        let new = self.next_segment(cx, id, InitiationMethod::Transfer, Some(run)).ok_or_else(|| {
            invalid_request("The contact was transferred as often as possible (eleven times).")
        })?;
        let entry = self.contacts.get_mut(&new).expect("just made");
        entry.target_queue = queue;
        entry.target_agent = target_agent;
        entry.transfer_from =
            Some(TransferSource { contact: id, user: Some(user), quick_connect: Some(quick_connect) });
        if entry.channel == Channel::Task {
            self.push_task(cx, id, user, content_type::TRANSFER_INITIATED);
        }
        self.run_flow(cx, new, Resume::Start);
        Ok(new)
    }

    /// `TransferContact`: moves a contact to a flow, with a queue or an agent as its target.
    pub fn transfer_by_api(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        flow: &str,
        target: Option<QueueRef>,
        client_token: Option<&str>,
    ) -> Result<ContactId, Refusal> {
        let print = fingerprint(&[&id.to_string(), flow, &serde_json::json!(target).to_string()]);
        let key = client_token.map(|token| format!("TransferContact/{token}"));
        if let Some(key) = &key
            && let Some(answer) = self.repeated(key, print, cx.now)?
        {
            return serde_json::from_value(answer)
                .map_err(|_| conflict("This ClientToken was used before by another operation."));
        }
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.channel == Channel::Voice {
            return Err(invalid_request("Calls are transferred by their agent."));
        }
        if contact.is_disconnected() || !matches!(contact.stage, Stage::Queued | Stage::Connected) {
            return Err(invalid_request(
                "Only contacts that wait in a queue or are with an agent can be transferred.",
            ));
        }
        if self.transfer_under_way(id) {
            return Err(invalid_request("The contact is being transferred already."));
        }
        let flow = self
            .flow_by_reference(flow)
            .cloned()
            .ok_or_else(|| not_found(format!("There is no flow '{flow}' here.")))?;
        if flow.published.is_none()
            || !matches!(flow.kind, FlowType::ContactFlow | FlowType::AgentTransfer | FlowType::QueueTransfer)
        {
            return Err(invalid_request("The flow must be a published inbound or transfer flow."));
        }
        if let Some(QueueRef::Agent(user)) = target
            && self.directory.user(user).is_none()
        {
            return Err(not_found(format!("There is no user {user} here.")));
        }
        let user = contact.agent.as_ref().map(|part| part.user);
        let run = new_run(&flow, Purpose::Transfer, contact.logging);
        let new = self.next_segment(cx, id, InitiationMethod::Transfer, Some(run)).ok_or_else(|| {
            invalid_request("The contact was transferred as often as possible (eleven times).")
        })?;
        let entry = self.contacts.get_mut(&new).expect("just made");
        entry.target_queue = target.or(entry.target_queue);
        entry.target_agent = match target {
            Some(QueueRef::Agent(user)) => Some(user),
            _ => None,
        };
        entry.transfer_from = Some(TransferSource { contact: id, user, quick_connect: None });
        if let Some(key) = key {
            self.remember(cx, key, print, serde_json::json!(new));
        }
        self.run_flow(cx, new, Resume::Start);
        Ok(new)
    }

    /// Brings a call to the agent whom the transfer chose, if that agent can take it now (spec 04 §14.45). The caller
    /// of an agent who cannot is not cut off: the transfer fails and the call stays where it was.
    pub(crate) fn send_to_target_agent(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        purpose: Purpose,
    ) -> Result<(), String> {
        let contact = self.contacts.get_mut(&id).ok_or("the contact is over")?;
        if purpose != Purpose::Transfer || contact.channel != Channel::Voice {
            return Err("only the transfer of a call can go to an agent this way".into());
        }
        let user = contact.target_agent.ok_or("the transfer names no agent")?;
        let queue = QueueRef::Agent(user);
        if self.router.agents_available(queue, Some(Channel::Voice)) == 0 {
            return Err("the agent cannot take a call now".into());
        }
        contact.target_queue = Some(queue);
        self.enqueue(cx, id, Entry::QuickConnect).map_err(|refusal| match refusal {
            NotQueued::AtCapacity => "the queue of the agent is full".into(),
            NotQueued::Failed(reason) => reason,
        })
    }

    /// The transfer flow has put the new segment into a queue: the old one is over.
    pub(crate) fn transfer_succeeded(&mut self, cx: &mut Cx, new: ContactId) {
        let Some(source) = self.contacts.get_mut(&new).and_then(|contact| contact.transfer_from.take())
        else {
            return;
        };
        self.touch_contact(new);
        let Some(old) = self.contacts.get(&source.contact) else { return };
        let (chain, channel) = (old.chain, old.channel);
        if channel == Channel::Chat {
            if let (Some(user), Some(part)) = (source.user, old.agent.clone()) {
                let name = self.agent_display_name(user);
                self.system_event(
                    cx,
                    chain,
                    source.contact,
                    content_type::TRANSFER_SUCCEEDED,
                    Visibility::All,
                );
                let left = Draft::event(content_type::LEFT, part.participant, &name, Role::Agent);
                self.append_item(cx, chain, source.contact, left);
            }
            self.stop_role_timers(chain);
        } else if let Some(user) = source.user {
            self.push_task(cx, source.contact, user, content_type::TRANSFER_SUCCEEDED);
        }
        let reason = source.user.map(|_| "AGENT_DISCONNECT");
        self.hand_over(cx, source.contact, new, reason);
    }

    /// The transfer flow ended without a queue: the new segment is over, the old one goes on.
    pub(crate) fn transfer_failed(&mut self, cx: &mut Cx, new: ContactId) {
        let Some(source) = self.contacts.get_mut(&new).and_then(|contact| contact.transfer_from.take())
        else {
            return;
        };
        let old = self.contacts.get(&source.contact).filter(|old| !old.is_disconnected());
        if let Some((chain, channel)) = old.map(|old| (old.chain, old.channel)) {
            match channel {
                Channel::Chat => {
                    self.system_event(
                        cx,
                        chain,
                        source.contact,
                        content_type::TRANSFER_FAILED,
                        Visibility::Agent,
                    );
                }
                _ => {
                    if let Some(user) = source.user {
                        self.push_task(cx, source.contact, user, content_type::TRANSFER_FAILED);
                    }
                }
            }
        }
        self.disconnect(cx, new, Some("OTHER"));
    }

    /// Whether a transfer flow runs for this contact.
    pub(crate) fn transfer_under_way(&self, id: ContactId) -> bool {
        self.transfers_of(id).is_some()
    }

    pub(crate) fn abandon_transfers_of(&mut self, cx: &mut Cx, id: ContactId) {
        if let Some(new) = self.transfers_of(id) {
            self.transfer_failed(cx, new);
        }
    }

    fn transfers_of(&self, id: ContactId) -> Option<ContactId> {
        let chain = self.chains.get(&self.contacts.get(&id)?.chain)?;
        chain.contacts.iter().copied().find(|other| {
            self.contacts.get(other).is_some_and(|contact| {
                contact.transfer_from.as_ref().is_some_and(|source| source.contact == id)
            })
        })
    }

    pub(crate) fn system_event(
        &mut self,
        cx: &mut Cx,
        chain: ContactId,
        contact: ContactId,
        kind: &str,
        visibility: Visibility,
    ) {
        let Some(system) = self.chains.get(&chain).map(|chain| chain.system) else { return };
        let event = Draft::event(kind, system, SYSTEM_NAME, Role::System).visible_to(visibility);
        self.append_item(cx, chain, contact, event);
    }
}
