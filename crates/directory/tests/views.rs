//! Views: drafts, publishing, versions, the managed ones, and the grammar of templates.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn button(id: &str, action: &str) -> Value {
    json!({ "_id": id, "Type": "Button", "Props": { "Action": action }, "Content": ["Go"] })
}

fn template(body: Value) -> String {
    json!({ "Head": { "Title": "Offer", "Configuration": { "Layout": { "Columns": ["10", "2"] } } }, "Body": body })
        .to_string()
}

fn content(body: Value, actions: &[&str]) -> Value {
    json!({ "Template": template(body), "Actions": actions })
}

fn offer(name: &str) -> Value {
    let body = json!([
        { "_id": "c", "Type": "Card", "Props": { "Heading": "$.Heading", "Action": "Taken" } },
        button("b", "Skipped"),
    ]);
    json!({ "Name": name, "Status": "PUBLISHED", "Content": content(body, &["Taken", "Skipped"]) })
}

fn at(id: &str, qualifier: &str) -> Value {
    json!({ "ViewId": format!("{id}:{qualifier}") })
}

fn made(world: &mut World, members: Value) -> String {
    world.ok("CreateView", members)["View"]["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_view_is_saved_published_kept_and_deleted() {
    let mut world = World::new();
    let base =
        with(&offer("Offer"), json!({ "Status": "SAVED", "Description": "Two ways", "Tags": { "a": "b" } }));
    let created = world.ok("CreateView", base.clone())["View"].clone();
    let id = created["Id"].as_str().expect("an id").to_owned();
    assert_eq!(created["Arn"], arn(&format!("view/{id}")));
    assert_eq!((&created["Status"], &created["Type"]), (&json!("SAVED"), &json!("CUSTOMER_MANAGED")));
    assert_eq!(created["Tags"], json!({ "a": "b" }));
    assert_eq!(created["Content"]["Template"], base["Content"]["Template"]);

    // Nothing is published yet.
    for view in [&id, &format!("{id}:$LATEST")] {
        world.refused("DescribeView", json!({ "ViewId": view }), MISSING, "never been published");
    }
    world.refused("CreateViewVersion", json!({ "ViewId": id }), MISSING, "never been published");

    let first = json!({ "ViewId": id, "Status": "PUBLISHED", "Content": base["Content"] });
    world.ok("UpdateViewContent", first.clone());
    let latest = world.ok("DescribeView", json!({ "ViewId": created["Arn"] }))["View"].clone();
    assert_eq!((&latest["Status"], latest.get("Version")), (&json!("PUBLISHED"), None));

    // A draft leaves alone what is published.
    let draft = content(json!([button("b", "Other")]), &["Other"]);
    world.ok("UpdateViewContent", json!({ "ViewId": id, "Status": "SAVED", "Content": draft }));
    let after = world.ok("DescribeView", json!({ "ViewId": id }))["View"].clone();
    assert_eq!((&after["Content"], &after["Status"]), (&latest["Content"], &latest["Status"]));
    let saved = world.ok("DescribeView", at(&id, "$SAVED"))["View"].clone();
    assert_eq!((&saved["Status"], &saved["Content"]["Actions"]), (&json!("SAVED"), &json!(["Other"])));

    // Versions: the digest must fit, and the same content is kept once.
    world.refused(
        "CreateViewVersion",
        json!({ "ViewId": id, "ViewContentSha256": saved["ViewContentSha256"] }),
        REQUEST,
        "another SHA-256 digest",
    );
    let right = json!({ "ViewId": id, "ViewContentSha256": latest["ViewContentSha256"], "VersionDescription": "First" });
    let version = world.ok("CreateViewVersion", right)["View"].clone();
    assert_eq!((&version["Version"], &version["VersionDescription"]), (&json!(1), &json!("First")));
    assert_eq!(world.ok("CreateViewVersion", json!({ "ViewId": id }))["View"]["Version"], 1);
    world.ok("UpdateViewContent", json!({ "ViewId": id, "Status": "PUBLISHED", "Content": draft }));
    assert_eq!(world.ok("CreateViewVersion", json!({ "ViewId": id }))["View"]["Version"], 2);
    assert_eq!(world.ok("DescribeView", at(&id, "1"))["View"]["Content"], latest["Content"]);
    let versions = world.ok("ListViewVersions", json!({ "ViewId": id }))["ViewVersionSummaryList"].clone();
    let numbers: Vec<_> = versions.as_array().expect("a list").iter().map(|one| &one["Version"]).collect();
    assert_eq!(numbers, [2, 1]);
    world.refused("UpdateViewContent", with(&first, at(&id, "1")), INVALID, "never changes");

    // Versions go one by one or with the view, and numbers are never given twice.
    world.ok("DeleteViewVersion", json!({ "ViewId": id, "ViewVersion": 2 }));
    world.refused("DescribeView", at(&id, "2"), MISSING, "no version 2");
    assert_eq!(world.ok("CreateViewVersion", json!({ "ViewId": id }))["View"]["Version"], 3);
    world.ok("UpdateViewMetadata", json!({ "ViewId": id, "Name": "Renamed" }));
    assert_eq!(world.ok("DescribeView", json!({ "ViewId": id }))["View"]["Description"], "Two ways");
    world.ok("DeleteView", json!({ "ViewId": id }));
    world.refused("DescribeView", at(&id, "1"), MISSING, "no view");
    assert!(!world.store.keys().any(|(_, key)| key.contains(&id)), "nothing of it is stored any more");
}

#[test]
fn the_managed_views_are_there_and_stay_as_they_are() {
    let mut world = World::new();
    let listed = world.ok("ListViews", json!({ "Type": "AWS_MANAGED" }))["ViewsSummaryList"].clone();
    assert_eq!(texts(&listed, "Id"), ["cards", "confirmation", "detail", "form", "list"]);
    for (id, required, actions) in [
        ("detail", json!(["Sections"]), json!(["ActionSelected", "Back"])),
        ("list", json!(["Items"]), json!(["ActionSelected", "Back"])),
        (
            "form",
            json!(["Sections"]),
            json!(["Back", "Cancel", "Edit", "Next", "Previous", "Step", "Submit"]),
        ),
        ("confirmation", json!(["Next"]), json!(["Next"])),
        ("cards", json!(["Cards"]), json!(["ActionSelected", "Back", "NoMatchFound"])),
    ] {
        let name = format!("arn:aws:connect:us-east-1:aws:view/{id}");
        for reference in
            [id.to_owned(), format!("{id}:1"), format!("{id}:$LATEST"), name.clone(), format!("{name}:1")]
        {
            let view = world.ok("DescribeView", json!({ "ViewId": reference }))["View"].clone();
            assert_eq!((&view["Id"], &view["Arn"], &view["Version"]), (&json!(id), &json!(name), &json!(1)));
            let schema: Value =
                serde_json::from_str(view["Content"]["InputSchema"].as_str().expect("a text")).expect("JSON");
            assert_eq!((&schema["required"], &view["Content"]["Actions"]), (&required, &actions));
        }
        let content = content(json!([button("b", "a")]), &["a"]);
        let change = json!({ "ViewId": id, "Status": "SAVED", "Content": content });
        world.refused("UpdateViewContent", change, REQUEST, "managed view");
        world.refused("DeleteView", json!({ "ViewId": id }), REQUEST, "managed view");
        world.refused("DescribeView", at(id, "2"), MISSING, "only version 1");

        // A copy asks for the same input.
        let view = world.ok("DescribeView", json!({ "ViewId": id }))["View"].clone();
        let copied =
            json!({ "Template": view["Content"]["Template"], "Actions": view["Content"]["Actions"] });
        let name = format!("My {id}");
        let copy = made(&mut world, json!({ "Name": name, "Status": "PUBLISHED", "Content": copied }));
        assert_eq!(world.ok("DescribeView", json!({ "ViewId": copy }))["View"]["Content"], view["Content"]);
    }
    world.refused("CreateView", offer("Form"), DUPLICATE, "managed view");
}

#[test]
fn only_sound_templates_are_published() {
    let mut world = World::new();
    let body = |body: Value| content(body, &["Go"]);
    let deep = (0..25).fold(
        button("x", "Go"),
        |inner, n| json!({ "_id": n.to_string(), "Type": "Container", "Content": [inner] }),
    );
    for (content, problem) in [
        (body(json!([button("a", "Stop")])), "Body[0].Props.Action \"Stop\" is not in Actions"),
        (body(json!([button("a", "Go"), button("a", "Go")])), "Body[1]._id \"a\" is the _id of another"),
        (body(json!([{ "Type": "Text", "Content": ["x"] }])), "Body[0]._id is missing"),
        (body(json!([{ "_id": "a", "Type": "Marquee" }])), "\"Marquee\" is not a known component"),
        (body(json!([{ "_id": "a", "Type": "Card", "Props": [] }])), "Body[0].Props must be an object"),
        (
            body(json!([{ "_id": "a", "Type": "Button", "Content": [{}] }])),
            "Body[0].Content must be a list of texts",
        ),
        (body(json!([{ "_id": "a", "Type": "Divider", "Content": ["x"] }])), "Body[0].Content must be empty"),
        (
            body(json!([{ "_id": "a", "Type": "Container", "Content": [button("b", "Stop")] }])),
            "Body[0].Content[0].Props.Action",
        ),
        (
            body(json!([{ "_id": "a", "Type": "CardsView", "Props": { "Cards": [{ "Action": "Stop" }] } }])),
            "Body[0].Props.Cards[0].Action",
        ),
        (body(json!([deep])), "nested deeper than 20"),
        (body(json!([])), "Body must be a list of at least one component"),
        (json!({ "Template": "{}", "Actions": [] }), "Body must be"),
        (
            json!({ "Template": json!({ "Head": { "Title": 1, "Configuration": { "Layout": { "Columns": ["13"] } } },
                                        "Body": [button("a", "Go")] }).to_string(), "Actions": ["Go"] }),
            "Head.Title must be a text; Head.Configuration.Layout.Columns must list widths",
        ),
    ] {
        let members = json!({ "Name": "Broken", "Status": "PUBLISHED", "Content": content });
        world.refused("CreateView", members.clone(), INVALID, problem);
        let checked = world.ok("CheckView", json!({ "Content": content }));
        assert!(!checked["Problems"].as_array().expect("a list").is_empty(), "{checked}");
        // A draft may be unfinished.
        let id = made(&mut world, with(&members, json!({ "Status": "SAVED" })));
        world.ok("DeleteView", json!({ "ViewId": id }));
    }
    let large = template(json!([{ "_id": "a", "Type": "Text", "Content": ["x".repeat(410_000)] }]));
    for (change, problem) in [
        (json!({ "Template": "{" }), "is not JSON"),
        (json!({ "Template": "[]" }), "must be a JSON object"),
        (json!({ "Template": large }), "at most 409600"),
        (json!({ "Actions": ["Go", "Go"] }), "twice"),
        (json!({ "Actions": [""] }), "1 to 255 characters"),
        (json!({ "Actions": ["<b>"] }), "contains '<'"),
    ] {
        let content = with(&body(json!([button("a", "Go")])), change);
        let members = json!({ "Name": "Broken", "Status": "SAVED", "Content": content });
        world.refused("CreateView", members, INVALID, problem);
    }
}

#[test]
fn the_input_follows_from_the_template() {
    let mut world = World::new();
    let body = json!([
        { "_id": "a", "Type": "Container", "Props": { "Heading": "Dear $.Customer.Name" }, "Content": [
            { "_id": "b", "Type": "Dropdown", "Props": { "Options": "$.Choices", "Required": "$.Must", "Label": "What?" } },
            { "_id": "c", "Type": "Text", "Content": ["You have $.Count points."] },
        ] },
    ]);
    let checked = world.ok("CheckView", json!({ "Content": content(body, &[]) }));
    assert_eq!(checked["Problems"], json!([]));
    let schema: Value = serde_json::from_str(checked["InputSchema"].as_str().expect("a text")).expect("JSON");
    assert_eq!(schema["required"], json!(["Choices", "Count", "Customer", "Must"]));
    assert_eq!(schema["properties"]["Choices"], json!({ "type": "array" }));
    assert_eq!(schema["properties"]["Customer"], json!({}));

    let name = made(&mut world, offer("Offer"));
    let edition = world.directory.view_edition(&name, Some("Latest")).expect("published");
    assert_eq!(edition.misfit(&json!({ "Heading": "Hello" })), None);
    assert_eq!(edition.misfit(&json!({})).as_deref(), Some("the view needs the input \"Heading\""));
    let form =
        world.directory.view_edition("arn:aws:connect:us-east-1:aws:view/form:1", None).expect("managed");
    assert_eq!(form.misfit(&json!({ "Sections": [], "Back": "Back" })), None);
    assert_eq!(
        form.misfit(&json!({ "Sections": [], "Wizard": "" })),
        None,
        "a reference that came to nothing"
    );
    assert!(form.misfit(&json!({ "Sections": [], "Wizard": 1 })).is_some());
    for (view, version) in
        [("form", Some("2")), ("nothing", None), (name.as_str(), Some("$SAVED")), (&name, Some("7"))]
    {
        assert!(world.directory.view_edition(view, version).is_err(), "{view} {version:?}");
    }
}

#[test]
fn what_published_flows_show_cannot_be_deleted() {
    let mut world = World::new();
    let id = made(&mut world, offer("Offer"));
    world.ok("CreateViewVersion", json!({ "ViewId": id }));
    let change = content(json!([button("b", "Other")]), &["Other"]);
    world.ok("UpdateViewContent", json!({ "ViewId": id, "Status": "PUBLISHED", "Content": change }));
    world.ok("CreateViewVersion", json!({ "ViewId": id }));
    let flow = |resource: Value| {
        json!({ "Version": "2019-10-30", "StartAction": "v", "Actions": [
            { "Identifier": "v", "Type": "ShowView", "Parameters": { "ViewResource": resource } } ] })
        .to_string()
    };
    let members = json!({ "Name": "Shows it", "Type": "CONTACT_FLOW", "Content": flow(json!({ "Id": id, "Version": "1" })) });
    let shown = world.ok("CreateContactFlow", members)["ContactFlowId"].clone();
    let version = |number: u64| json!({ "ViewId": id, "ViewVersion": number });
    world.refused("DeleteView", json!({ "ViewId": id }), IN_USE, "Shows it");
    world.refused("DeleteViewVersion", version(1), IN_USE, "Shows it");
    world.ok("DeleteViewVersion", version(2));
    // By resource name, newest: the version is free, the view is not.
    let latest = flow(json!({ "Id": arn(&format!("view/{id}")) }));
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": shown, "Content": latest }));
    world.ok("DeleteViewVersion", version(1));
    world.refused("DeleteView", json!({ "ViewId": id }), IN_USE, "Shows it");
    // A draft alone does not hold it.
    world.ok(
        "UpdateContactFlowContent",
        json!({ "ContactFlowId": shown, "Content": flow(json!({ "Id": "form" })) }),
    );
    let draft =
        json!({ "ContactFlowId": format!("{}:$SAVED", shown.as_str().expect("an id")), "Content": latest });
    world.ok("UpdateContactFlowContent", draft);
    world.ok("DeleteView", json!({ "ViewId": id }));
}

#[test]
fn names_are_unique_and_views_are_found() {
    let mut world = World::new();
    made(&mut world, with(&offer("Refund"), json!({ "Tags": { "Team": "A" } })));
    made(&mut world, with(&offer("Repair"), json!({ "Status": "SAVED" })));
    world.refused("CreateView", offer("Refund"), DUPLICATE, "exists already");
    for (change, problem) in [
        (json!({ "Name": "" }), "1 to 255"),
        (json!({ "Name": " x" }), "must not begin with a blank"),
        (json!({ "Name": "a\"b" }), "contains '\"'"),
        (json!({ "Description": "" }), "1 to 4096"),
        (json!({ "Tags": { "aws:x": "y" } }), "reserved"),
        (json!({ "Status": "DONE" }), "DONE"),
    ] {
        world.refused("CreateView", with(&offer("Other"), change), INVALID, problem);
    }
    let condition = |condition: Value| json!({ "SearchCriteria": condition });
    let string = |field: &str, value: &str| {
        condition(
            json!({ "StringCondition": { "FieldName": field, "Value": value, "ComparisonType": "STARTS_WITH" } }),
        )
    };
    for (search, expected) in [
        (string("name", "re"), vec!["Refund", "Repair"]),
        (string("description", "a form"), vec!["Form"]),
        (condition(json!({ "ViewStatusCondition": "SAVED" })), vec!["Repair"]),
        (
            condition(json!({ "AndConditions": [
                { "ViewTypeCondition": "CUSTOMER_MANAGED" }, { "ViewStatusCondition": "PUBLISHED" } ] })),
            vec!["Refund"],
        ),
        (
            json!({ "SearchFilter": { "AttributeFilter": { "TagCondition": { "TagKey": "Team", "TagValue": "A" } } } }),
            vec!["Refund"],
        ),
    ] {
        assert_eq!(texts(&world.ok("SearchViews", search.clone())["Views"], "Name"), expected, "{search}");
    }
    let own = world.ok("ListViews", json!({ "Type": "CUSTOMER_MANAGED" }))["ViewsSummaryList"].clone();
    assert_eq!(texts(&own, "Status"), ["PUBLISHED", "SAVED"]);
    assert_eq!(world.ok("ListViews", json!({}))["ViewsSummaryList"].as_array().map(Vec::len), Some(7));
    world.directory.set_quota(Quota::Views, Some(2));
    world.commit();
    world.refused("CreateView", offer("Third"), "ServiceQuotaExceededException", "Views per instance");
}
