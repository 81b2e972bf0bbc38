//! Integration associations; the scanner of attachments is the one that is built.

use axum::http::Method;
use directory::Directory;
use directory::integrations::{
    CreateIntegrationAssociation, DeleteIntegrationAssociation, ListIntegrationAssociations,
};
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::row::{Items, change, list};
use crate::App;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        change::<CreateIntegrationAssociation, _, _>(
            Method::PUT,
            "CreateIntegrationAssociation",
            "/instance/{InstanceId}/integration-associations",
            |_| Subject::none(),
            |directory, _, input| directory.create_integration_association(input),
        )
        .constraint("IntegrationArn", Rule::Length(1, 140)),
        change::<DeleteIntegrationAssociation, _, _>(
            Method::DELETE,
            "DeleteIntegrationAssociation",
            "/instance/{InstanceId}/integration-associations/{IntegrationAssociationId}",
            |_| Subject::none(),
            |directory, _, input| directory.delete_integration_association(input),
        ),
        list::<ListIntegrationAssociations, _>(
            "ListIntegrationAssociations",
            "/instance/{InstanceId}/integration-associations",
            Items::plain("IntegrationAssociationSummaryList", 100),
            Directory::list_integration_associations,
        )
        .query("integrationType", "IntegrationType", Kind::String)
        .query("integrationArn", "IntegrationArn", Kind::String),
    ]
}
