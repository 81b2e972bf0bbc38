//! The port to telephony: legs of calls live elsewhere, here they are only told what to do.

use std::sync::{Arc, OnceLock};

use contacts::call::CallCommand;
use engine::Engine;

/// Something that has the legs of calls.
pub trait Telephony: Send + Sync + 'static {
    /// Takes a command of a call of this instance, in the order of their commits. Must not block; what comes of it is
    /// told with [`contacts::Core::call_event`].
    fn command(&self, engine: &Arc<Engine>, command: CallCommand);
}

/// Where telephony is plugged in; a server without it has no calls.
#[derive(Default)]
pub(crate) struct Port(OnceLock<Arc<dyn Telephony>>);

impl Port {
    pub(crate) fn plug(&self, telephony: Arc<dyn Telephony>) {
        if self.0.set(telephony).is_err() {
            tracing::error!("telephony was plugged in twice; the first goes on");
        }
    }

    pub(crate) fn is_plugged(&self) -> bool {
        self.0.get().is_some()
    }

    pub(crate) fn command(&self, engine: &Arc<Engine>, command: CallCommand) {
        match self.0.get() {
            Some(telephony) => telephony.command(engine, command),
            None => tracing::warn!(instance = %engine.id(), "a call wants telephony, and there is none"),
        }
    }
}
