//! What signed-in users may do: their permissions, and what tags hide from them.

use serde_json::{Value, json};

use super::world::{World, text};

fn code(answer: &Value) -> &str {
    answer["__type"].as_str().unwrap_or("")
}

#[tokio::test]
async fn users_need_the_permission_of_the_operation() {
    let world = World::new().await;
    let viewer = world.user_with("viewer", json!({"Permissions": ["Queues.View", "Users.View"]})).await;
    let (queue, arn) = world.queue("Sales", json!({})).await;
    let tags = format!("/tags/{}", arn.replace('/', "%2F"));
    let queue = format!("/queues/{{I}}/{queue}");
    for (method, path, body, status) in [
        ("GET", "/queues-summary/{I}", Value::Null, 200),
        ("GET", queue.as_str(), Value::Null, 200),
        ("POST", "/search-queues", json!({"InstanceId": "{I}"}), 200),
        ("POST", &format!("{queue}/name"), json!({"Name": "Other"}), 403),
        ("POST", &format!("{queue}/status"), json!({"Status": "DISABLED"}), 403),
        ("DELETE", &queue, Value::Null, 403),
        ("GET", &tags, Value::Null, 200),
        ("POST", &tags, json!({"tags": {"a": "b"}}), 403),
        ("DELETE", &format!("{tags}?tagKeys=a"), Value::Null, 403),
        ("GET", "/prompts-summary/{I}", Value::Null, 403),
        ("POST", "/search-prompts", json!({"InstanceId": "{I}"}), 403),
        // Who views users may choose among these in forms, but not open them.
        ("GET", "/security-profiles-summary/{I}", Value::Null, 200),
        ("GET", "/routing-profiles-summary/{I}", Value::Null, 200),
        ("POST", "/search-routing-profiles", json!({"InstanceId": "{I}"}), 403),
        ("GET", "/user-hierarchy-groups-summary/{I}", Value::Null, 200),
        ("POST", "/search-resource-tags", json!({"InstanceId": "{I}", "ResourceTypes": ["agent"]}), 200),
        ("POST", "/search-resource-tags", json!({"InstanceId": "{I}", "ResourceTypes": ["prompt"]}), 403),
        // The instance: everybody may know it, administrators change it, the account makes and deletes it.
        ("GET", "/instance/{I}", Value::Null, 200),
        ("GET", "/instance/{I}/attribute/EARLY_MEDIA", Value::Null, 200),
        ("POST", "/instance/{I}/attribute/EARLY_MEDIA", json!({"Value": "false"}), 403),
        ("PUT", "/instance/{I}/approved-origin", json!({"Origin": "https://a.example"}), 403),
        ("DELETE", "/instance/{I}", Value::Null, 403),
        (
            "PUT",
            "/instance",
            json!({
                "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "more",
                "InboundCallsEnabled": true, "OutboundCallsEnabled": true,
            }),
            403,
        ),
    ] {
        let (got, answer) = world.call(Some(&viewer), method, path, body).await;
        assert_eq!(got, status, "{method} {path}: {answer}");
        if status == 403 {
            assert_eq!(code(&answer), "AccessDeniedException", "{method} {path}");
        }
    }
    let (_, answer) = world.call(Some(&viewer), "DELETE", &queue, Value::Null).await;
    assert_eq!(
        answer["Message"],
        "This needs the permission Queues.Edit. Ask an administrator to add it to one of your security profiles."
    );
}

#[tokio::test]
async fn administrators_change_the_instance_and_others_do_not_exist_for_them() {
    let world = World::new().await;
    let admin = world.user_with("boss", json!({"Permissions": ["SecurityProfiles.Edit"]})).await;
    let on = json!({"Value": "false"});
    let (status, answer) = world.call(Some(&admin), "POST", "/instance/{I}/attribute/EARLY_MEDIA", on).await;
    assert_eq!(status, 200, "{answer}");
    let other = json!({
        "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "other",
        "InboundCallsEnabled": true, "OutboundCallsEnabled": true,
    });
    let other = text(&world.make("PUT", "/instance", other).await, "Id");
    let path = format!("/instance/{other}");
    assert_eq!(world.account("GET", &path, Value::Null).await.0, 200);
    let (status, answer) = world.call(Some(&admin), "GET", &path, Value::Null).await;
    assert_eq!((status, code(&answer)), (404, "ResourceNotFoundException"));
    let (_, list) = world.call(Some(&admin), "GET", "/instance", Value::Null).await;
    let ids: Vec<_> =
        list["InstanceSummaryList"].as_array().expect("a list").iter().map(|one| &one["Id"]).collect();
    assert_eq!(ids, [&json!(world.instance)]);
}

