//! The resources a document names, and how they are found again in another instance (spec 10 §1.10).

use serde_json::{Map, Value};

use crate::action::{self, Kind, Parameter, ResourceKind, Shape};
use crate::document::Document;
use crate::error::ParseError;
use crate::value::template::has_reference;

/// What an instance knows of the resources that flows name.
pub trait Catalog {
    /// How a flow of this instance should name the resource that `name` (id or ARN, possibly of another instance)
    /// names by its id; none when there is no such resource.
    fn by_id(&self, kind: ResourceKind, name: &str) -> Option<String>;

    /// How a flow should name the resource that is called `display` here; none unless there is exactly one.
    fn by_name(&self, kind: ResourceKind, display: &str) -> Option<String>;
}

/// A resource that was not simply there by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The place, such as `Actions[3].Parameters.QueueId`.
    pub path: String,
    /// The action.
    pub identifier: String,
    /// Kind of resource.
    pub kind: ResourceKind,
    /// What the document named.
    pub value: String,
    /// Its display name, if the document tells one.
    pub display: Option<String>,
    /// What it was replaced with; none when it is not resolved.
    pub resolved: Option<String>,
}

/// Resolves the resources of a document: by id, then by display name. Everything that was resolved by name or not at
/// all is listed; a document in which nothing had to be rewritten keeps its text.
pub fn resolve(document: Document, catalog: &dyn Catalog) -> Result<(Document, Vec<Found>), ParseError> {
    let mut root = Value::Object(document.root().clone());
    let mut walk = Walk { catalog, found: Vec::new(), identifier: String::new(), changed: false };
    let metadata =
        root.pointer("/Metadata/ActionMetadata").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut names: Vec<(String, String, String)> = Vec::new();
    if let Some(Value::Array(actions)) = root.get_mut("Actions") {
        for (index, action) in actions.iter_mut().enumerate() {
            let kind = action.get("Type").and_then(Value::as_str).and_then(action::spec);
            walk.identifier = action.get("Identifier").and_then(Value::as_str).unwrap_or_default().to_owned();
            let (Some(spec), Some(Value::Object(parameters))) = (kind, action.get_mut("Parameters")) else {
                continue;
            };
            let place = metadata.get(&walk.identifier).and_then(Value::as_object);
            let shown = place.and_then(|place| place.get("parameters"));
            let before = walk.found.len();
            walk.members(parameters, spec.parameters, &format!("Actions[{index}].Parameters"), shown, place);
            let changes = walk.found[before..].iter().filter_map(|found| {
                Some((found.identifier.clone(), found.value.clone(), found.resolved.clone()?))
            });
            names.extend(changes);
        }
    }
    let Walk { found, changed, .. } = walk;
    if !changed {
        return Ok((document, found));
    }
    for (identifier, old, new) in names {
        let places = root.get_mut("Metadata").and_then(|metadata| metadata.get_mut("ActionMetadata"));
        if let Some(Value::Object(place)) = places.and_then(|places| places.get_mut(&identifier)) {
            rename(place, &old, &new);
        }
    }
    Ok((Document::parse(&format!("{root:#}"))?, found))
}

/// The ids that the designer keeps beside display names.
fn rename(place: &mut Map<String, Value>, old: &str, new: &str) {
    for (_, value) in place.iter_mut() {
        if let Value::Object(object) = value
            && let Some(Value::String(id)) = object.get_mut("id")
            && id == old
        {
            *id = new.to_owned();
        }
    }
}

/// The views that every instance has.
const MANAGED_VIEWS: [&str; 5] = ["cards", "confirmation", "detail", "form", "list"];

/// True for the id or resource name of a view that every instance has, with or without a version or qualifier.
pub fn is_managed_view(name: &str) -> bool {
    let id = match name.strip_prefix("arn:") {
        None => name,
        Some(_) => match name.rsplit_once(":view/") {
            Some((front, id)) if front.ends_with(":aws") => id,
            _ => return false,
        },
    };
    let (id, version) = id.split_once(':').unwrap_or((id, "$LATEST"));
    let known_version = version == "$LATEST" || version.parse::<u32>().is_ok_and(|number| number > 0);
    MANAGED_VIEWS.contains(&id) && known_version
}

