//! The search form that all searches share, and paging.

mod common;

use common::*;
use directory::input::read;
use directory::rows::page;
use serde_json::{Value, json};

fn field(name: &str, comparison: &str, value: &str) -> Value {
    json!({ "StringCondition": { "FieldName": name, "ComparisonType": comparison, "Value": value } })
}

fn queues(world: &mut World) -> Value {
    let hours = world.id("hours", "Basic Hours");
    for (name, description, tags) in [
        ("Sales US", "Buyers", json!({ "Country": "US", "Team": "A" })),
        ("Sales UK", "Buyers abroad", json!({ "Country": "UK", "Team": "A" })),
        ("Support", "All else", json!({ "Country": "US" })),
    ] {
        let queue =
            json!({ "Name": name, "Description": description, "HoursOfOperationId": hours, "Tags": tags });
        world.ok("CreateQueue", queue);
    }
    json!(world.id("queue", "Support"))
}

#[test]
fn criteria() {
    let mut world = World::new();
    let support = queues(&mut world);
    let support = support.as_str().expect("an id");
    for (criteria, expected) in [
        (json!(null), vec!["BasicQueue", "Sales UK", "Sales US", "Support"]),
        (field("name", "STARTS_WITH", "sales"), vec!["Sales UK", "Sales US"]),
        (field("Name", "CONTAINS", "UPP"), vec!["Support"]),
        (field("name", "EXACT", "Support"), vec!["Support"]),
        (field("name", "EXACT", "support"), vec![]),
        (field("description", "CONTAINS", "buyers"), vec!["Sales UK", "Sales US"]),
        (field("resourceID", "EXACT", support), vec!["Support"]),
        (json!({ "QueueTypeCondition": "STANDARD" }), vec!["BasicQueue", "Sales UK", "Sales US", "Support"]),
        (
            json!({ "AndConditions": [field("name", "CONTAINS", "sales"), field("description", "CONTAINS", "abroad")] }),
            vec!["Sales UK"],
        ),
        (
            json!({ "OrConditions": [field("name", "EXACT", "Support"), field("name", "EXACT", "BasicQueue")] }),
            vec!["BasicQueue", "Support"],
        ),
        (
            json!({ "AndConditions": [
                { "QueueTypeCondition": "STANDARD" },
                { "OrConditions": [field("name", "STARTS_WITH", "su"), field("name", "CONTAINS", "uk")] },
            ]}),
            vec!["Sales UK", "Support"],
        ),
    ] {
        let found = world.ok("SearchQueues", json!({ "SearchCriteria": criteria }));
        assert_eq!(texts(&found["Queues"], "Name"), expected, "{criteria}");
        assert_eq!(found["ApproximateTotalCount"], expected.len());
    }
    let criteria = |criteria: Value| json!({ "SearchCriteria": criteria });
    let both = with(&field("name", "EXACT", "x"), json!({ "AndConditions": [] }));
    world.all_refused(
        "SearchQueues",
        &[
            (criteria(json!({})), INVALID, "exactly one member"),
            (criteria(both), INVALID, "exactly one member"),
            (criteria(json!({ "AndConditions": [{}] })), INVALID, "exactly one member"),
            (criteria(field("colour", "EXACT", "red")), INVALID, "name, description, resourceID"),
            (criteria(field("name", "CONTAINS", "a")), INVALID, "2 to 25"),
            (criteria(field("name", "CONTAINS", &"a".repeat(26))), INVALID, "2 to 25"),
            (criteria(field("name", "ENDS_WITH", "ab")), INVALID, "ENDS_WITH"),
            (criteria(json!({ "TypeCondition": "CONTACT_FLOW" })), INVALID, "TypeCondition"),
            (criteria(json!({ "HierarchyGroupCondition": { "Value": "x", "HierarchyGroupMatchType": "EXACT" } })), INVALID, "HierarchyGroupCondition"),
            (criteria(json!({ "ListCondition": {} })), INVALID, "ListCondition"),
        ],
    );
}

#[test]
fn tag_filters() {
    let mut world = World::new();
    queues(&mut world);
    let tag = |key: &str, value: &str| json!({ "TagKey": key, "TagValue": value });
    for (filter, expected) in [
        (json!({ "TagCondition": tag("Country", "US") }), vec!["Sales US", "Support"]),
        (json!({ "TagCondition": { "TagKey": "Team" } }), vec!["Sales UK", "Sales US"]),
        (json!({ "AndConditions": [tag("Country", "US"), tag("Team", "A")] }), vec!["Sales US"]),
        (
            json!({ "OrConditions": [[tag("Country", "UK")], [tag("Country", "US"), tag("Team", "A")]] }),
            vec!["Sales UK", "Sales US"],
        ),
        (json!({ "TagCondition": tag("Country", "us") }), vec![]),
    ] {
        let found = world.ok("SearchQueues", json!({ "SearchFilter": { "TagFilter": filter } }));
        assert_eq!(texts(&found["Queues"], "Name"), expected, "{filter}");
    }
    let both =
        json!({ "SearchFilter": { "TagFilter": { "TagCondition": tag("a", "b"), "AndConditions": [] } } });
    world.refused("SearchQueues", both, INVALID, "at most one");
    let foreign = json!({ "SearchFilter": { "AttributeFilter": { "TagCondition": tag("a", "b") } } });
    world.refused("SearchQueues", foreign.clone(), INVALID, "AttributeFilter");
    assert_eq!(world.ok("SearchAgentStatuses", foreign)["AgentStatuses"], json!([]));
}

