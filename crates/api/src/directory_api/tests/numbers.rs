//! Phone numbers: what users may do with them, what tags hide, and that each is with one instance.

use serde_json::{Value, json};

use super::world::{World, text};

async fn claim(world: &World, number: &str, tags: Value) -> (String, String) {
    let claim = json!({"InstanceId": "{I}", "PhoneNumber": number, "Tags": tags});
    let made = world.make("POST", "/phone-number/claim", claim).await;
    (text(&made, "PhoneNumberId"), text(&made, "PhoneNumberArn"))
}

#[tokio::test]
async fn numbers_need_their_permissions() {
    let world = World::new().await;
    let (id, arn) = claim(&world, "+12065550100", json!({"Team": "A"})).await;
    let flows =
        world.make("GET", "/contact-flows-summary/{I}?contactFlowTypes=CONTACT_FLOW", Value::Null).await;
    let flow = &flows["ContactFlowSummaryList"][0]["Id"];
    let one = format!("/phone-number/{id}");
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    let search = json!({"InstanceId": "{I}", "PhoneNumberCountryCode": "US", "PhoneNumberType": "DID"});
    let bind = json!({"InstanceId": "{I}", "ContactFlowId": flow});
    let calls = [
        ("View", "POST", "/phone-number/list".to_owned(), json!({})),
        ("View", "GET", "/phone-numbers-summary/{I}".to_owned(), Value::Null),
        ("View", "GET", one.clone(), Value::Null),
        ("View", "POST", "/flow-associations-batch/{I}".to_owned(), json!({"ResourceIds": [id]})),
        ("View", "GET", tags.clone(), Value::Null),
        ("Claim", "POST", "/phone-number/search-available".to_owned(), search),
        (
            "Claim",
            "POST",
            "/phone-number/claim".to_owned(),
            json!({"InstanceId": "{I}", "PhoneNumber": "+12065550101"}),
        ),
        ("Edit", "PUT", format!("{one}/metadata"), json!({"PhoneNumberDescription": "x"})),
        ("Edit", "PUT", format!("{one}/contact-flow"), bind),
        ("Edit", "DELETE", format!("{one}/contact-flow?instanceId={{I}}"), Value::Null),
        ("Edit", "PUT", one.clone(), json!({"InstanceId": "{I}"})),
        ("Edit", "POST", tags, json!({"tags": {"a": "b"}})),
        ("Release", "DELETE", one, Value::Null),
    ];
    let actions = ["View", "Claim", "Edit", "Release"];
    for action in actions {
        let others: Vec<String> = actions
            .iter()
            .filter(|other| **other != action)
            .map(|other| format!("PhoneNumbers.{other}"))
            .collect();
        // Editing and claiming are no leave to list; only viewing is.
        let user = world.user_with(&format!("without-{action}"), json!({"Permissions": others})).await;
        for (_, method, path, body) in calls.iter().filter(|call| call.0 == action) {
            let (status, answer) = world.call(Some(&user), method, path, body.clone()).await;
            assert_eq!(status, 403, "without {action}: {method} {path}: {answer}");
        }
    }
    for action in actions {
        let permissions = json!({"Permissions": [format!("PhoneNumbers.{action}"), "ContactFlows.View"]});
        let user = world.user_with(&format!("with-{action}"), permissions).await;
        for (_, method, path, body) in calls.iter().filter(|call| call.0 == action) {
            let (status, answer) = world.call(Some(&user), method, path, body.clone()).await;
            assert_eq!(status, 200, "with {action}: {method} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn tags_hide_numbers() {
    let world = World::new().await;
    let (ours, _) = claim(&world, "+12065550100", json!({"Team": "A"})).await;
    let (theirs, theirs_arn) = claim(&world, "+12065550101", json!({"Team": "B"})).await;
    let profile = json!({
        "Permissions": ["PhoneNumbers.View", "PhoneNumbers.Edit", "PhoneNumbers.Claim", "PhoneNumbers.Release"],
        "AllowedAccessControlTags": {"Team": "A"},
        "TagRestrictedResources": ["PhoneNumber"],
    });
    let user = world.user_with("narrowed", profile).await;
    let user = Some(user.as_str());
    let (_, list) = world.call(user, "POST", "/phone-number/list", json!({})).await;
    let (_, older) = world.call(user, "GET", "/phone-numbers-summary/{I}", Value::Null).await;
    assert_eq!(list["ListPhoneNumbersSummaryList"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["ListPhoneNumbersSummaryList"][0]["PhoneNumberId"], ours);
    assert_eq!(older["PhoneNumberSummaryList"][0]["Id"], ours);
    assert_eq!(older["PhoneNumberSummaryList"].as_array().map(Vec::len), Some(1), "{older}");
    for (id, status) in [(&ours, 200), (&theirs, 404), (&theirs_arn, 404)] {
        let path = format!("/phone-number/{}", id.replace('/', "%2F"));
        let (got, answer) = world.call(user, "GET", &path, Value::Null).await;
        assert_eq!(got, status, "{answer}");
        let described = json!({"PhoneNumberDescription": "x"});
        assert_eq!(world.call(user, "PUT", &format!("{path}/metadata"), described).await.0, status, "{id}");
    }
    assert_eq!(world.call(user, "DELETE", &format!("/phone-number/{theirs}"), Value::Null).await.0, 404);
    // What is hidden is told of like what is not there.
    let nobody = "00000000-0000-4000-8000-000000000000";
    let (_, hidden) = world.call(user, "GET", &format!("/phone-number/{theirs}"), Value::Null).await;
    let (_, missing) = world.call(user, "GET", &format!("/phone-number/{nobody}"), Value::Null).await;
    assert_eq!(text(&hidden, "Message").replace(&theirs, nobody), text(&missing, "Message"));
    for (tags, status) in [(json!({"Team": "B"}), 403), (json!({"Team": "A"}), 200)] {
        let claim = json!({"InstanceId": "{I}", "PhoneNumber": "+12065550102", "Tags": tags});
        let (got, answer) = world.call(user, "POST", "/phone-number/claim", claim).await;
        assert_eq!(got, status, "{answer}");
    }
}

#[tokio::test]
async fn numbers_of_other_instances_are_taken_and_unseen() {
    let world = World::new().await;
    let other = json!({
        "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "other",
        "InboundCallsEnabled": true, "OutboundCallsEnabled": true,
    });
    let other = text(&world.make("PUT", "/instance", other).await, "Id");
    let claimed = json!({"InstanceId": other, "PhoneNumber": "+12065550100"});
    let id = text(&world.make("POST", "/phone-number/claim", claimed).await, "PhoneNumberId");
    let all = ["View", "Claim", "Edit", "Release"].map(|action| format!("PhoneNumbers.{action}"));
    let user = world.user_with("boss", json!({"Permissions": all})).await;
    let user = Some(user.as_str());
    let one = format!("/phone-number/{id}");
    let here = json!({"InstanceId": "{I}", "PhoneNumber": "+12065550100"});
    for (method, path, body, status) in [
        ("GET", one.as_str(), Value::Null, 404),
        ("DELETE", &one, Value::Null, 404),
        ("PUT", &one, json!({"InstanceId": "{I}"}), 404),
        ("POST", "/phone-number/list", json!({"InstanceId": other}), 404),
        ("POST", "/phone-number/claim", here, 400),
    ] {
        let (got, answer) = world.call(user, method, path, body).await;
        assert_eq!(got, status, "{method} {path}: {answer}");
    }
    let (_, list) = world.call(user, "POST", "/phone-number/list", json!({})).await;
    assert_eq!(list["ListPhoneNumbersSummaryList"], json!([]));
    // One of two claims at once wins.
    let both = |target: &str| {
        let body = json!({"InstanceId": target, "PhoneNumber": "+12065550101"});
        world.account("POST", "/phone-number/claim", body)
    };
    let (one, two) = tokio::join!(both("{I}"), both(&other));
    let mut statuses = [one.0, two.0];
    statuses.sort();
    assert_eq!(statuses, [200, 400], "{one:?} {two:?}");
    // With its instance a number is free again.
    world.make("DELETE", &format!("/instance/{other}"), Value::Null).await;
    claim(&world, "+12065550100", json!({"a": "b"})).await;
}
