//! The components that a view's template is built of, and what their properties hold.

/// What stands inside a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Nothing.
    Nothing,
    /// A text.
    Text,
    /// Other components.
    Components,
}

/// A kind of component.
#[derive(Debug)]
pub(crate) struct Component {
    /// Its `Type`.
    pub name: &'static str,
    /// Its `Content`.
    pub inside: Inside,
    /// Of a whole page: the properties without which it cannot be shown. The rest may be left out by whoever shows the
    /// view, also where the template refers to its input. Ordinary components need every input they refer to.
    pub page: Option<&'static [&'static str]>,
}

const fn leaf(name: &'static str) -> Component {
    Component { name, inside: Inside::Nothing, page: None }
}

const fn text(name: &'static str) -> Component {
    Component { name, inside: Inside::Text, page: None }
}

const fn group(name: &'static str) -> Component {
    Component { name, inside: Inside::Components, page: None }
}

const fn page(name: &'static str, needs: &'static [&'static str]) -> Component {
    Component { name, inside: Inside::Nothing, page: Some(needs) }
}

/// Every kind of component.
pub(crate) const COMPONENTS: &[Component] = &[
    group("Container"),
    group("Form"),
    group("ExpandableSection"),
    leaf("Card"),
    leaf("AttributeBar"),
    leaf("Attribute"),
    leaf("ProgressTracker"),
    leaf("FormInput"),
    leaf("TextArea"),
    leaf("Dropdown"),
    leaf("DatePicker"),
    leaf("TimeInput"),
    leaf("TimePicker"),
    leaf("RadioGroup"),
    leaf("CheckboxGroup"),
    leaf("Checkbox"),
    leaf("Toggle"),
    text("Button"),
    text("SubmitButton"),
    text("Link"),
    text("Heading"),
    text("Text"),
    text("TextContent"),
    text("Alert"),
    leaf("Image"),
    leaf("Divider"),
    page("DetailView", &["Sections"]),
    page("ListView", &["Items"]),
    page("FormView", &["Sections"]),
    page("ConfirmationView", &["Next"]),
    page("CardsView", &["Cards"]),
];

/// The component with this `Type`.
pub(crate) fn component(name: &str) -> Option<&'static Component> {
    COMPONENTS.iter().find(|component| component.name == name)
}

/// What the value of a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text; a number or a switch is shown as one.
    Text,
    /// `true` or `false`, also as text.
    Flag,
    /// A number, also as text.
    Number,
    /// A list.
    List,
    /// A text, or an object with a `Label` or the like.
    Label,
    /// Anything.
    Any,
}

impl Kind {
    /// The `type` of a JSON schema; none = every type.
    pub const fn schema_types(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["string", "number", "boolean"],
            Self::Flag => &["boolean", "string"],
            Self::Number => &["number", "string"],
            Self::List => &["array"],
            Self::Label => &["string", "object"],
            Self::Any => &[],
        }
    }
}

/// What properties of this name hold, whatever the component.
pub(crate) fn kind_of(property: &str) -> Kind {
    match property {
        "Heading" | "SubHeading" | "Description" | "Label" | "Name" | "Value" | "DefaultText" | "Text"
        | "Placeholder" | "HelperText" | "Id" | "Icon" | "Status" | "Url" | "Action" | "Source" | "Alt"
        | "InputType" | "LinkType" | "ResourceId" | "Title" | "Variant" => Kind::Text,
        "Required" | "Fluid" | "MultiSelect" | "Copyable" | "Hidden" | "Disabled" | "Include"
        | "Optional" | "Selected" | "IsEditable" | "AutoOpen" | "Open" => Kind::Flag,
        "MaxLength" | "Rows" | "Minimum" | "Maximum" => Kind::Number,
        "Items" | "Sections" | "Cards" | "Options" | "Attributes" | "AttributeBar" | "Actions" | "Wizard"
        | "Steps" => Kind::List,
        "Back" | "Next" | "Previous" | "Cancel" | "Edit" | "NoMatchFound" | "ErrorText" => Kind::Label,
        _ => Kind::Any,
    }
}
