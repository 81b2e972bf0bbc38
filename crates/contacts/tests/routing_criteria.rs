//! What a flow asks of an agent decides who is offered the contact.

mod common;

use common::{Center, TO_QUEUE};
use contacts::contact::Stage;
use directory::attributes::CreatePredefinedAttribute;
use directory::users::proficiencies::AssociateUserProficiencies;
use model::UserId;
use serde_json::json;

/// Asks for level 4 of Swedish during 30 seconds, then for anybody, and queues.
fn asks_for_swedish() -> String {
    let criteria = json!({"Steps": [{
        "Expression": {"AttributeCondition": {"Name": "Tongue", "Value": "Swedish", "ProficiencyLevel": 4,
            "ComparisonOperator": "NumberGreaterOrEqualTo"}},
        "Expiry": {"DurationInSeconds": 30},
    }]});
    let ask = format!(
        r#""StartAction":"ask","Actions":[
 {{"Identifier":"ask","Type":"UpdateContactRoutingCriteria","Parameters":{{"RoutingCriteria":{criteria}}},
  "Transitions":{{"NextAction":"queue","Errors":[{{"NextAction":"bye","ErrorType":"NoMatchingError"}}]}}}},"#
    );
    TO_QUEUE.replace(r#""StartAction":"queue","Actions":["#, &ask)
}

fn speaks_swedish(center: &mut Center, user: UserId, level: u8) {
    let attribute = json!({"Name": "Tongue", "Values": {"StringList": ["Swedish"]}});
    let attribute: CreatePredefinedAttribute = serde_json::from_value(attribute).expect("an input");
    let proficiency = json!({"UserId": user.to_string(), "UserProficiencies":
        [{"AttributeName": "Tongue", "AttributeValue": "Swedish", "Level": level}]});
    let proficiency: AssociateUserProficiencies = serde_json::from_value(proficiency).expect("an input");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| {
                directory.create_predefined_attribute(cx, attribute)?;
                directory.associate_user_proficiencies(cx, proficiency)
            })
        })
        .expect("is configured");
}

#[test]
fn a_flow_finds_the_agent_who_can() {
    let mut center = Center::new(&[("Asks", &asks_for_swedish())]);
    // Ann has been idle for longer, but Bob speaks the language.
    let ann = center.available("ann");
    center.pass(5);
    let bob = center.user("bob");
    speaks_swedish(&mut center, bob, 4);
    center.available("bob");
    let task = center.task("Asks");
    assert_eq!(center.offered_to(task), Some(bob));
    center.accept(bob, task);
    let second = center.task("Asks");
    assert_eq!((center.stage(second), center.offered_to(second)), (Stage::Queued, None), "Ann cannot");
    center.restart();
    center.pass(29);
    assert_eq!(center.offered_to(second), None, "not yet");
    center.pass(2);
    assert_eq!(center.offered_to(second), Some(ann), "when the step is over anybody will do");
}
