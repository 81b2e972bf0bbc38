//! Views that flows show in a chat, and what customers answer (spec 10 ShowView, 11 §3.2).
//!
//! The customer gets an interactive message with a token, by which the view is described to them. Whatever they say
//! next is the answer: the action they chose, or a text, which is no action of any view.

use directory::views::ViewEdition;
use flows::run::Awaiting;
use flows::{Resume, ViewRequest};
use model::{ContactId, ParticipantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::contact::Purpose;
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Visibility;
use crate::transcript::content_type;

/// `templateType` of the message that shows a view, and of its answer.
const VIEW_RESOURCE: &str = "ViewResource";
/// How many views of one chat can be described; beyond, the oldest cannot any more.
const SHOWN_VIEWS: usize = 100;

/// A view that was shown in a chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownView {
    /// Its public token.
    pub token: Uuid,
    /// The view's id.
    pub view: String,
    /// The version; none = what is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Whether the transcript must not tell what is answered to it, however late or often.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hides_answer: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Core {
    /// Shows a view to the customer; an error says why it cannot be shown.
    pub(crate) fn show_view(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        request: &ViewRequest,
        purpose: Purpose,
    ) -> Result<(), String> {
        if !matches!(purpose, Purpose::Main | Purpose::Disconnect | Purpose::CustomerQueue) {
            return Err("this flow has nobody to show a view to".into());
        }
        let version = Some(request.version.as_str());
        let edition = self.directory.view_edition(&request.view, version).map_err(|error| error.message)?;
        if let Some(problem) = edition.misfit(&request.data) {
            return Err(problem);
        }
        let shown = ShownView {
            token: cx.id(),
            view: edition.id.clone(),
            version: edition.version,
            hides_answer: request.hide_response,
        };
        let content = json!({
            "viewId": edition.arn,
            "viewToken": shown.token,
            "viewData": request.data,
        });
        let message = json!({"templateType": VIEW_RESOURCE, "version": "1.0", "data": {"content": content}})
            .to_string();
        let Some(chain_id) = self.contacts.get(&id).map(|contact| contact.chain) else { return Ok(()) };
        let Some(chain) = self.chains.get_mut(&chain_id) else { return Ok(()) };
        if chain.views.len() >= SHOWN_VIEWS {
            // One that hides its answer stays as long as it can: the answer may still come.
            let oldest = chain.views.iter().position(|shown| !shown.hides_answer).unwrap_or(0);
            chain.views.remove(oldest);
        }
        chain.views.push(shown);
        self.touch_chain(chain_id);
        self.system_message(cx, id, content_type::INTERACTIVE, &message, Visibility::All);
        Ok(())
    }

    /// The view that was shown to a participant's chat under this token.
    pub fn shown_view(&self, participant: ParticipantId, token: &str) -> Result<ViewEdition<'_>, Refusal> {
        let missing = || not_found("No view was shown in this chat under this ViewToken.");
        let speaker = self.speaker(participant)?;
        let token: Uuid = token.parse().map_err(|_| missing())?;
        let chain = self.chains.get(&speaker.chain).ok_or_else(missing)?;
        let shown = chain.views.iter().find(|shown| shown.token == token).ok_or_else(missing)?;
        let version = shown.version.map(|number| number.to_string());
        self.directory.view_edition(&shown.view, version.as_deref()).map_err(|error| not_found(error.message))
    }

    /// Whether the transcript must not tell what a customer says: anything while a view that hides its answer waits,
    /// and later whatever answers a view, which may be that one.
    pub(crate) fn hides_answer(&self, contact: ContactId, text: &str) -> bool {
        let Some(contact) = self.contacts.get(&contact) else { return false };
        let awaiting = contact.flow.as_ref().and_then(|flow| flow.run.awaiting.as_ref());
        let waits = matches!(awaiting, Some(Awaiting::View { request, .. }) if request.hide_response);
        let hidden_before = || {
            let chain = self.chains.get(&contact.chain);
            chain.is_some_and(|chain| chain.views.iter().any(|shown| shown.hides_answer))
        };
        waits || hidden_before() && read(text).is_some()
    }
}

/// What stands in the transcript for an answer that it must not tell.
pub(crate) fn hidden_answer() -> String {
    json!({"templateType": VIEW_RESOURCE, "version": "1.0", "hidden": true}).to_string()
}

/// A message that answers a view.
fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|message: &Value| message["templateType"] == VIEW_RESOURCE)
}

/// What a customer's message answers to a view. Text, which some clients wrap with a blank action, chooses none.
pub(crate) fn answer(text: &str) -> Resume {
    match read(text) {
        Some(mut message) => Resume::View {
            action: message["action"].as_str().unwrap_or_default().trim().to_owned(),
            data: match message["data"].take() {
                Value::Null => json!({}),
                data => data,
            },
        },
        None => Resume::View { action: String::new(), data: json!({"content": text}) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let chosen = r#"{"templateType":"ViewResource","version":"1.0","action":"Next","data":{"a":["x"]}}"#;
        let blank = r#"{"templateType":"ViewResource","version":"1.0","action":" ","data":{"content":"Hi"}}"#;
        let bare = r#"{"templateType":"ViewResource","action":"Next"}"#;
        for (text, action, data) in [
            (chosen, "Next", json!({"a": ["x"]})),
            (blank, "", json!({"content": "Hi"})),
            (bare, "Next", json!({})),
            ("Hi", "", json!({"content": "Hi"})),
            (r#"{"templateType":"Panel"}"#, "", json!({"content": r#"{"templateType":"Panel"}"#})),
            ("[1]", "", json!({"content": "[1]"})),
        ] {
            assert_eq!(answer(text), Resume::View { action: action.into(), data }, "{text}");
        }
    }
}
