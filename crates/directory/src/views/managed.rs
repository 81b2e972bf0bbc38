//! The views that every instance has: one page each, with all of its content as input (spec 07 §2.2).

use std::sync::LazyLock;

use model::resource::ViewContent;
use serde_json::{Map, Value, json};

/// A view that cannot be changed.
#[derive(Debug)]
pub struct ManagedView {
    /// Its id.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it consists of.
    pub content: ViewContent,
}

/// The only version of each.
pub(crate) const VERSION: u64 = 1;

/// All of them, by id.
pub(crate) static MANAGED: LazyLock<Vec<ManagedView>> = LazyLock::new(|| {
    vec![
        view(
            "cards",
            "Cards",
            "Cards to choose from; a card opens into details.",
            "CardsView",
            &["AttributeBar", "Back", "Heading", "SubHeading", "Cards", "NoMatchFound"],
            &["ActionSelected", "Back", "NoMatchFound"],
        ),
        view(
            "confirmation",
            "Confirmation",
            "What has happened, and a button to go on.",
            "ConfirmationView",
            &["AttributeBar", "Heading", "SubHeading", "Graphic", "Next"],
            &["Next"],
        ),
        view(
            "detail",
            "Detail",
            "Information in sections, and buttons for what can be done.",
            "DetailView",
            &["AttributeBar", "Back", "Heading", "Description", "Sections", "Actions"],
            &["ActionSelected", "Back"],
        ),
        view(
            "form",
            "Form",
            "A form of one or more sections, also as a step of several.",
            "FormView",
            &[
                "AttributeBar",
                "Back",
                "Heading",
                "SubHeading",
                "ErrorText",
                "Wizard",
                "Sections",
                "Next",
                "Previous",
                "Cancel",
                "Edit",
            ],
            &["Back", "Cancel", "Edit", "Next", "Previous", "Step", "Submit"],
        ),
        view(
            "list",
            "List",
            "A list of items; those with an Id can be chosen.",
            "ListView",
            &["AttributeBar", "Back", "Heading", "SubHeading", "Items"],
            &["ActionSelected", "Back"],
        ),
    ]
});

fn view(
    key: &'static str,
    name: &'static str,
    description: &'static str,
    component: &str,
    inputs: &[&str],
    actions: &[&str],
) -> ManagedView {
    let props: Map<String, Value> =
        inputs.iter().map(|&input| (input.to_owned(), json!(format!("$.{input}")))).collect();
    let template = json!({
        "Head": { "Title": name, "Configuration": { "Layout": { "Columns": ["12"] } } },
        "Body": [{ "_id": key, "Type": component, "Props": props, "Content": [] }],
    });
    let content = ViewContent {
        template: template.to_string(),
        actions: actions.iter().map(|&action| action.to_owned()).collect(),
    };
    ManagedView { key, name, description, content }
}

/// The managed view with this id.
pub(crate) fn managed(key: &str) -> Option<&'static ManagedView> {
    MANAGED.iter().find(|view| view.key == key)
}
