//! Predefined attributes (spec 02 §13): names with their possible values, for proficiencies and routing criteria.

use model::resource::PredefinedAttribute;
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, Searchable};

/// The system attribute of languages: its own values stay, others may be added.
pub const LANGUAGE: &str = "connect:Language";
/// The system attribute of contact subtypes: it cannot be changed.
pub const SUBTYPE: &str = "connect:Subtype";

/// Most values that can be given to an attribute.
const MAX_VALUES: usize = 128;
/// Longest name and longest value, in characters.
const MAX_LENGTH: usize = 64;

inputs! {
    /// `CreatePredefinedAttribute`.
    CreatePredefinedAttribute { name: String, values: PredefinedAttributeValues }
    /// `DescribePredefinedAttribute`.
    DescribePredefinedAttribute { name: String }
    /// `UpdatePredefinedAttribute`; replaces the values.
    UpdatePredefinedAttribute { name: String, values: PredefinedAttributeValues }
    /// `DeletePredefinedAttribute`.
    DeletePredefinedAttribute { name: String }
    /// `ListPredefinedAttributes`.
    ListPredefinedAttributes {}
    /// `SearchPredefinedAttributes`.
    SearchPredefinedAttributes { search_criteria: Option<SearchCriteria> }
}

parts! {
    /// The values.
    PredefinedAttributeValues { string_list: Vec<String> }
}

