//! Customers who sign in during a chat: what a flow waits for, and what is known of them afterwards.
//!
//! ```text
//! Preparing ──provider found──► Offered ──address asked for──► Requested ──code──► Exchanging ──► authenticated
//!     │                            │ one minute                    │ error             │
//!     └─────────► failed           └─────► expired                 └──► failed ◄───────┘
//! ```
//!
//! Until then the customer may opt out, and the flow's time limit may come. The identity provider itself is spoken to
//! by the shell; what it says arrives here as a command.

mod known;
mod sign_in;

use flows::{AuthenticationRequest, Resume};
use model::{ContactId, ParticipantId};
use serde_json::json;
use uuid::Uuid;

use crate::chain::Role;
use crate::contact::Purpose;
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Visibility;
use crate::timer::Deadline;
use crate::transcript::{Draft, SYSTEM_NAME, content_type};

pub use known::{AuthenticationStatus, CustomerAuthentication, SEGMENT_ATTRIBUTE};
pub use sign_in::{AuthorizationRequest, Confidential, Identity, ProviderName, SignIn, SignInAnswer, Step};

/// How long after its beginning the address of a sign-in can be asked for.
const ADDRESS_WITHIN_MS: i64 = 60_000;
/// What the exchange of a code may take, also when the flow's time limit comes meanwhile.
const EXCHANGE_MS: i64 = 30_000;
/// Longest name that is shown, in characters.
const NAME_CHARACTERS: usize = 256;

/// How a sign-in ends.
enum End {
    Succeeded(Identity),
    Failed(String),
    TimedOut,
    Expired,
    Cancelled,
}

impl Core {
    /// Begins a sign-in, unless the flow waits for one already; an error says why this flow cannot.
    pub(crate) fn begin_sign_in(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        request: AuthenticationRequest,
        purpose: Purpose,
    ) -> Result<(), String> {
        if !matches!(purpose, Purpose::Main | Purpose::Disconnect) {
            return Err("this flow cannot ask the customer to sign in".into());
        }
        let Some(contact) = self.contacts.get_mut(&id) else { return Ok(()) };
        if contact.sign_in.is_some() {
            return Ok(());
        }
        let provider = ProviderName { user_pool_arn: request.user_pool_arn, client_id: request.client_id };
        let sign_in = SignIn { session: cx.id(), provider, step: Step::Preparing };
        self.out.effects.extend(sign_in.effect(id));
        contact.sign_in = Some(sign_in);
        self.touch_contact(id);
        Ok(())
    }

