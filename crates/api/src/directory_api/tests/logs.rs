//! The logs people search: what the change history tells whom, and who may read flow logs.

use serde_json::{Value, json};

use super::world::{World, text};

const HISTORY: &str = "/switchroom/change-history/{I}";
const FLOW_LOGS: &str = "/switchroom/flow-logs/{I}";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

impl World {
    async fn changes(&self, user: Option<&str>, asked: Value) -> Vec<Value> {
        let (status, answer) = self.call(user, "POST", HISTORY, asked).await;
        assert_eq!(status, 200, "{answer}");
        answer["Changes"].as_array().expect("a list").clone()
    }
}

fn members(changes: &[Value], member: &str) -> Vec<String> {
    changes.iter().map(|change| text(change, member)).collect()
}

#[tokio::test]
async fn a_queue_is_made_changed_and_deleted_and_the_history_says_by_whom() {
    let world = World::new().await;
    let (queue, arn) = world.queue("Sales", json!({"Team": "A"})).await;
    let editor = world.user_with("editor", json!({"Permissions": ["Queues.View", "Queues.Edit"]})).await;
    let change = json!({"MaxContacts": 5});
    let path = format!("/queues/{{I}}/{queue}");
    let (status, _) =
        world.call(Some(&editor), "POST", &format!("{path}/max-contacts"), change.clone()).await;
    assert_eq!(status, 200);
    // The same again changes nothing.
    world.call(Some(&editor), "POST", &format!("{path}/max-contacts"), change).await;
    // A refused change leaves nothing behind.
    let (status, _) = world.account("POST", &format!("{path}/name"), json!({"Name": "BasicQueue"})).await;
    assert_eq!(status, 409);
    world.make("DELETE", &path, Value::Null).await;
    let changes = world.changes(None, json!({"ResourceId": arn, "Order": "ASCENDING"})).await;
    assert_eq!(members(&changes, "Action"), ["CREATED", "CHANGED", "DELETED"]);
    assert_eq!(members(&changes, "User"), ["AKIATEST", "editor", "AKIATEST"]);
    for change in &changes {
        let named = (text(change, "Kind"), text(change, "ResourceName"), text(change, "ResourceId"));
        assert_eq!(named, ("queue".to_owned(), "Sales".to_owned(), queue.clone()));
        assert!(change["Time"].as_f64().is_some_and(|time| time > 1.7e9), "{change}");
    }
    assert_eq!(changes[1]["Fields"], json!([{"Name": "MaxContacts", "After": 5}]));
    let after: Vec<_> =
        changes[2]["Fields"].as_array().expect("a list").iter().map(|field| &field["After"]).collect();
    assert!(!after.is_empty() && after.iter().all(|value| value.is_null()), "{}", changes[2]);
}