#[tokio::test]
async fn tags_hide_resources_everywhere() {
    let world = World::new().await;
    let (ours, _) = world.queue("Ours", json!({"Team": "A", "Floor": "1"})).await;
    let (theirs, theirs_arn) = world.queue("Theirs", json!({"Team": "B"})).await;
    let (bare, _) = world.queue("Bare", json!({})).await;
    let user = world
        .user_with(
            "narrowed",
            json!({
                "Permissions": ["Queues.View", "Queues.Edit", "Queues.Create", "SecurityProfiles.Edit"],
                "AllowedAccessControlTags": {"Team": "A"},
                "TagRestrictedResources": ["Queue", "SecurityProfile"],
            }),
        )
        .await;
    let user = Some(user.as_str());
    let (_, list) = world.call(user, "GET", "/queues-summary/{I}?queueTypes=STANDARD", Value::Null).await;
    let names: Vec<_> =
        list["QueueSummaryList"].as_array().expect("a list").iter().map(|row| &row["Name"]).collect();
    assert_eq!(names, ["Ours"]);
    let (_, found) = world.call(user, "POST", "/search-queues", json!({"InstanceId": "{I}"})).await;
    assert_eq!((&found["ApproximateTotalCount"], &found["Queues"][0]["Name"]), (&json!(1), &json!("Ours")));
    for (queue, status) in [(&ours, 200), (&theirs, 404), (&bare, 404)] {
        let path = format!("/queues/{{I}}/{queue}");
        assert_eq!(world.call(user, "GET", &path, Value::Null).await.0, status, "describe {queue}");
        let (got, answer) =
            world.call(user, "POST", &format!("{path}/max-contacts"), json!({"MaxContacts": 5})).await;
        assert_eq!(got, status, "update {queue}: {answer}");
    }
    let tags = format!("/tags/{}", theirs_arn.replace('/', "%2F"));
    assert_eq!(world.call(user, "GET", &tags, Value::Null).await.0, 404);
    assert_eq!(world.call(user, "POST", &tags, json!({"tags": {"Team": "A"}})).await.0, 404);
    // The pairs in use would tell of what is hidden.
    let pairs = |types: Value| json!({"InstanceId": "{I}", "ResourceTypes": types});
    let queues = pairs(json!(["standard-queue"]));
    assert_eq!(world.call(user, "POST", "/search-resource-tags", queues).await.0, 403);
    let (_, found) = world.call(user, "POST", "/search-resource-tags", pairs(json!([]))).await;
    assert_eq!(found, json!({"Tags": []}));
    let found = world.make("POST", "/search-resource-tags", pairs(json!(["standard-queue"]))).await;
    assert_eq!(found["Tags"].as_array().map(Vec::len), Some(3), "{found}");
    // The message for what is hidden is the one for what does not exist.
    let (_, hidden) = world.call(user, "GET", &format!("/queues/{{I}}/{theirs}"), Value::Null).await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let (_, missing) = world.call(user, "GET", &format!("/queues/{{I}}/{nobody}"), Value::Null).await;
    assert_eq!(text(&hidden, "Message").replace(&theirs, nobody), text(&missing, "Message"));
    // New ones must stay within what one may see.
    let hours = world.make("GET", "/hours-of-operations-summary/{I}", Value::Null).await;
    let hours = hours["HoursOfOperationSummaryList"][0]["Id"].clone();
    for (tags, status) in [(json!({"Team": "A"}), 200), (json!({"Team": "B"}), 403)] {
        let queue = json!({"Name": format!("New {tags}"), "HoursOfOperationId": hours, "Tags": tags});
        let (got, answer) = world.call(user, "PUT", "/queues/{I}", queue).await;
        assert_eq!(got, status, "{answer}");
    }
    // The instance is not theirs to change: the grant is a narrowed one.
    let (status, _) =
        world.call(user, "POST", "/instance/{I}/attribute/EARLY_MEDIA", json!({"Value": "false"})).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn hidden_resources_cannot_be_referred_to() {
    let world = World::new().await;
    let strong = json!({
        "SecurityProfileName": "Strong", "Permissions": ["SecurityProfiles.Edit"], "Tags": {"Team": "B"},
    });
    let strong = text(&world.make("PUT", "/security-profiles/{I}", strong).await, "SecurityProfileId");
    let user = world
        .user_with(
            "manager",
            json!({
                "Permissions": ["Users.View", "Users.Edit", "SecurityProfiles.View"],
                "AllowedAccessControlTags": {"Team": "A"},
                "TagRestrictedResources": ["SecurityProfile"],
            }),
        )
        .await;
    let path = format!("/users/{{I}}/{user}/security-profiles");
    let (status, answer) =
        world.call(Some(&user), "POST", &path, json!({"SecurityProfileIds": [strong]})).await;
    assert_eq!((status, code(&answer)), (404, "ResourceNotFoundException"), "{answer}");
    assert_eq!(world.account("POST", &path, json!({"SecurityProfileIds": [strong]})).await.0, 200);
}

#[tokio::test]
async fn publishing_and_switching_need_more_than_editing() {
    let world = World::new().await;
    let author = world
        .user_with(
            "author",
            json!({"Permissions": ["ContactFlows.Create", "ContactFlows.Edit", "AgentStates.Edit"]}),
        )
        .await;
    let author = Some(author.as_str());
    let content = json!({
        "Version": "2019-10-30", "StartAction": "end", "Metadata": {},
        "Actions": [{"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}],
    })
    .to_string();
    let flow = |name: &str, status: &str| json!({"Name": name, "Type": "CONTACT_FLOW", "Content": content, "Status": status});
    let (status, saved) = world.call(author, "PUT", "/contact-flows/{I}", flow("Draft", "SAVED")).await;
    assert_eq!(status, 200, "{saved}");
    let path = format!("/contact-flows/{{I}}/{}", text(&saved, "ContactFlowId"));
    assert_eq!(world.call(author, "PUT", "/contact-flows/{I}", flow("Live", "PUBLISHED")).await.0, 403);
    let body = json!({"Content": content});
    let saving = format!("{path}:%24SAVED/content");
    assert_eq!(world.call(author, "POST", &saving, body.clone()).await.0, 200);
    assert_eq!(world.call(author, "POST", &format!("{path}/content"), body.clone()).await.0, 403);
    assert_eq!(world.account("POST", &format!("{path}/content"), body).await.0, 200);

    let status = json!({"Name": "Lunch", "State": "ENABLED"});
    let status = text(&world.make("PUT", "/agent-status/{I}", status).await, "AgentStatusId");
    let path = format!("/agent-status/{{I}}/{status}");
    assert_eq!(world.call(author, "POST", &path, json!({"Name": "Break"})).await.0, 200);
    assert_eq!(world.call(author, "POST", &path, json!({"State": "DISABLED"})).await.0, 403);
}

#[tokio::test]
async fn modules_have_permissions_of_their_own() {
    let world = World::new().await;
    let flows = json!({"Permissions": ["ContactFlows.Create", "ContactFlows.Edit", "ContactFlows.Publish"]});
    let flows = world.user_with("flows", flows).await;
    let editor = json!({"Permissions": ["ContactFlowModules.View", "ContactFlowModules.Edit"]});
    let editor = world.user_with("editor", editor).await;
    let content = json!({
        "Version": "2019-10-30", "StartAction": "end", "Metadata": {}, "Settings": {},
        "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}],
    })
    .to_string();
    let module = json!({"Name": "M", "Content": content});
    for user in [&flows, &editor] {
        assert_eq!(world.call(Some(user), "PUT", "/contact-flow-modules/{I}", module.clone()).await.0, 403);
    }
    let made = world.make("PUT", "/contact-flow-modules/{I}", module).await;
    let path = format!("/contact-flow-modules/{{I}}/{}", text(&made, "Id"));
    let body = json!({"Content": content});
    let maker = world.user_with("maker", json!({"Permissions": ["ContactFlowModules.Create"]})).await;
    let draft = json!({"Name": "D", "Content": content});
    let drafts = "/switchroom/flow-module-drafts/{I}";
    for (user, expected) in [(&editor, 403), (&maker, 200)] {
        let (status, answer) = world.call(Some(user), "PUT", drafts, draft.clone()).await;
        assert_eq!(status, expected, "{answer}");
    }
    let uses = format!("/switchroom/flow-module-uses/{{I}}/{}", text(&made, "Id"));
    let reader = json!({"Permissions": ["ContactFlowModules.View", "ContactFlows.View"]});
    let reader = world.user_with("reader", reader).await;
    for (user, call, expected) in [
        (&maker, ("PUT", "/contact-flow-modules/{I}".to_owned()), 403),
        (&editor, ("GET", uses.clone()), 403),
        (&reader, ("GET", uses), 200),
        (&flows, ("GET", path.clone()), 403),
        (&editor, ("GET", path.clone()), 200),
        (&editor, ("POST", format!("{path}:%24SAVED/content")), 200),
        (&editor, ("POST", format!("{path}/content")), 403),
        (&editor, ("PUT", format!("{path}/version")), 403),
        (&editor, ("DELETE", path.clone()), 403),
    ] {
        let body = if call.0 == "GET" || call.0 == "DELETE" { Value::Null } else { body.clone() };
        let body = match call.1.ends_with("/version") {
            true => json!({}),
            false if call.0 == "PUT" => json!({"Name": "N", "Content": content}),
            false => body,
        };
        let (status, answer) = world.call(Some(user), call.0, &call.1, body).await;
        assert_eq!(status, expected, "{call:?}: {answer}");
    }
}

#[tokio::test]
async fn a_deleted_user_may_nothing() {
    let world = World::new().await;
    let user = world.user_with("leaver", json!({"Permissions": ["Users.View"]})).await;
    assert_eq!(world.call(Some(&user), "GET", "/users-summary/{I}", Value::Null).await.0, 200);
    world.make("DELETE", &format!("/users/{{I}}/{user}"), Value::Null).await;
    for path in ["/users-summary/{I}", "/instance/{I}"] {
        assert_eq!(world.call(Some(&user), "GET", path, Value::Null).await.0, 403, "{path}");
    }
}