/// True for text that deployment tools replace before a flow is used.
pub fn is_placeholder(text: &str) -> bool {
    ["%%", "{{", "${"].iter().any(|mark| text.contains(mark))
}

struct Walk<'a> {
    catalog: &'a dyn Catalog,
    found: Vec<Found>,
    identifier: String,
    changed: bool,
}

impl Walk<'_> {
    fn members(
        &mut self,
        object: &mut Map<String, Value>,
        known: &[Parameter],
        path: &str,
        shown: Option<&Value>,
        place: Option<&Map<String, Value>>,
    ) {
        for (name, value) in object.iter_mut() {
            let named =
                |parameter: &&Parameter| parameter.name == name || parameter.aliases.contains(&name.as_str());
            if let Some(parameter) = known.iter().find(named) {
                let shown = shown.and_then(|shown| shown.get(name));
                self.value(value, &parameter.shape, &format!("{path}.{name}"), shown, place);
            }
        }
    }

    fn value(
        &mut self,
        value: &mut Value,
        shape: &Shape,
        path: &str,
        shown: Option<&Value>,
        place: Option<&Map<String, Value>>,
    ) {
        match (shape, value) {
            (Shape::TextOr(text, _), value @ Value::String(_)) => self.value(value, text, path, shown, place),
            (Shape::TextOr(_, other), value) => self.value(value, other, path, shown, place),
            (Shape::Object(known, _), Value::Object(object)) => {
                self.members(object, known, path, shown, place)
            }
            (Shape::Map { value: shape, .. }, Value::Object(entries)) => {
                for (key, value) in entries.iter_mut() {
                    let shown = shown.and_then(|shown| shown.get(key));
                    self.value(value, shape, &format!("{path}.{key}"), shown, place);
                }
            }
            (Shape::List { item, .. }, Value::Array(items)) => {
                for (index, value) in items.iter_mut().enumerate() {
                    let shown = shown.and_then(|shown| shown.get(index));
                    let place = place.filter(|_| index == 0);
                    self.value(value, item, &format!("{path}[{index}]"), shown, place);
                }
            }
            (Shape::Scalar(_, Kind::Resource(kind)), Value::String(text)) => {
                let display = shown
                    .and_then(|shown| shown.get("displayName")?.as_str())
                    .or_else(|| display_of(*kind, place?, text))
                    .filter(|name| !name.is_empty());
                self.resource(text, *kind, path, display);
            }
            _ => {}
        }
    }

    fn resource(&mut self, text: &mut String, kind: ResourceKind, path: &str, display: Option<&str>) {
        let placeholder = is_placeholder(text);
        // A phone number and the name of a built-in view are no resources of an instance.
        let literal =
            matches!(kind, ResourceKind::PhoneNumber | ResourceKind::View) && !text.starts_with("arn:");
        if !placeholder && (has_reference(text) || (literal && !text.is_empty())) {
            return;
        }
        let by_id = (!placeholder && !text.is_empty()).then(|| self.catalog.by_id(kind, text)).flatten();
        if let Some(name) = by_id {
            self.changed |= name != *text;
            *text = name;
            return;
        }
        let resolved = display.and_then(|display| self.catalog.by_name(kind, display));
        self.found.push(Found {
            path: path.to_owned(),
            identifier: self.identifier.clone(),
            kind,
            value: text.clone(),
            display: display.map(str::to_owned),
            resolved: resolved.clone(),
        });
        if let Some(name) = resolved {
            self.changed = true;
            *text = name;
        }
    }
}

/// The display name where older designers kept it: beside the parameters of the block.
fn display_of<'a>(kind: ResourceKind, place: &'a Map<String, Value>, value: &str) -> Option<&'a str> {
    let keys: &[&str] = match kind {
        ResourceKind::Queue | ResourceKind::Agent => &["queue"],
        ResourceKind::Flow => &["ContactFlow", "contactFlow"],
        ResourceKind::Module => &["contactFlowModuleName"],
        ResourceKind::Prompt => &["promptName"],
        ResourceKind::HoursOfOperation => &["hours", "Hours"],
        _ => &[],
    };
    keys.iter().find_map(|key| match place.get(*key)? {
        Value::String(name) if name != value => Some(name.as_str()),
        Value::Object(object) => object.get("text")?.as_str(),
        _ => None,
    })
}