    /// The shell has found the identity provider of a sign-in and can reach it, or not: a text says why.
    pub fn identity_provider_found(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        session: Uuid,
        found: Result<(), String>,
    ) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let chain = contact.chain;
        let awaited = |sign_in: &&mut SignIn| sign_in.session == session && sign_in.step == Step::Preparing;
        let Some(sign_in) = contact.sign_in.as_mut().filter(awaited) else { return };
        if let Err(reason) = found {
            return self.end_sign_in(cx, id, End::Failed(reason));
        }
        let until = cx.now + ADDRESS_WITHIN_MS;
        sign_in.step = Step::Offered { until };
        self.timers.set(Deadline::SignInAddress(id), Some(until));
        self.touch_contact(id);
        let Some(system) = self.chains.get(&chain).map(|chain| chain.system) else { return };
        let mut initiated =
            Draft::event(content_type::AUTHENTICATION_INITIATED, system, SYSTEM_NAME, Role::System)
                .visible_to(Visibility::Customer);
        initiated.content = Some(json!({"SessionId": session}).to_string());
        self.append_item(cx, chain, id, initiated);
    }

    /// The customer asks for the address to sign in at. The same redirect address again gets the same answer; another
    /// one is refused, since the session is good for one address.
    pub fn request_authorization(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        session: &str,
        redirect_uri: &str,
    ) -> Result<(ProviderName, AuthorizationRequest), Refusal> {
        let id = self.signing_in(participant, session)?;
        let contact = self.contacts.get_mut(&id).expect("it signs in");
        let sign_in = contact.sign_in.as_mut().expect("it signs in");
        let provider = sign_in.provider.clone();
        match &sign_in.step {
            Step::Offered { .. } => {}
            Step::Requested(request) if request.redirect_uri == redirect_uri => {
                return Ok((provider, request.clone()));
            }
            Step::Requested(_) => {
                return Err(invalid_request(
                    "The address for this SessionId was asked for before, with another RedirectUri.",
                ));
            }
            Step::Preparing | Step::Exchanging { .. } => {
                return Err(invalid_request("The address for this SessionId cannot be asked for now."));
            }
        }
        let request = AuthorizationRequest {
            redirect_uri: redirect_uri.to_owned(),
            state: Confidential(format!("{id}.{}", secret(cx))),
            nonce: Confidential(secret(cx)),
            verifier: Confidential(secret(cx)),
        };
        sign_in.step = Step::Requested(request.clone());
        self.timers.set(Deadline::SignInAddress(id), None);
        self.touch_contact(id);
        Ok((provider, request))
    }

    /// The customer came back from the provider; what they say is checked after this call.
    pub fn sign_in_answered(
        &mut self,
        cx: &mut Cx,
        state: &str,
        answer: SignInAnswer,
    ) -> Result<(), Refusal> {
        let unknown = || {
            invalid_request(
                "State is not that of a sign-in that waits for its answer: it is over, or was answered before.",
            )
        };
        let id = contact_of(state).ok_or_else(unknown)?;
        let contact = self.contacts.get_mut(&id).ok_or_else(unknown)?;
        let sign_in = contact.sign_in.as_mut().ok_or_else(unknown)?;
        let request = match &sign_in.step {
            Step::Requested(request) if request.state.0 == state => request.clone(),
            Step::Exchanging { request, .. } if request.state.0 == state => {
                return Err(conflict("This sign-in was answered before and is being checked."));
            }
            _ => return Err(unknown()),
        };
        match answer {
            SignInAnswer::Code(code) => {
                sign_in.step = Step::Exchanging { request, code };
                self.out.effects.extend(sign_in.effect(id));
                // The customer was in time; now the provider is waited for.
                if let Some(flow) = &mut contact.flow {
                    let until = flow.wake_at.map(|at| at.max(cx.now + EXCHANGE_MS));
                    flow.wake_at = until;
                    self.timers.set(Deadline::FlowWake(id), until);
                }
                self.touch_contact(id);
            }
            SignInAnswer::Error => {
                let reason = "the customer was not identified by the identity provider".to_owned();
                self.end_sign_in(cx, id, End::Failed(reason));
            }
        }
        Ok(())
    }

    /// The same, said by the customer: only of their own chat.
    pub fn own_sign_in_answered(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        state: &str,
        answer: SignInAnswer,
    ) -> Result<(), Refusal> {
        let contact = self.customer_contact(participant)?;
        if contact_of(state) != Some(contact) {
            return Err(invalid_request("State is not that of a sign-in of this chat."));
        }
        self.sign_in_answered(cx, state, answer)
    }

    /// The provider has answered to the exchange of a code. An answer to another sign-in than the present is dropped.
    pub fn identity_answered(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        session: Uuid,
        answer: Result<Identity, String>,
    ) {
        let sign_in = self.contacts.get(&id).and_then(|contact| contact.sign_in.as_ref());
        let awaited = sign_in.is_some_and(|sign_in| {
            sign_in.session == session && matches!(sign_in.step, Step::Exchanging { .. })
        });
        if awaited {
            self.end_sign_in(cx, id, answer.map_or_else(End::Failed, End::Succeeded));
        }
    }

    /// The customer goes on without signing in.
    pub fn cancel_sign_in(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        session: &str,
    ) -> Result<(), Refusal> {
        let id = self.signing_in(participant, session)?;
        self.end_sign_in(cx, id, End::Cancelled);
        Ok(())
    }

    /// Nobody asked for the address in time.
    pub(crate) fn sign_in_expired(&mut self, cx: &mut Cx, id: ContactId) {
        self.end_sign_in(cx, id, End::Expired);
    }

    /// The flow's time limit has come; whether the flow waited for a sign-in.
    pub(crate) fn sign_in_timed_out(&mut self, cx: &mut Cx, id: ContactId) -> bool {
        let waits = self.contacts.get(&id).is_some_and(|contact| contact.sign_in.is_some());
        if waits {
            self.end_sign_in(cx, id, End::TimedOut);
        }
        waits
    }

    fn end_sign_in(&mut self, cx: &mut Cx, id: ContactId, end: End) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let Some(sign_in) = contact.sign_in.take() else { return };
        let chain = contact.chain;
        let (status, event, resume) = match &end {
            End::Succeeded(_) => (
                Some(AuthenticationStatus::Authenticated),
                content_type::AUTHENTICATION_SUCCEEDED,
                Resume::Authenticated,
            ),
            End::Failed(reason) => (
                Some(AuthenticationStatus::Failed),
                content_type::AUTHENTICATION_FAILED,
                Resume::Failed(reason.clone()),
            ),
            End::TimedOut => {
                (Some(AuthenticationStatus::Timeout), content_type::AUTHENTICATION_TIMEOUT, Resume::TimeLimit)
            }
            End::Expired => {
                (Some(AuthenticationStatus::Timeout), content_type::AUTHENTICATION_EXPIRED, Resume::TimeLimit)
            }
            End::Cancelled => (None, content_type::AUTHENTICATION_CANCELLED, Resume::OptedOut),
        };
        let identity = match end {
            End::Succeeded(identity) => Some(identity),
            _ => None,
        };
        if let Some(status) = status {
            contact.customer_authentication = Some(CustomerAuthentication {
                status,
                identity_provider: identity.as_ref().map(|identity| identity.issuer.clone()),
                client_id: sign_in.provider.client_id,
                associated_customer_id: identity.as_ref().map(|identity| identity.subject.clone()),
            });
            if let Some(identity) = &identity {
                // What is proven replaces what was claimed.
                contact.customer_id = Some(identity.subject.clone());
            }
        }
        self.timers.set(Deadline::SignInAddress(id), None);
        self.contact_changed(cx, id, &[]);
        if let Some(system) = self.chains.get(&chain).map(|chain| chain.system) {
            let draft = Draft::event(event, system, SYSTEM_NAME, Role::System);
            self.append_item(cx, chain, id, draft);
        }
        if let Some(name) = identity.and_then(|identity| identity.given_name) {
            self.rename_customer(cx, chain, id, &name);
        }
        self.run_flow(cx, id, resume);
    }

    /// The customer is shown under the name that the provider knows.
    fn rename_customer(&mut self, cx: &mut Cx, chain_id: ContactId, contact: ContactId, name: &str) {
        let shown: String =
            name.trim().chars().filter(|one| !one.is_control()).take(NAME_CHARACTERS).collect();
        let Some(chain) = self.chains.get_mut(&chain_id) else { return };
        let Some(customer) = chain.customer.as_mut() else { return };
        if shown.is_empty() || customer.display_name == shown {
            return;
        }
        customer.display_name.clone_from(&shown);
        let participant = customer.participant;
        self.touch_chain(chain_id);
        let draft = Draft::event(content_type::DISPLAY_NAME_UPDATED, participant, &shown, Role::Customer);
        self.append_item(cx, chain_id, contact, draft);
    }

    /// The contact in which a customer takes part.
    fn customer_contact(&self, participant: ParticipantId) -> Result<ContactId, Refusal> {
        let speaker = self.speaker(participant)?;
        if speaker.role != Role::Customer {
            return Err(access_denied("Only the customer can sign in."));
        }
        Ok(speaker.contact)
    }

    /// The contact whose customer this is, while it waits for the sign-in `session`.
    fn signing_in(&self, participant: ParticipantId, session: &str) -> Result<ContactId, Refusal> {
        let id = self.customer_contact(participant)?;
        let sign_in = self.contacts.get(&id).and_then(|contact| contact.sign_in.as_ref());
        match sign_in {
            Some(sign_in) if sign_in.session.to_string() == session => Ok(id),
            _ => Err(invalid_request(
                "SessionId is not that of a sign-in that this chat waits for: it is over, or never was.",
            )),
        }
    }
}

/// 64 characters nobody can guess (244 random bits).
fn secret(cx: &mut Cx) -> String {
    format!("{}{}", cx.id::<Uuid>().simple(), cx.id::<Uuid>().simple())
}

/// The contact that a state belongs to.
fn contact_of(state: &str) -> Option<ContactId> {
    state.split_once('.')?.0.parse().ok()
}
