//! What is known about a contact and can be changed: attributes, references, tags, name, routing data.

use std::collections::BTreeMap;

use flows::TaskReference;
use model::ContactId;

use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;

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

    /// Sets name, description and references; absent ones stay.
    pub fn update_contact(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        name: Option<String>,
        description: Option<String>,
        references: Option<BTreeMap<String, TaskReference>>,
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
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
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
    pub fn tag_contact(&mut self, cx: &mut Cx, id: ContactId, tags: BTreeMap<String, String>) -> Result<(), Refusal> {
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
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
    ) -> Result<(), Refusal> {
        if priority.is_some_and(|priority| priority < 1) {
            return Err(invalid_parameter("QueuePriority must be at least 1."));
        }
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.is_disconnected() {
            return Err(invalid_request("The contact is over; its routing cannot be changed."));
        }
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
        self.contact_changed(cx, id, &["RoutingData"]);
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
        let users = [contact.offer.as_ref().map(|offer| offer.user), contact.agent.as_ref().map(|part| part.user)];
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
