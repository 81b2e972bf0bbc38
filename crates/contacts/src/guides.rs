//! Guides: flows that show views to the agent who holds a contact (spec 07 §1).
//!
//! A guide runs as a chat of its own between its flow and the agent's page, which takes the customer's part. Its flow
//! begins when the page connects. It reads and writes the attributes of the contact it goes with, and ends with it.

use directory::Permission;
use directory::permissions::allows;
use flows::EventHook;
use model::resource::{FlowResource, FlowType};
use model::{Channel, ContactId, InitiationMethod, ParticipantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::chain::{Chain, Customer};
use crate::contact::{Contact, Purpose, Stage};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::event::Event;
use crate::outcome::Effect;
use crate::start::{CHAT_MS, CONNECT_WITHIN_MS, new_chain, new_run};
use crate::timer::Deadline;
use crate::transcript::content_type;

/// What a guide is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideOf {
    /// The contact it goes with.
    pub contact: ContactId,
    /// The agent who sees it.
    pub user: UserId,
}

/// A guide that an agent can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenGuide {
    /// The guide's own contact.
    pub contact: ContactId,
    /// As whom the agent's page takes part in it.
    pub participant: ParticipantId,
    /// When it is over at the latest.
    pub expires_at: Timestamp,
}

impl Core {
    /// Starts the guide that was set for an event of a contact, where its agent may see guides.
    pub(crate) fn start_guide(&mut self, cx: &mut Cx, id: ContactId, hook: EventHook) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let Some(user) = contact.agent.as_ref().map(|part| part.user) else { return };
        let Some(flow) = self.guide_flow(contact, hook) else { return };
        let profiles =
            self.directory.user(user).map(|user| self.directory.profiles_of(user)).unwrap_or_default();
        if !allows(&profiles, Permission::CustomViewsAccess, None) {
            return;
        }
        let flow = match flow {
            Ok(flow) => flow,
            Err(reason) => return self.no_guide(cx, id, reason),
        };
        if let Err(refusal) = self.room_for_contact(Channel::Chat) {
            return self.no_guide(cx, id, format!("there is no room for a guide: {}", refusal.message));
        }
        let Some(accompanied) = self.contacts.get_mut(&id) else { return };
        let guide: ContactId = cx.id();
        accompanied.guides.push(guide);
        let (language_code, logging) = (accompanied.language_code.clone(), accompanied.logging);
        self.touch_contact(id);
        let mut contact =
            Contact::new(guide, guide, Channel::Chat, InitiationMethod::Api, Stage::Created, cx.now);
        contact.related = Some(id);
        contact.guide_of = Some(GuideOf { contact: id, user });
        contact.segment_attributes.insert("connect:Subtype".into(), "connect:Guide".into());
        contact.language_code = language_code;
        contact.logging = logging;
        contact.flow = Some(new_run(&flow, Purpose::Main, logging));
        let participant: ParticipantId = cx.id();
        let (connect_by, expires_at) = (cx.now + CONNECT_WITHIN_MS, cx.now + CHAT_MS);
        let chain = Chain {
            customer: Some(Customer {
                participant,
                display_name: self.agent_display_name(user),
                content_types: [
                    content_type::TEXT,
                    content_type::INTERACTIVE,
                    content_type::INTERACTIVE_RESPONSE,
                ]
                .map(str::to_owned)
                .to_vec(),
                connected_at: None,
                connect_by,
                initial_message: None,
                number: None,
            }),
            expires_at: Some(expires_at),
            ..new_chain(cx, guide, Channel::Chat)
        };
        self.add_contact(cx, contact, Some(chain));
        self.members.insert(participant, Member { chain: guide, role: MemberRole::Customer });
        self.timers.set(Deadline::ConnectBy(guide), Some(connect_by));
        self.timers.set(Deadline::ChatExpiry(guide), Some(expires_at));
        self.show_contact(id);
    }

    /// The flow set for a guide, by the event's hook or by the attribute of its name; an error says why it cannot run.
    /// Tells the flow log of a contact why its agent sees no guide.
    fn no_guide(&mut self, cx: &Cx, id: ContactId, reason: String) {
        if !self.keeps_flow_logs() || self.contacts.get(&id).is_none_or(|contact| !contact.logging) {
            return;
        }
        let entry = serde_json::json!({
            "ContactId": id,
            "ContactFlowModuleType": "Guide",
            "Timestamp": cx.now.iso_millis(),
            "Error": reason,
        });
        self.event(cx.now, Event::FlowLog { entry });
    }

    fn guide_flow(&self, contact: &Contact, hook: EventHook) -> Option<Result<FlowResource, String>> {
        let attribute = match hook {
            EventHook::DefaultAgentUI => "DefaultFlowForAgentUI",
            _ => "DisconnectFlowForAgentUI",
        };
        let flow = match contact.hooks.get(&hook) {
            Some(None) => return None,
            Some(Some(flow)) => self.directory.flow(*flow).ok_or_else(|| flow.to_string()),
            None => {
                let name = self.attributes_of(contact.id)?.get(attribute).filter(|name| !name.is_empty())?;
                self.flow_by_reference(name).ok_or_else(|| name.clone())
            }
        };
        Some(match flow {
            Err(name) => Err(format!("the guide {name:?} does not exist")),
            Ok(flow) if flow.kind != FlowType::ContactFlow => {
                Err(format!("the guide {:?} is no inbound flow", flow.name))
            }
            Ok(flow) if flow.published.is_none() || flow.state != "ACTIVE" => {
                Err(format!("the guide {:?} is not published", flow.name))
            }
            Ok(flow) => Ok(flow.clone()),
        })
    }

    /// The guides that go with a contact of an agent and are not over, in the order of their start.
    pub fn open_guides(&self, user: UserId, id: ContactId) -> Result<Vec<OpenGuide>, Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.agent.as_ref().is_none_or(|part| part.user != user) {
            return Err(Refusal::no_contact(id));
        }
        let open = |guide: &ContactId| {
            let chain = self.chains.get(guide).filter(|chain| chain.ended_at.is_none())?;
            Some(OpenGuide {
                contact: *guide,
                participant: chain.customer.as_ref()?.participant,
                expires_at: chain.expires_at?,
            })
        };
        Ok(contact.guides.iter().filter_map(open).collect())
    }

    /// The agent who takes a participant's part in a guide; none for other participants.
    pub fn guided(&self, participant: ParticipantId) -> Option<UserId> {
        let member = self.members.get(&participant)?;
        let guide = self.contacts.get(&member.chain)?.guide_of?;
        (member.role == MemberRole::Customer).then_some(guide.user)
    }

    /// The agent has signed out: their pages take no part in guides any more.
    pub(crate) fn leave_guides(&mut self, user: UserId) {
        let Some(agent) = self.agents.get(&user) else { return };
        let contacts: Vec<ContactId> = agent.legs.iter().map(|leg| leg.contact).collect();
        for contact in contacts {
            let open = self.open_guides(user, contact).unwrap_or_default();
            self.out.effects.extend(open.iter().map(|guide| Effect::ParticipantLeft(guide.participant)));
        }
    }

    /// The contact is finished for its agent: its guides are over, too.
    pub(crate) fn end_guides(&mut self, cx: &mut Cx, id: ContactId) {
        let guides = self.contacts.get(&id).map(|contact| contact.guides.clone()).unwrap_or_default();
        for guide in guides {
            self.end_chain(cx, guide, None);
        }
    }

    /// The contact whose attributes another one has: guides share those of the contact they go with.
    pub(crate) fn with_attributes(&self, id: ContactId) -> ContactId {
        let guide_of = self.contacts.get(&id).and_then(|contact| contact.guide_of);
        guide_of.map(|of| of.contact).filter(|of| self.contacts.contains_key(of)).unwrap_or(id)
    }
}
