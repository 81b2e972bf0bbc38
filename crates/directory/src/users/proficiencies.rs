//! Proficiencies (spec 02 §13, 12 G31): what an agent is good at, on a scale of 1 to 5.

use model::resource::{Proficiency, User};
use serde_json::json;

use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Row, Rows};

inputs! {
    /// `AssociateUserProficiencies`: adds pairs the user does not have.
    AssociateUserProficiencies { user_id: String, user_proficiencies: Vec<UserProficiency> }
    /// `UpdateUserProficiencies`: new levels for pairs the user has.
    UpdateUserProficiencies { user_id: String, user_proficiencies: Vec<UserProficiency> }
    /// `DisassociateUserProficiencies`.
    DisassociateUserProficiencies { user_id: String, user_proficiencies: Vec<UserProficiencyDisassociate> }
    /// `ListUserProficiencies`.
    ListUserProficiencies { user_id: String }
}

parts! {
    /// An attribute, one of its values and a level of 1, 2, 3, 4 or 5.
    UserProficiency { attribute_name: String, attribute_value: String, level: f32 }
    /// An attribute and one of its values.
    UserProficiencyDisassociate { attribute_name: String, attribute_value: String }
}

impl Directory {
    /// `AssociateUserProficiencies`.
    pub fn associate_user_proficiencies(
        &mut self,
        cx: &mut Cx<'_>,
        input: AssociateUserProficiencies,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        for new in input.user_proficiencies {
            let new = self.proficiency(new)?;
            if user
                .proficiencies
                .iter()
                .any(|other| same_pair(other, &new.attribute_name, &new.attribute_value))
            {
                return Err(DirectoryError::parameter(format!(
                    "The user has the proficiency {:?} = {:?} already, or it is given twice. Change levels with UpdateUserProficiencies.",
                    new.attribute_name, new.attribute_value
                )));
            }
            user.proficiencies.push(new);
        }
        let limit = self.quota(Quota::Proficiencies);
        if user.proficiencies.len() as u64 > limit {
            return Err(DirectoryError::request(format!(
                "A user can have {limit} proficiencies; this would make {}.",
                user.proficiencies.len()
            )));
        }
        self.touch_user(cx, user)
    }

    /// `UpdateUserProficiencies`.
    pub fn update_user_proficiencies(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserProficiencies,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        for new in input.user_proficiencies {
            let new = self.proficiency(new)?;
            let place = position(&user, &new.attribute_name, &new.attribute_value)?;
            user.proficiencies[place].level = new.level;
        }
        self.touch_user(cx, user)
    }

    /// `DisassociateUserProficiencies`.
    pub fn disassociate_user_proficiencies(
        &mut self,
        cx: &mut Cx<'_>,
        input: DisassociateUserProficiencies,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        for old in &input.user_proficiencies {
            let place = position(&user, &old.attribute_name, &old.attribute_value)?;
            user.proficiencies.remove(place);
        }
        self.touch_user(cx, user)
    }

    /// `ListUserProficiencies`, by attribute and value.
    pub fn list_user_proficiencies<'a>(
        &'a self,
        input: &ListUserProficiencies,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let user = self.find::<User>(&input.user_id)?;
        let after = after.unwrap_or_default();
        let mut rows: Vec<(String, &Proficiency)> = user
            .proficiencies
            .iter()
            .map(|skill| (format!("{}\n{}", skill.attribute_name, skill.attribute_value), skill))
            .filter(|(key, _)| key.as_str() > after)
            .collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let rows = rows.into_iter().map(|(key, skill)| Row::new(key, None, move || json!(skill)));
        Ok(Rows::of(rows, user.last_modified_time))
    }

    /// Checks a proficiency: the attribute, the value and the level must exist.
    fn proficiency(&self, input: UserProficiency) -> Result<Proficiency> {
        let attribute = self
            .predefined_attribute(&input.attribute_name)
            .filter(|attribute| attribute.name == input.attribute_name)
            .ok_or_else(|| {
                DirectoryError::not_found(format!(
                    "There is no predefined attribute {:?}.",
                    input.attribute_name
                ))
            })?;
        if !attribute.values.contains(&input.attribute_value) {
            return Err(DirectoryError::not_found(format!(
                "The predefined attribute {:?} has no value {:?}.",
                attribute.name, input.attribute_value
            )));
        }
        if ![1.0, 2.0, 3.0, 4.0, 5.0].contains(&input.level) {
            return Err(DirectoryError::parameter("Level must be 1, 2, 3, 4 or 5."));
        }
        Ok(Proficiency {
            attribute_name: input.attribute_name,
            attribute_value: input.attribute_value,
            level: input.level,
        })
    }
}

fn same_pair(proficiency: &Proficiency, name: &str, value: &str) -> bool {
    proficiency.attribute_name == name && proficiency.attribute_value == value
}

fn position(user: &User, name: &str, value: &str) -> Result<usize> {
    user.proficiencies.iter().position(|other| same_pair(other, name, value)).ok_or_else(|| {
        DirectoryError::not_found(format!(
            "{:?} does not have the proficiency {name:?} = {value:?}.",
            user.username
        ))
    })
}
