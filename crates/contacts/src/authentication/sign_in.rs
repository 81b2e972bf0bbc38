//! A sign-in: who identifies the customer, how far it has come, and what passes between the core and the shell.

use std::fmt;

use model::{ContactId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::outcome::Effect;

/// A text that is kept but never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidential(pub String);

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

/// A sign-in that a flow waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Its public id.
    pub session: Uuid,
    /// Who identifies the customer.
    pub provider: ProviderName,
    /// How far it has come.
    pub step: Step,
}

/// How a flow names an identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderName {
    /// ARN of the user pool.
    pub user_pool_arn: String,
    /// Client id at the provider.
    pub client_id: String,
}

/// How far a sign-in has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// The provider is looked for; the customer knows of nothing yet.
    Preparing,
    /// The customer was asked to sign in.
    Offered {
        /// Until when the address can be asked for.
        until: Timestamp,
    },
    /// The customer has the address of the provider.
    Requested(AuthorizationRequest),
    /// The provider is asked who the customer is.
    Exchanging {
        /// What the customer was sent with.
        request: AuthorizationRequest,
        /// What they came back with.
        code: Confidential,
    },
}

/// What a customer is sent to the provider with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the provider sends them back to.
    pub redirect_uri: String,
    /// Comes back with them: the contact, a dot, and a secret.
    pub state: Confidential,
    /// Comes back in the ID token.
    pub nonce: Confidential,
    /// Proof that the code is exchanged by whoever asked for it (RFC 7636).
    pub verifier: Confidential,
}

/// What a customer came back with from the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInAnswer {
    /// A code to exchange.
    Code(Confidential),
    /// The provider did not identify them.
    Error,
}

/// Whom a provider has identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// The customer's id there.
    pub subject: String,
    /// Given name, if it is known.
    pub given_name: Option<String>,
}

impl SignIn {
    /// What the shell has to do for the present step, also anew after a restart.
    pub(crate) fn effect(&self, contact: ContactId) -> Option<Effect> {
        let (session, provider) = (self.session, self.provider.clone());
        match &self.step {
            Step::Preparing => Some(Effect::FindIdentityProvider { contact, session, provider }),
            Step::Exchanging { request, code } => Some(Effect::ExchangeCode {
                contact,
                session,
                provider,
                request: request.clone(),
                code: code.clone(),
            }),
            Step::Offered { .. } | Step::Requested(_) => None,
        }
    }
}
