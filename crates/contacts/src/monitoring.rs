//! Supervisors in chats: they listen unseen (silent monitoring), and may take part (barge).
//!
//! | what they do | seen by the others |
//! |---|---|
//! | begin to monitor | nothing |
//! | barge | `participant.joined` with the role SUPERVISOR; what they write |
//! | go back to silent, leave | `participant.left`, if they had barged |
//!
//! The contact holds who monitors it; which contacts a user monitors is derived from that. Their part ends with the
//! contact, without after-contact work, and takes none of their slots for routing.

use directory::instance::InstanceAttribute;
use directory::{Permission, permissions::holds};
use model::{Channel, ContactId, ParticipantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::chain::Role;
use crate::contact::{Contact, Stage};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::token::fingerprint;
use crate::transcript::{Draft, content_type};

/// Most supervisors of one chat at once (spec 01 §2.5).
pub const MONITORS_PER_CHAT: usize = 5;

/// How a supervisor takes part; also what they may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MonitorMode {
    /// They see the conversation; nobody sees them.
    SilentMonitor,
    /// They are a participant like others.
    Barge,
}

impl MonitorMode {
    /// The public spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SilentMonitor => "SILENT_MONITOR",
            Self::Barge => "BARGE",
        }
    }

    /// The mode of a public spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SilentMonitor, Self::Barge].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A supervisor's part in a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    /// The supervisor.
    pub user: UserId,
    /// Their participant id, also the connection id.
    pub participant: ParticipantId,
    /// Whether they may barge.
    pub may_barge: bool,
    /// How they take part.
    pub mode: MonitorMode,
    /// Since when.
    pub since: Timestamp,
    /// When they began to monitor.
    pub joined_at: Timestamp,
}

impl Core {
    /// `MonitorContact`: a signed-in supervisor listens to a chat that an agent holds. No capabilities = listening only.
    pub fn monitor_contact(
        &mut self,
        cx: &mut Cx,
        user: UserId,
        id: ContactId,
        capabilities: &[MonitorMode],
        client_token: Option<&str>,
    ) -> Result<(), Refusal> {
        let wanted: Vec<_> = capabilities.iter().map(|mode| mode.as_str()).collect();
        let print = fingerprint(&[&id.to_string(), &user.to_string(), &wanted.join(",")]);
        let key = client_token.map(|token| format!("MonitorContact/{token}"));
        if let Some(key) = &key
            && self.repeated(key, print, cx.now)?.is_some()
        {
            return Ok(());
        }
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        self.check_monitorable(contact)?;
        self.check_capabilities(capabilities)?;
        let may_barge = capabilities.contains(&MonitorMode::Barge);
        self.check_supervisor(contact, user, may_barge)?;
        let chain = contact.chain;
        let participant: ParticipantId = cx.id();
        let monitor = Monitor {
            user,
            participant,
            may_barge,
            mode: MonitorMode::SilentMonitor,
            since: cx.now,
            joined_at: cx.now,
        };
        self.contacts.get_mut(&id).expect("found above").monitors.push(monitor);
        self.members.insert(participant, Member { chain, role: MemberRole::Supervisor(user, id) });
        self.monitored.entry(user).or_default().push(id);
        self.touch_contact(id);
        self.touch_agent(user);
        if let Some(key) = key {
            self.remember(cx, key, print, serde_json::json!(id));
        }
        Ok(())
    }

