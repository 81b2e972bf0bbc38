//! Predefined attributes: names with their values, for proficiencies and routing criteria (spec 12 G31).

use axum::http::Method;
use directory::Directory;
use directory::attributes::{
    CreatePredefinedAttribute, DeletePredefinedAttribute, DescribePredefinedAttribute,
    ListPredefinedAttributes, SearchPredefinedAttributes, UpdatePredefinedAttribute,
};
use wire::{Operation, Rule};

use super::authority::Subject;
use super::row::{Items, change, describe, list, search};
use crate::App;

const ONE: &str = "/predefined-attributes/{InstanceId}/{Name}";

// The published limits of today; the directory holds to the narrower ones of its time.
pub(super) fn operations() -> Vec<Operation<App>> {
    let name = || Rule::Length(1, 100);
    vec![
        values(change::<CreatePredefinedAttribute, _, _>(
            Method::PUT,
            "CreatePredefinedAttribute",
            "/predefined-attributes/{InstanceId}",
            |_| Subject::none(),
            Directory::create_predefined_attribute,
        ))
        .constraint("Name", name()),
        describe::<DescribePredefinedAttribute, _>(
            "DescribePredefinedAttribute",
            ONE,
            |_| Subject::none(),
            Directory::describe_predefined_attribute,
        )
        .constraint("Name", name()),
        list::<ListPredefinedAttributes, _>(
            "ListPredefinedAttributes",
            "/predefined-attributes/{InstanceId}",
            Items::plain("PredefinedAttributeSummaryList", 100),
            Directory::list_predefined_attributes,
        ),
        search::<SearchPredefinedAttributes, _>(
            "SearchPredefinedAttributes",
            "/search-predefined-attributes",
            Items::plain("PredefinedAttributes", 100),
            Directory::search_predefined_attributes,
        ),
        values(change::<UpdatePredefinedAttribute, _, _>(
            Method::POST,
            "UpdatePredefinedAttribute",
            ONE,
            |_| Subject::none(),
            Directory::update_predefined_attribute,
        ))
        .constraint("Name", name()),
        change::<DeletePredefinedAttribute, _, _>(
            Method::DELETE,
            "DeletePredefinedAttribute",
            ONE,
            |_| Subject::none(),
            |directory, _, input| directory.delete_predefined_attribute(input),
        )
        .constraint("Name", name()),
    ]
}

/// An operation that takes values.
fn values(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("Values.StringList", Rule::Length(0, 500))
        .constraint("Values.StringList[]", Rule::Length(1, 100))
}