#[test]
fn each_kind_has_its_fields() {
    let mut world = World::new();
    let basic = world.id("queue", "BasicQueue");
    let (agent, profile) =
        (world.id("security-profile", "Agent"), world.id("routing-profile", "Basic Routing Profile"));
    for (operation, list, name, criteria, expected) in [
        ("SearchUsers", "Users", "Username", field("Username", "STARTS_WITH", "an"), vec!["ann"]),
        ("SearchUsers", "Users", "Username", field("FirstName", "EXACT", "ANN"), vec!["ann"]),
        ("SearchUsers", "Users", "Username", field("LastName", "CONTAINS", "xam"), vec!["admin", "ann"]),
        (
            "SearchUsers",
            "Users",
            "Username",
            field("RoutingProfileId", "EXACT", &profile),
            vec!["admin", "ann"],
        ),
        ("SearchUsers", "Users", "Username", field("SecurityProfileId", "EXACT", &agent), vec!["ann"]),
        (
            "SearchRoutingProfiles",
            "RoutingProfiles",
            "Name",
            field("associatedQueueIds", "EXACT", &basic),
            vec!["Basic Routing Profile"],
        ),
        (
            "SearchHoursOfOperations",
            "HoursOfOperations",
            "Name",
            field("timezone", "EXACT", "UTC"),
            vec!["Basic Hours"],
        ),
        ("SearchPrompts", "Prompts", "Name", field("name", "STARTS_WITH", "beep"), vec!["Beep.wav"]),
        (
            "SearchSecurityProfiles",
            "SecurityProfiles",
            "SecurityProfileName",
            field("name", "CONTAINS", "manager"),
            vec!["CallCenterManager"],
        ),
        ("SearchAgentStatuses", "AgentStatuses", "Name", field("type", "EXACT", "OFFLINE"), vec!["Offline"]),
        (
            "SearchPredefinedAttributes",
            "PredefinedAttributes",
            "Name",
            field("name", "CONTAINS", "subtype"),
            vec!["connect:Subtype"],
        ),
        (
            "SearchContactFlows",
            "ContactFlows",
            "Name",
            json!({ "TypeCondition": "CUSTOMER_QUEUE" }),
            vec!["Default customer queue"],
        ),
        ("SearchContactFlows", "ContactFlows", "Name", json!({ "StatusCondition": "SAVED" }), vec![]),
        ("SearchContactFlows", "ContactFlows", "Name", json!({ "StateCondition": "ARCHIVED" }), vec![]),
        ("SearchQuickConnects", "QuickConnects", "Name", field("name", "EXACT", "x"), vec![]),
    ] {
        let found = world.ok(operation, json!({ "SearchCriteria": criteria }));
        assert_eq!(texts(&found[list], name), expected, "{operation} {criteria}");
    }
    let found = world.ok("SearchUsers", json!({ "SearchCriteria": field("Username", "EXACT", "ann") }));
    assert_eq!(found["Users"][0]["IdentityInfo"], json!({ "FirstName": "ANN", "LastName": "Example" }));
    let filter = json!({ "FlowAttributeFilter": { "ContactFlowTypeCondition": { "ContactFlowType": "OUTBOUND_WHISPER" } } });
    let found = world.ok("SearchContactFlows", json!({ "SearchFilter": filter }));
    assert_eq!(texts(&found["ContactFlows"], "Name"), ["Default outbound"]);
    assert!(found["ContactFlows"][0].get("Content").is_none());
}

#[test]
fn users_are_found_by_group_and_below() {
    let mut world = World::new();
    let levels = json!({ "LevelOne": { "Name": "Site" }, "LevelTwo": { "Name": "Team" } });
    world.ok("UpdateUserHierarchyStructure", json!({ "HierarchyStructure": levels }));
    let site = world.ok("CreateUserHierarchyGroup", json!({ "Name": "S" }))["HierarchyGroupId"].clone();
    let team = world.ok("CreateUserHierarchyGroup", json!({ "Name": "T", "ParentGroupId": site }))["HierarchyGroupId"].clone();
    world.ok("UpdateUserHierarchy", json!({ "UserId": world.id("user", "admin"), "HierarchyGroupId": site }));
    world.ok("UpdateUserHierarchy", json!({ "UserId": world.id("user", "ann"), "HierarchyGroupId": team }));
    for (group, how, expected) in [
        (&site, "EXACT", vec!["admin"]),
        (&site, "WITH_CHILD_GROUPS", vec!["admin", "ann"]),
        (&team, "WITH_CHILD_GROUPS", vec!["ann"]),
        (&json!(NOBODY), "WITH_CHILD_GROUPS", vec![]),
    ] {
        let condition =
            json!({ "HierarchyGroupCondition": { "Value": group, "HierarchyGroupMatchType": how } });
        let found = world.ok("SearchUsers", json!({ "SearchCriteria": condition }));
        assert_eq!(texts(&found["Users"], "Username"), expected, "{condition}");
        let found = world.ok("SearchUsers", json!({ "SearchFilter": { "UserAttributeFilter": condition } }));
        assert_eq!(texts(&found["Users"], "Username"), expected, "{condition}");
    }
    let found = world.ok(
        "SearchUserHierarchyGroups",
        json!({ "SearchCriteria": field("parentId", "EXACT", site.as_str().expect("an id")) }),
    );
    assert_eq!(texts(&found["UserHierarchyGroups"], "Name"), ["T"]);
}