    /// A supervisor barges, or is silent again.
    pub fn set_monitor_mode(
        &mut self,
        cx: &mut Cx,
        user: UserId,
        id: ContactId,
        mode: MonitorMode,
    ) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        let monitor = monitor_of(contact, user)?;
        if monitor.mode == mode {
            return Ok(());
        }
        if mode == MonitorMode::Barge {
            if !monitor.may_barge {
                return Err(invalid_state("The monitoring was begun without the capability BARGE."));
            }
            self.check_holds(user, Permission::ManagerBargeIn)?;
            if contact.monitors.iter().any(|other| other.mode == MonitorMode::Barge) {
                return Err(limit_exceeded("Another supervisor has barged into this chat."));
            }
        }
        self.take_mode(cx, id, user, mode);
        Ok(())
    }

    /// A supervisor stops monitoring.
    pub fn stop_monitoring(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        monitor_of(contact, user)?;
        self.remove_monitor(cx, id, user);
        Ok(())
    }

    /// The contacts a user monitors, in the order in which they began, with their part in each.
    pub fn monitored_by(&self, user: UserId) -> impl Iterator<Item = (&Contact, &Monitor)> {
        self.monitored.get(&user).into_iter().flatten().filter_map(move |id| {
            let contact = self.contacts.get(id)?;
            Some((contact, contact.monitors.iter().find(|monitor| monitor.user == user)?))
        })
    }

    /// The contact is over: whoever monitors it is out.
    pub(crate) fn end_monitoring(&mut self, cx: &mut Cx, id: ContactId) {
        let users: Vec<_> = self
            .contacts
            .get(&id)
            .into_iter()
            .flat_map(|contact| contact.monitors.iter().map(|monitor| monitor.user))
            .collect();
        for user in users {
            self.remove_monitor(cx, id, user);
        }
    }

    /// The user is gone: so are they from every contact they monitor.
    pub(crate) fn stop_all_monitoring(&mut self, cx: &mut Cx, user: UserId) {
        for id in self.monitored.get(&user).cloned().unwrap_or_default() {
            self.remove_monitor(cx, id, user);
        }
    }

    /// Makes anew what is derived from the contacts' monitors.
    pub(crate) fn restore_monitoring(&mut self) {
        let mut parts: Vec<(Timestamp, ContactId, ContactId, UserId, ParticipantId)> = Vec::new();
        for contact in self.contacts.values() {
            parts.extend(contact.monitors.iter().map(|monitor| {
                (monitor.joined_at, contact.id, contact.chain, monitor.user, monitor.participant)
            }));
        }
        parts.sort();
        for (_, id, chain, user, participant) in parts {
            self.members.insert(participant, Member { chain, role: MemberRole::Supervisor(user, id) });
            self.monitored.entry(user).or_default().push(id);
        }
    }

    fn remove_monitor(&mut self, cx: &mut Cx, id: ContactId, user: UserId) {
        self.take_mode(cx, id, user, MonitorMode::SilentMonitor);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let gone = contact.monitors.iter().position(|monitor| monitor.user == user);
        let Some(gone) = gone.map(|place| contact.monitors.remove(place)) else { return };
        self.members.remove(&gone.participant);
        if let Some(ids) = self.monitored.get_mut(&user) {
            ids.retain(|one| *one != id);
            if ids.is_empty() {
                self.monitored.remove(&user);
            }
        }
        self.touch_contact(id);
        self.touch_agent(user);
    }

    /// The one way from one mode to the other. The others see it while the chat goes on.
    fn take_mode(&mut self, cx: &mut Cx, id: ContactId, user: UserId, mode: MonitorMode) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let (chain, agent) = (contact.chain, contact.agent.as_ref().map(|part| part.user));
        let monitor = contact.monitors.iter_mut().find(|monitor| monitor.user == user);
        let Some(monitor) = monitor.filter(|monitor| monitor.mode != mode) else { return };
        monitor.mode = mode;
        monitor.since = cx.now;
        let participant = monitor.participant;
        self.touch_contact(id);
        self.touch_agent(user);
        // The agent's panel shows who has barged.
        if let Some(agent) = agent {
            self.touch_agent(agent);
        }
        if self.chains.get(&chain).is_some_and(|chain| chain.ended_at.is_none()) {
            let kind = if mode == MonitorMode::Barge { content_type::JOINED } else { content_type::LEFT };
            let name = self.agent_display_name(user);
            let event = Draft::event(kind, participant, &name, Role::Supervisor);
            self.append_item(cx, chain, id, event);
        }
    }

    fn check_monitorable(&self, contact: &Contact) -> Result<(), Refusal> {
        match contact.channel {
            Channel::Chat => {}
            Channel::Task => return Err(invalid_request("Tasks cannot be monitored.")),
            Channel::Voice => return Err(invalid_request("Calls cannot be monitored here yet.")),
        }
        if contact.agent.is_none() {
            return Err(invalid_request("No agent is on the contact, so that it cannot be monitored."));
        }
        if contact.stage != Stage::Connected {
            return Err(invalid_request("The contact is over, so that it cannot be monitored."));
        }
        if !self.directory.attribute(InstanceAttribute::EnhancedChatMonitoring) && !records_both(contact) {
            return Err(invalid_request(
                "Monitoring failed. Enable recording of agent and customer in the flow (Set recording and analytics \
                 behavior), or the instance attribute ENHANCED_CHAT_MONITORING.",
            ));
        }
        Ok(())
    }

    fn check_capabilities(&self, capabilities: &[MonitorMode]) -> Result<(), Refusal> {
        let barge = self.directory.attribute(InstanceAttribute::EnhancedChatMonitoring)
            && self.directory.attribute(InstanceAttribute::EnhancedContactMonitoring);
        if capabilities.contains(&MonitorMode::Barge) && !barge {
            return Err(invalid_request(
                "Barging needs the instance attributes ENHANCED_CONTACT_MONITORING and ENHANCED_CHAT_MONITORING.",
            ));
        }
        let silent = capabilities.contains(&MonitorMode::SilentMonitor);
        if !silent && (barge || !capabilities.is_empty()) {
            return Err(invalid_request(
                "AllowedMonitorCapabilities must be given, with SILENT_MONITOR in it.",
            ));
        }
        Ok(())
    }

    fn check_supervisor(&self, contact: &Contact, user: UserId, may_barge: bool) -> Result<(), Refusal> {
        let entry =
            self.directory.user(user).ok_or_else(|| not_found(format!("There is no user {user} here.")))?;
        self.check_holds(user, Permission::ManagerListenIn)?;
        if may_barge {
            self.check_holds(user, Permission::ManagerBargeIn)?;
        }
        if self.agents.get(&user).is_none_or(|agent| !agent.signed_in) {
            return Err(invalid_request("The user is not signed in to the agent panel."));
        }
        if contact.agent.as_ref().is_some_and(|part| part.user == user) {
            return Err(invalid_request("The user is the agent of this contact."));
        }
        if contact.monitors.iter().any(|monitor| monitor.user == user) {
            return Err(invalid_request("The user monitors this contact already."));
        }
        if contact.monitors.len() >= MONITORS_PER_CHAT {
            return Err(limit_exceeded(format!(
                "A chat has at most {MONITORS_PER_CHAT} supervisors at once."
            )));
        }
        let most = self
            .directory
            .routing_profile(entry.routing_profile_id)
            .into_iter()
            .flat_map(|profile| &profile.media_concurrencies)
            .find(|media| media.channel == Channel::Chat)
            .map_or(0, |media| media.concurrency);
        if self.monitored_by(user).count() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(limit_exceeded(format!(
                "The user's routing profile allows {most} chats at once; they monitor as many."
            )));
        }
        Ok(())
    }

    fn check_holds(&self, user: UserId, permission: Permission) -> Result<(), Refusal> {
        let profiles: Vec<_> = self
            .directory
            .user(user)
            .into_iter()
            .flat_map(|user| &user.security_profile_ids)
            .filter_map(|id| self.directory.security_profile(*id))
            .collect();
        if holds(&profiles, permission) {
            return Ok(());
        }
        Err(access_denied(format!("The user needs the permission {}.", permission.name())))
    }
}

fn monitor_of(contact: &Contact, user: UserId) -> Result<&Monitor, Refusal> {
    contact
        .monitors
        .iter()
        .find(|monitor| monitor.user == user)
        .ok_or_else(|| invalid_state("The user does not monitor this contact (any more)."))
}

/// Whether the flow has both sides recorded. Chat analytics always look at both.
fn records_both(contact: &Contact) -> bool {
    let Some(behavior) = &contact.recording else { return false };
    let recorded =
        behavior.pointer("/RecordingBehavior/RecordedParticipants").and_then(|list| list.as_array());
    let both = recorded
        .is_some_and(|list| ["Agent", "Customer"].iter().all(|side| list.iter().any(|one| one == side)));
    both || behavior.get("ChatBehavior").is_some()
}
