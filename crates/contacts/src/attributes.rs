//! What is known about a contact and can be changed: attributes, references, tags, name, routing data.

use std::collections::BTreeMap;

use flows::TaskReference;
use model::ContactId;
use routing::criteria::Step;

use crate::chain::Chain;
use crate::contact::Contact;
use crate::core::{Core, PAST_CHAIN};
use crate::cx::Cx;
use crate::error::*;
use crate::event::Event;
use crate::outcome::DocumentChange;
use crate::record::contact_record;

/// All user-defined attributes of a contact together.
pub const ATTRIBUTE_BYTES: usize = 32 * 1024;
/// User tags of a contact.
pub const USER_TAGS: usize = 6;

impl Core {
    /// The attributes of a live contact.
    pub fn attributes_of(&self, contact: ContactId) -> Option<&BTreeMap<String, String>> {
        let chain = self.contacts.get(&contact)?.chain;
        self.chains.get(&chain).map(|chain| &chain.attributes)
    }

    /// Sets attributes of a live contact; all its segments share them. An empty value clears one.
    pub fn update_attributes(
        &mut self,
        cx: &mut Cx,
        contact: ContactId,
        changes: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let chain = self.contacts.get(&contact).ok_or_else(|| Refusal::no_contact(contact))?.chain;
        let entry = self.chains.get_mut(&chain).ok_or_else(|| Refusal::no_contact(contact))?;
        let mut attributes = entry.attributes.clone();
        attributes.extend(changes);
        check_attributes(&attributes)?;
        attributes.retain(|_, value| !value.is_empty());
        if entry.attributes == attributes {
            return Ok(());
        }
        entry.attributes = attributes;
        self.touch_chain(chain);
        self.contact_changed(cx, contact, &["UserDefinedAttributes"]);
        Ok(())
    }

    /// Sets name, description, references and segment attributes; absent ones stay. The system's own segment
    /// attributes (`connect:…`) cannot be set.
    pub fn update_contact(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        name: Option<String>,
        description: Option<String>,
        references: Option<BTreeMap<String, TaskReference>>,
        segment_attributes: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        if name.as_ref().is_some_and(|name| name.chars().count() > 512) {
            return Err(invalid_parameter("Name must have at most 512 characters."));
        }
        if description.as_ref().is_some_and(|text| text.chars().count() > 4096) {
            return Err(invalid_parameter("Description must have at most 4096 characters."));
        }
        if let Some(references) = &references {
            check_references(references)?;
        }
        if let Some(name) = segment_attributes.keys().find(|name| name.starts_with("connect:")) {
            return Err(invalid_parameter(format!("The segment attribute '{name}' is kept by the system.")));
        }
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        contact.segment_attributes.extend(segment_attributes);
        if name.is_some() {
            contact.name = name;
        }
        if description.is_some() {
            contact.description = description;
        }
        if let Some(references) = references {
            contact.references.extend(references);
        }
        self.contact_changed(cx, id, &[]);
        Ok(())
    }

    /// Adds or changes user tags, all or none.
    pub fn tag_contact(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        tags: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if tags.is_empty() {
            return Err(invalid_parameter("Tags must hold at least one tag."));
        }
        for (key, value) in &tags {
            let length = key.chars().count();
            if length == 0 || length > 128 || value.chars().count() > 256 {
                return Err(invalid_parameter("Tag keys have 1 to 128 and values at most 256 characters."));
            }
            if key.starts_with("aws:") {
                return Err(invalid_parameter("Tag keys must not begin with 'aws:'."));
            }
        }
        let mut all = contact.tags.clone();
        all.extend(tags);
        if all.keys().filter(|key| !key.starts_with("aws:")).count() > USER_TAGS {
            return Err(invalid_request(format!("A contact has at most {USER_TAGS} tags.")));
        }
        contact.tags = all;
        self.contact_changed(cx, id, &["Tags"]);
        Ok(())
    }

    /// Takes user tags off.
    pub fn untag_contact(&mut self, cx: &mut Cx, id: ContactId, keys: &[String]) -> Result<(), Refusal> {
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if keys.iter().any(|key| key.starts_with("aws:")) {
            return Err(invalid_parameter("Tags that begin with 'aws:' cannot be removed."));
        }
        contact.tags.retain(|key, _| !keys.contains(key));
        self.contact_changed(cx, id, &["Tags"]);
        Ok(())
    }

    /// Changes a contact's priority or age among those waiting (`UpdateContactRoutingData`).
    pub fn update_routing_data(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        priority: Option<i64>,
        age_adjustment_seconds: Option<i64>,
        criteria: Option<Vec<Step>>,
    ) -> Result<(), Refusal> {
        if priority.is_some_and(|priority| priority < 1) {
            return Err(invalid_parameter("QueuePriority must be at least 1."));
        }
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.is_disconnected() {
            return Err(invalid_request("The contact is over; its routing cannot be changed."));
        }
        if let Some(steps) = criteria {
            // Refused before anything else is changed.
            self.set_criteria(cx, id, steps)?;
        }
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if let Some(priority) = priority {
            contact.priority = priority;
        }
        if let Some(seconds) = age_adjustment_seconds {
            contact.age_adjustment_ms = seconds.saturating_mul(1000);
        }
        let waiting = contact.is_waiting();
        let (priority, adjustment) = (contact.priority, contact.age_adjustment_ms);
        if waiting {
            self.router_place(cx, id, priority, adjustment);
        }
        self.contact_changed(cx, id, &[]);
        Ok(())
    }

