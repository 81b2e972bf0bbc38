//! What was made together with the instance and stays: the default flows and the default routing profile.

use model::resource::{FlowResource, FlowType, RoutingProfile};
use model::{FlowId, RoutingProfileId};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::kind::Kind;

/// Marks kept by id, so that renaming one of these resources does not lift its protection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Defaults {
    #[serde(default)]
    pub flows: Vec<DefaultFlow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_profile_id: Option<RoutingProfileId>,
}

/// The flow that runs where none of this type was chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DefaultFlow {
    #[serde(rename = "Type")]
    pub kind: FlowType,
    pub contact_flow_id: FlowId,
}

impl Directory {
    /// The flow that runs where no flow of this type was chosen (spec 04 §15), under whatever name it has now.
    pub fn default_flow(&self, kind: FlowType) -> Option<&FlowResource> {
        let default = self.defaults.flows.iter().find(|flow| flow.kind == kind)?;
        self.flow(default.contact_flow_id)
    }

    /// Whether the flow is one of the default flows, which can be edited but neither archived nor deleted.
    pub fn is_default_flow(&self, id: FlowId) -> bool {
        self.defaults.flows.iter().any(|flow| flow.contact_flow_id == id)
    }

    /// The routing profile that was made with the instance, if it still exists.
    pub fn default_routing_profile(&self) -> Option<&RoutingProfile> {
        self.routing_profile(self.defaults.routing_profile_id?)
    }

    pub(crate) fn save_defaults(&mut self) {
        let defaults = self.defaults.clone();
        self.changed(Kind::Defaults, "defaults".to_owned(), &defaults);
    }
}