#[test]
fn pages_join_up_whatever_happens_between_them() {
    let mut world = World::new();
    let hours = world.id("hours", "Basic Hours");
    for n in 0..9 {
        world.ok("CreateQueue", json!({ "Name": format!("Q{n}"), "HoursOfOperationId": hours }));
    }
    let all = world.ok("ListQueues", json!({}))["QueueSummaryList"].as_array().expect("a list").clone();
    assert_eq!(all.len(), 12);
    for size in [1, 2, 5, 12, 100] {
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let input = read(json!({})).expect("a valid input");
            let part = page(world.directory.list_queues(&input, after.as_deref()).expect("a list"), size);
            seen.extend(part.items);
            pages += 1;
            match part.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!((seen, pages), (all.clone(), 12usize.div_ceil(size)), "pages of {size}");
    }
    // What was on the first page may go or be renamed: the second page is the same.
    let second = |world: &World, after: &str| {
        let input = read(json!({})).expect("a valid input");
        page(world.directory.list_queues(&input, Some(after)).expect("a list"), 4).items
    };
    let input = read(json!({})).expect("a valid input");
    let first = page(world.directory.list_queues(&input, None).expect("a list"), 4);
    let next = first.next.expect("more");
    let expected = second(&world, &next);
    world.ok("DeleteQueue", json!({ "QueueId": first.items[3]["Id"] }));
    world.ok("UpdateQueueName", json!({ "QueueId": first.items[2]["Id"], "Name": "Zzz" }));
    assert_eq!(second(&world, &next), expected);
}

#[test]
fn every_list_continues_after_its_key() {
    let mut world = World::new();
    let ann = world.id("user", "ann");
    world.ok("CreatePredefinedAttribute", json!({ "Name": "A", "Values": { "StringList": ["x", "y"] } }));
    let skills = ["x", "y"].map(|value| json!({ "AttributeName": "A", "AttributeValue": value, "Level": 1 }));
    world.ok("AssociateUserProficiencies", json!({ "UserId": ann, "UserProficiencies": skills }));
    world.ok("AssociateApprovedOrigin", json!({ "Origin": "https://a.example.com" }));
    world.ok("AssociateApprovedOrigin", json!({ "Origin": "https://b.example.com" }));
    let directory = &world.directory;
    let (profile, agent) =
        (world.id("routing-profile", "Basic Routing Profile"), world.id("security-profile", "Agent"));
    macro_rules! check {
        ($($method:ident($members:expr);)*) => {$({
            let input = read($members).expect("a valid input");
            let whole = page(directory.$method(&input, None).expect("a list"), usize::MAX).items;
            assert!(whole.len() > 1, "{} lists too little to test", stringify!($method));
            let first = page(directory.$method(&input, None).expect("a list"), 1);
            let rest = page(directory.$method(&input, first.next.as_deref()).expect("a list"), usize::MAX);
            assert_eq!([first.items, rest.items].concat(), whole, stringify!($method));
            assert_eq!(rest.next, None, stringify!($method));
        })*};
    }
    check! {
        list_users(json!({}));
        list_security_profiles(json!({}));
        list_security_profile_permissions(json!({ "SecurityProfileId": agent }));
        list_routing_profile_queues(json!({ "RoutingProfileId": profile }));
        list_agent_statuses(json!({}));
        list_contact_flows(json!({}));
        list_prompts(json!({}));
        list_predefined_attributes(json!({}));
        list_user_proficiencies(json!({ "UserId": ann }));
        list_instance_attributes(json!({}));
        list_approved_origins(json!({}));
    }
    // Lists that are part of one resource tell when it was last changed.
    let input = read(json!({ "UserId": ann })).expect("a valid input");
    let skills = directory.list_user_proficiencies(&input, None).expect("a list");
    assert_eq!(skills.last_modified(), directory.user_named("ann").map(|user| user.last_modified_time));
    let input = read(json!({})).expect("a valid input");
    assert_eq!(directory.list_users(&input, None).expect("a list").last_modified(), None);
    let input = read(json!({})).expect("a valid input");
    let first = directory.search_users(&input).expect("a search").page(None, 1);
    let rest = directory.search_users(&input).expect("a search").page(first.next.as_deref(), 10);
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (1, 1, None));
    let mut visible = directory.search_users(&input).expect("a search");
    visible.retain(|tags| tags.is_some_and(|tags| tags.contains_key("Team")));
    assert_eq!(visible.total(), 0);
}