    /// Sets attributes of a contact that is over, given as stored; its record is sent again with them.
    pub fn update_finished_attributes(
        &mut self,
        cx: &mut Cx,
        contact: Contact,
        mut chain: Chain,
        changes: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        if self.chains.contains_key(&chain.id) {
            // Another segment of the chain is live: the attributes are in memory.
            return match self.chains[&chain.id]
                .contacts
                .iter()
                .find(|id| self.contacts.contains_key(id))
                .copied()
            {
                Some(live) => self.update_attributes(cx, live, changes),
                None => Err(invalid_request("The contact is just ending; try again.")),
            };
        }
        chain.attributes.extend(changes);
        check_attributes(&chain.attributes)?;
        chain.attributes.retain(|_, value| !value.is_empty());
        let body = serde_json::to_string(&chain).expect("a chain is printable");
        self.out.documents.push(DocumentChange {
            kind: PAST_CHAIN,
            id: chain.id.to_string(),
            body: Some(body),
        });
        let record = contact_record(&self.directory, &contact, &chain, cx.now);
        self.event(cx.now, Event::Record { record });
        Ok(())
    }

    /// Replaces the routing criteria of a contact; at most two changes are possible.
    pub fn set_criteria(&mut self, cx: &mut Cx, id: ContactId, steps: Vec<Step>) -> Result<(), Refusal> {
        for condition in steps.iter().flat_map(|step| step.expression.conditions()) {
            let known = self.directory.predefined_attribute(&condition.name);
            if !known.is_some_and(|attribute| attribute.values.contains(&condition.value)) {
                return Err(invalid_parameter(format!(
                    "There is no predefined attribute {} with the value {}.",
                    condition.name, condition.value
                )));
            }
        }
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.is_disconnected() {
            return Err(invalid_request("The contact is over; its routing cannot be changed."));
        }
        let criteria =
            contact.criteria.set(steps).map_err(|error| invalid_parameter(format!("{error}.")))?.clone();
        if contact.is_waiting() {
            let replaced = self.router.update(id, routing::Change::Criteria(Some(criteria)), cx.now);
            if let (Ok(Some(replaced)), Some(contact)) = (replaced, self.contacts.get_mut(&id)) {
                contact.criteria.record(&replaced);
            }
            self.note_criteria(id);
        }
        self.contact_changed(cx, id, &["RoutingCriteria"]);
        Ok(())
    }

    /// A visible part of a contact was changed: store it, tell the event stream and the agent's panel.
    pub(crate) fn contact_changed(&mut self, cx: &mut Cx, id: ContactId, properties: &[&str]) {
        self.touch_contact(id);
        if !properties.is_empty() {
            self.contact_event(cx, id, "CONTACT_DATA_UPDATED", properties);
        }
        self.show_contact(id);
    }

    /// The panels of the agents who hold a contact show it anew.
    pub(crate) fn show_contact(&mut self, id: ContactId) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let users =
            [contact.offer.as_ref().map(|offer| offer.user), contact.agent.as_ref().map(|part| part.user)];
        for user in users.into_iter().flatten() {
            self.out.effects.push(crate::outcome::Effect::AgentChanged(user));
        }
    }
}

/// Refuses attributes that are too many or have names that cannot be referred to.
pub(crate) fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let mut bytes = 0;
    for (name, value) in attributes {
        let length = name.chars().count();
        if length == 0 || length > 32_767 {
            return Err(invalid_parameter("Attribute names have 1 to 32767 characters."));
        }
        if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | ' ')) {
            return Err(invalid_parameter(format!(
                "The attribute name '{name}' holds other characters than letters, digits, dash and underscore."
            )));
        }
        bytes += name.len() + value.len();
    }
    if bytes > ATTRIBUTE_BYTES {
        return Err(invalid_request(format!(
            "The attributes would have {bytes} bytes; at most {ATTRIBUTE_BYTES} are kept for one contact."
        )));
    }
    Ok(())
}

/// Refuses references of unknown types or too great length.
pub(crate) fn check_references(references: &BTreeMap<String, TaskReference>) -> Result<(), Refusal> {
    for (name, reference) in references {
        if name.is_empty() || name.chars().count() > 4096 || reference.value.chars().count() > 4096 {
            return Err(invalid_parameter("Reference names and values have at most 4096 characters."));
        }
        if !["URL", "NUMBER", "STRING", "DATE", "EMAIL"].contains(&reference.kind.as_str()) {
            return Err(invalid_parameter(format!(
                "The reference '{name}' has the type '{}'; possible are URL, NUMBER, STRING, DATE and EMAIL.",
                reference.kind
            )));
        }
    }
    Ok(())
}