#[tokio::test]
async fn every_kind_of_resource_leaves_its_entries() {
    let world = World::new().await;
    let user = world.user_with("kim", json!({"Permissions": ["Queues.View"]})).await;
    let identity = json!({"IdentityInfo": {"FirstName": "Kim", "LastName": "Doe"}});
    world.make("POST", &format!("/users/{{I}}/{user}/identity-info"), identity).await;
    world.make("DELETE", &format!("/users/{{I}}/{user}"), Value::Null).await;
    world.make("PUT", "/agent-status/{I}", json!({"Name": "Lunch", "State": "ENABLED"})).await;
    world.make("POST", "/instance/{I}/attribute/EARLY_MEDIA", json!({"Value": "false"})).await;
    let attribute = json!({"Name": "shop:Language", "Values": {"StringList": ["French"]}});
    world.make("PUT", "/predefined-attributes/{I}", attribute).await;
    let levels = json!({"HierarchyStructure": {"LevelOne": {"Name": "Site"}}});
    world.make("POST", "/user-hierarchy-structure/{I}", levels).await;
    let group = world.make("PUT", "/user-hierarchy-groups/{I}", json!({"Name": "Berlin"})).await;
    let end = json!({"Version": "2019-10-30", "StartAction": "a", "Metadata": {}, "Actions": [
        {"Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]});
    let flow = json!({"Name": "F", "Type": "CONTACT_FLOW", "Content": end.to_string(), "Status": "SAVED"});
    let flow = text(&world.make("PUT", "/contact-flows/{I}", flow).await, "ContactFlowId");
    let content = json!({"Content": end.to_string()});
    world.make("POST", &format!("/contact-flows/{{I}}/{flow}/content"), content).await;
    for state in ["ARCHIVED", "ACTIVE"] {
        let body = json!({"ContactFlowState": state});
        world.make("POST", &format!("/contact-flows/{{I}}/{flow}/metadata"), body).await;
    }
    world.make("DELETE", &format!("/contact-flows/{{I}}/{flow}"), Value::Null).await;
    for (asked, name, actions) in [
        (json!({"ResourceId": user}), "kim", vec!["CREATED", "CHANGED", "DELETED"]),
        (json!({"Kind": "agent-status"}), "Lunch", vec!["CREATED"]),
        (json!({"Kind": "instance"}), "test", vec!["CHANGED"]),
        (json!({"ResourceId": "shop:Language"}), "shop:Language", vec!["CREATED"]),
        (json!({"Kind": "hierarchy-structure"}), "hierarchy structure", vec!["CREATED"]),
        (json!({"ResourceId": group["HierarchyGroupId"]}), "Berlin", vec!["CREATED"]),
        (
            json!({"Kind": "flow", "ResourceId": flow}),
            "F",
            vec!["CREATED", "PUBLISHED", "ARCHIVED", "RESTORED", "DELETED"],
        ),
    ] {
        let mut all = asked.clone();
        all["Order"] = json!("ASCENDING");
        let changes = world.changes(None, all).await;
        assert_eq!(members(&changes, "Action"), actions, "{asked}");
        assert!(members(&changes, "ResourceName").iter().all(|one| one == name), "{asked}: {changes:?}");
        let everything = json!(changes).to_string();
        assert!(
            !everything.contains("argon2") && !everything.contains("DisconnectParticipant"),
            "{everything}"
        );
    }
    let made = world.changes(None, json!({"ResourceId": user, "Order": "ASCENDING"})).await;
    let password = json!({"Name": "Password", "Hidden": true});
    assert!(made[0]["Fields"].as_array().expect("a list").contains(&password), "{}", made[0]);
}

#[tokio::test]
async fn pages_and_filters_of_the_history() {
    let world = World::new().await;
    for name in ["A", "B", "C"] {
        world.queue(name, json!({})).await;
    }
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut asked = json!({"Kind": "queue", "MaxResults": 1});
        if let Some(token) = token.as_str() {
            asked["NextToken"] = json!(token);
        }
        let (status, page) = world.account("POST", HISTORY, asked).await;
        assert_eq!(status, 200, "{page}");
        names.extend(members(page["Changes"].as_array().expect("a list"), "ResourceName"));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
        // The token leads on in this search only.
        let other = json!({"Kind": "user", "NextToken": token});
        assert_eq!(world.account("POST", HISTORY, other).await.0, 400);
    }
    assert_eq!(names, ["C", "B", "A"]);
    let first = world.changes(None, json!({"Kind": "queue", "Order": "ASCENDING"})).await;
    let time = first[0]["Time"].as_f64().expect("a time");
    for (asked, count) in [
        (json!({"User": "AKIATEST", "Kind": "queue"}), 3),
        (json!({"User": "akiatest", "Kind": "queue"}), 0),
        (json!({"Kind": "queue", "EndTime": time - 1.0}), 0),
        (json!({"Kind": "queue", "StartTime": time}), 3),
        (json!({"ResourceId": NOBODY}), 0),
    ] {
        assert_eq!(world.changes(None, asked.clone()).await.len(), count, "{asked}");
    }
    for wrong in [
        json!({"Kind": "Queue"}),
        json!({"StartTime": 2, "EndTime": 1}),
        json!({"MaxResults": 0}),
        json!({"Order": "up"}),
        json!({"Unknown": 1}),
    ] {
        assert_eq!(world.account("POST", HISTORY, wrong.clone()).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_history_shows_nobody_what_they_may_not_view() {
    let world = World::new().await;
    world.queue("Ours", json!({"Team": "A"})).await;
    world.queue("Theirs", json!({"Team": "B"})).await;
    let (gone, _) = world.queue("Gone", json!({"Team": "A"})).await;
    let (lost, _) = world.queue("Lost", json!({"Team": "B"})).await;
    for queue in [gone, lost] {
        world.make("DELETE", &format!("/queues/{{I}}/{queue}"), Value::Null).await;
    }
    world.make("POST", "/instance/{I}/attribute/EARLY_MEDIA", json!({"Value": "false"})).await;
    let blind = world.user_with("blind", json!({"Permissions": ["Queues.View"]})).await;
    assert_eq!(world.call(Some(&blind), "POST", HISTORY, json!({})).await.0, 403);
    let narrow = json!({
        "Permissions": ["Queues.View", "HistoricalChanges.View"],
        "AllowedAccessControlTags": {"Team": "A"},
        "TagRestrictedResources": ["Queue"],
    });
    let narrow = world.user_with("narrow", narrow).await;
    let changes = world.changes(Some(&narrow), json!({"Order": "ASCENDING"})).await;
    // No users, no security profiles, no instance, and of the queues those with the tag, be they gone or not.
    assert_eq!(members(&changes, "ResourceName"), ["Ours", "Gone", "Gone"]);
    let wide = json!({"Permissions": ["SecurityProfiles.View", "HistoricalChanges.View"]});
    let wide = world.user_with("wide", wide).await;
    let kinds = members(&world.changes(Some(&wide), json!({})).await, "Kind");
    assert!(kinds.contains(&"instance".to_owned()) && kinds.contains(&"security-profile".to_owned()));
    assert!(!kinds.contains(&"queue".to_owned()) && !kinds.contains(&"user".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn flow_logs_are_for_those_who_view_flows_and_contacts() {
    let world = World::new().await;
    let blind = world.user_with("blind", json!({"Permissions": ["Queues.View"]})).await;
    let viewer =
        world.user_with("viewer", json!({"Permissions": ["ContactFlows.View", "ContactSearch.View"]})).await;
    let author = world.user_with("author", json!({"Permissions": ["ContactFlows.View"]})).await;
    for user in [&blind, &author] {
        assert_eq!(world.call(Some(user), "POST", FLOW_LOGS, json!({})).await.0, 403);
    }
    let (status, answer) = world.call(Some(&viewer), "POST", FLOW_LOGS, json!({"ContactId": NOBODY})).await;
    assert_eq!((status, answer), (200, json!({"Entries": []})));
    for wrong in [json!({"Text": ""}), json!({"StartTime": 2, "EndTime": 1}), json!({"MaxResults": 1001})] {
        assert_eq!(world.account("POST", FLOW_LOGS, wrong.clone()).await.0, 400, "{wrong}");
    }
}
