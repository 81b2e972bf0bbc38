//! Shapes of parameters.

use serde_json::{Map, Value};

/// One parameter of an action, or one member of an object inside a parameter.
#[derive(Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Other names that documents use for it; accepted, with a warning.
    pub aliases: &'static [&'static str],
    /// Whether it must be there.
    pub required: bool,
    /// What it looks like.
    pub shape: Shape,
}

/// What a parameter looks like.
#[derive(Clone, Copy)]
pub enum Shape {
    /// One text.
    Scalar(Class, Kind),
    /// An object with these members and rules over them.
    Object(&'static [Parameter], &'static [Rule]),
    /// An object whose keys are free; all values of one shape.
    Map {
        /// Keys may hold references.
        dynamic_keys: bool,
        /// Shape of the values.
        value: &'static Shape,
        /// Fewest entries.
        least: usize,
        /// Most entries.
        most: usize,
    },
    /// A list of values of one shape.
    List {
        /// Shape of the items.
        item: &'static Shape,
        /// Fewest items.
        least: usize,
        /// Most items.
        most: usize,
    },
    /// The first shape for texts, the second for everything else.
    TextOr(&'static Shape, &'static Shape),
    /// Any JSON; references may stand in its texts.
    Json,
}

/// How a text may refer to other values (spec 10 §1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// S: a literal.
    Static,
    /// R: a literal, or one reference that is the entire text.
    Reference,
    /// One reference that is the entire text; no literal.
    Path,
    /// D: text with any number of references.
    Template,
}

/// What a literal text must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// At most so many characters.
    Short(usize),
    /// A whole number in a range.
    Integer(i64, i64),
    /// A number in a range.
    Number(f64, f64),
    /// One of these; letter case does not matter when reading.
    OneOf(&'static [&'static str]),
    /// The name of a resource: id or ARN.
    Resource(ResourceKind),
    /// Keys of the telephone, at most so many.
    Keys(usize),
}

/// Kinds of resource that a flow can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ResourceKind {
    Flow,
    Module,
    Queue,
    Agent,
    Prompt,
    HoursOfOperation,
    Function,
    Bot,
    View,
    PhoneNumber,
    TaskTemplate,
    CaseTemplate,
    DataTable,
}

impl ResourceKind {
    /// The word used in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Module => "flow module",
            Self::Queue => "queue",
            Self::Agent => "agent",
            Self::Prompt => "prompt",
            Self::HoursOfOperation => "hours of operation",
            Self::Function => "function",
            Self::Bot => "bot",
            Self::View => "view",
            Self::PhoneNumber => "phone number",
            Self::TaskTemplate => "task template",
            Self::CaseTemplate => "case template",
            Self::DataTable => "data table",
        }
    }
}

/// A rule over several members of one object.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Exactly one of these.
    ExactlyOne(&'static [&'static str]),
    /// Not two of these.
    AtMostOne(&'static [&'static str]),
    /// At least one of these.
    AtLeastOne(&'static [&'static str]),
    /// Holds for these members; otherwise the text says what is wrong.
    Holds(fn(&Map<String, Value>) -> bool, &'static str),
}

/// `true` or `false`; documents spell it in several ways.
pub(super) const BOOLEAN: Kind = Kind::OneOf(&["True", "False"]);
/// `Enabled` or `Disabled`.
pub(super) const ENABLED: Kind = Kind::OneOf(&["Enabled", "Disabled"]);

pub(super) const TEXT: Shape = Shape::Scalar(Class::Static, Kind::Text);
pub(super) const TEMPLATE: Shape = Shape::Scalar(Class::Template, Kind::Text);
pub(super) const REFERENCE: Shape = Shape::Scalar(Class::Reference, Kind::Text);

pub(super) const fn fixed(kind: Kind) -> Shape {
    Shape::Scalar(Class::Static, kind)
}
pub(super) const fn refers(kind: Kind) -> Shape {
    Shape::Scalar(Class::Reference, kind)
}
pub(super) const fn template(kind: Kind) -> Shape {
    Shape::Scalar(Class::Template, kind)
}
pub(super) const fn names(kind: ResourceKind) -> Shape {
    Shape::Scalar(Class::Reference, Kind::Resource(kind))
}
pub(super) const fn must(name: &'static str, shape: Shape) -> Parameter {
    Parameter { name, aliases: &[], required: true, shape }
}
pub(super) const fn may(name: &'static str, shape: Shape) -> Parameter {
    Parameter { name, aliases: &[], required: false, shape }
}
pub(super) const fn object(members: &'static [Parameter]) -> Shape {
    Shape::Object(members, &[])
}
pub(super) const fn list(item: &'static Shape, least: usize) -> Shape {
    Shape::List { item, least, most: usize::MAX }
}
/// A map with references in keys and values.
pub(super) const fn map(least: usize) -> Shape {
    Shape::Map { dynamic_keys: true, value: &TEMPLATE, least, most: usize::MAX }
}

/// What is shown or played (spec 10 §2.4): exactly or at most one of the four, by the rule of the action.
pub(super) const PROMPT: [Parameter; 4] = [
    may("PromptId", names(ResourceKind::Prompt)),
    may("Text", template(Kind::Short(6000))),
    may("SSML", template(Kind::Short(6000))),
    may(
        "Media",
        object(&[
            must("Uri", TEMPLATE),
            must("SourceType", fixed(Kind::OneOf(&["S3"]))),
            must("MediaType", fixed(Kind::OneOf(&["Audio"]))),
        ]),
    ),
];
/// The names of the four.
pub(super) const PROMPT_NAMES: &[&str] = &["PromptId", "Text", "SSML", "Media"];

/// A queue or the queue of an agent.
pub(super) const QUEUE: Parameter = may("QueueId", names(ResourceKind::Queue));
/// See [`QUEUE`].
pub(super) const AGENT: Parameter = may("AgentId", names(ResourceKind::Agent));
/// The names of the two.
pub(super) const QUEUE_OR_AGENT: &[&str] = &["QueueId", "AgentId"];

/// Which contact is changed.
pub(super) const TARGET_CONTACT: Parameter =
    may("TargetContact", fixed(Kind::OneOf(&["Current", "Related"])));

/// A type whose parameters are not known: any are accepted (spec 10 §7 O18).
pub(super) const UNKNOWN_PARAMETERS: &[Parameter] = &[Parameter { name: "*", ..may("*", Shape::Json) }];