const SEARCH: Searchable<PredefinedAttribute> = Searchable {
    fields: &[
        ("name", |attribute, is| is(&attribute.name)),
        ("value", |attribute, is| attribute.values.iter().any(|value| is(value))),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: None,
    group: None,
};

impl Directory {
    /// `CreatePredefinedAttribute`.
    pub fn create_predefined_attribute(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreatePredefinedAttribute,
    ) -> Result<()> {
        self.mine(&input)?;
        label("Name", &input.name)?;
        let attribute = PredefinedAttribute {
            values: values(input.values.string_list, &[])?,
            name: input.name,
            last_modified_time: cx.now,
        };
        if let Some(other) = self.predefined_attribute(&attribute.name) {
            return Err(DirectoryError::duplicate(format!(
                "The predefined attribute {:?} exists already; names are compared without regard to case.",
                other.name
            )));
        }
        let own = self.predefined_attributes().filter(|attribute| !is_system(&attribute.name)).count();
        self.room_for(Quota::PredefinedAttributes, own)?;
        self.put(attribute);
        Ok(())
    }

    /// `UpdatePredefinedAttribute`: a value that an agent's proficiency has cannot be dropped.
    pub fn update_predefined_attribute(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdatePredefinedAttribute,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut attribute = self.attribute_named(&input.name)?.clone();
        if attribute.name == SUBTYPE {
            return Err(DirectoryError::request(format!(
                "{SUBTYPE} is a system attribute and cannot be changed."
            )));
        }
        let system: Vec<String> = attribute.values.iter().filter(|value| is_system(value)).cloned().collect();
        let new = values(input.values.string_list, &system)?;
        if let Some(kept) = system.iter().find(|value| !new.contains(value)) {
            return Err(DirectoryError::request(format!(
                "{kept:?} is a system value of {:?} and must stay in the list.",
                attribute.name
            )));
        }
        for dropped in attribute.values.iter().filter(|value| !new.contains(value)) {
            if let Some(user) = self.skilled_user(&attribute.name, Some(dropped)) {
                return Err(DirectoryError::request(format!(
                    "The value {dropped:?} is a proficiency of users, such as {user:?}. Disassociate it first."
                )));
            }
        }
        attribute.values = new;
        attribute.last_modified_time = cx.now;
        self.put(attribute);
        Ok(())
    }

    /// `DeletePredefinedAttribute`: refused while an agent has a proficiency of it.
    pub fn delete_predefined_attribute(&mut self, input: DeletePredefinedAttribute) -> Result<()> {
        self.mine(&input)?;
        let name = self.attribute_named(&input.name)?.name.clone();
        if is_system(&name) {
            return Err(DirectoryError::request(format!(
                "{name} is a system attribute and cannot be deleted."
            )));
        }
        if let Some(user) = self.skilled_user(&name, None) {
            return Err(DirectoryError::in_use(
                format!(
                    "The predefined attribute {name:?} is a proficiency of users, such as {user:?}. Disassociate it first."
                ),
                self.scope.instance_arn(),
            ));
        }
        self.remove::<PredefinedAttribute>(&name);
        Ok(())
    }

    /// `DescribePredefinedAttribute`.
    pub fn describe_predefined_attribute(&self, input: &DescribePredefinedAttribute) -> Result<Value> {
        self.mine(input)?;
        let attribute = self.attribute_named(&input.name)?;
        Ok(Body::new().set("PredefinedAttribute", self.predefined_attribute_body(attribute)).build())
    }

    /// `ListPredefinedAttributes`, by name.
    pub fn list_predefined_attributes<'a>(
        &'a self,
        input: &ListPredefinedAttributes,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.map(str::to_owned);
        Ok(Rows::new(self.table::<PredefinedAttribute>().after(after).map(|attribute| {
            Row::new(&attribute.name, None, || {
                Body::new()
                    .set("Name", &*attribute.name)
                    .modified(attribute.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `SearchPredefinedAttributes`.
    pub fn search_predefined_attributes(&self, input: &SearchPredefinedAttributes) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, None, input.search_criteria.as_ref())?;
        Ok(matcher.find(self.predefined_attributes(), |attribute| {
            Row::new(&attribute.name, None, || self.predefined_attribute_body(attribute))
        }))
    }

    fn attribute_named(&self, name: &str) -> Result<&PredefinedAttribute> {
        let found = self.predefined_attribute(name).filter(|attribute| attribute.name == name);
        found.ok_or_else(|| DirectoryError::not_found(format!("There is no predefined attribute {name:?}.")))
    }

    /// The login name of a user with a proficiency of this attribute, or of this value of it.
    fn skilled_user(&self, name: &str, value: Option<&str>) -> Option<&str> {
        let user = self.users().find(|user| {
            user.proficiencies.iter().any(|skill| {
                skill.attribute_name == name && value.is_none_or(|value| skill.attribute_value == value)
            })
        })?;
        Some(&user.username)
    }

    fn predefined_attribute_body(&self, attribute: &PredefinedAttribute) -> Value {
        Body::new()
            .set("Name", &*attribute.name)
            .set("Values", json!({ "StringList": attribute.values }))
            .modified(attribute.last_modified_time, &self.scope.region)
            .build()
    }
}

fn is_system(label: &str) -> bool {
    label.starts_with("connect:")
}

/// A name or a value: 1–64 letters, numbers, blanks and `_.:/=+-@'`, beginning neither `aws:` nor `connect:`.
fn label(member: &str, text: &str) -> Result<()> {
    rules::length(member, text, 1, MAX_LENGTH)?;
    if let Some(prefix) = ["aws:", "connect:"].into_iter().find(|prefix| text.starts_with(prefix)) {
        return Err(DirectoryError::parameter(format!(
            "{member} {text:?} begins with {prefix}, which is reserved."
        )));
    }
    match text.chars().find(|&character| character != '\'' && !rules::is_label_character(character)) {
        Some(character) => Err(DirectoryError::parameter(format!(
            "{member} {text:?} contains {character:?}; letters, numbers, blanks and _.:/=+-@' are allowed."
        ))),
        None => Ok(()),
    }
}

/// Checks the values as they shall be: 1–128 besides the system's, no two alike but for case.
fn values(list: Vec<String>, system: &[String]) -> Result<Vec<String>> {
    let own = list.iter().filter(|value| !system.contains(value)).count();
    if list.is_empty() || own > MAX_VALUES {
        return Err(DirectoryError::parameter(format!(
            "StringList must have 1 to {MAX_VALUES} values; it has {own}."
        )));
    }
    let mut seen = std::collections::BTreeSet::new();
    for value in &list {
        if !system.contains(value) {
            label("Value", value)?;
        }
        if !seen.insert(value.to_lowercase()) {
            return Err(DirectoryError::parameter(format!(
                "The value {value:?} is given twice; values are compared without regard to case."
            )));
        }
    }
    Ok(list)
}
