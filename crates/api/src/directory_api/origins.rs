//! The origins whose pages may embed the agent panel.

use axum::http::Method;
use directory::Directory;
use directory::instance::{AssociateApprovedOrigin, DisassociateApprovedOrigin, ListApprovedOrigins};
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::CLIENT_TOKEN;
use super::row::{Items, change, list};
use crate::App;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        change::<AssociateApprovedOrigin, _, _>(
            Method::PUT,
            "AssociateApprovedOrigin",
            "/instance/{InstanceId}/approved-origin",
            |_| Subject::none(),
            |directory, _, input| directory.associate_approved_origin(input),
        )
        .constraint("Origin", Rule::Length(0, 267))
        .constraint("ClientToken", CLIENT_TOKEN),
        change::<DisassociateApprovedOrigin, _, _>(
            Method::DELETE,
            "DisassociateApprovedOrigin",
            "/instance/{InstanceId}/approved-origin",
            |_| Subject::none(),
            |directory, _, input| directory.disassociate_approved_origin(input),
        )
        .query("origin", "Origin", Kind::String)
        .query("clientToken", "ClientToken", Kind::String)
        .constraint("Origin", Rule::Length(0, 267))
        .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListApprovedOrigins, _>(
            "ListApprovedOrigins",
            "/instance/{InstanceId}/approved-origins",
            Items::plain("Origins", 25),
            Directory::list_approved_origins,
        ),
    ]
}
