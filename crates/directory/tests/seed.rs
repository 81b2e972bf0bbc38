//! What a new instance has, and what a stored one must be like.

mod common;

use common::*;
use directory::seed::{SeedFlow, SeedPerson, seed};
use directory::{Cx, Directory, DirectoryError, Kind, LoadError, Permission, permissions};
use model::Timestamp;
use model::resource::FlowType;
use serde_json::json;

#[test]
fn a_new_instance_is_ready_for_work() {
    let mut world = World::new();
    let profile = world.id("routing-profile", "Basic Routing Profile");
    let described =
        world.ok("DescribeRoutingProfile", json!({ "RoutingProfileId": profile }))["RoutingProfile"].clone();
    let channels: Vec<String> = described["MediaConcurrencies"]
        .as_array()
        .expect("channels")
        .iter()
        .map(|channel| format!("{} {}", channel["Channel"].as_str().unwrap_or("-"), channel["Concurrency"]))
        .collect();
    assert_eq!(channels, ["VOICE 1", "CHAT 2", "TASK 1"]);
    assert_eq!(described["DefaultOutboundQueueId"], json!(world.id("queue", "BasicQueue")));
    let rows = world.ok("ListRoutingProfileQueues", json!({ "RoutingProfileId": profile }));
    assert_eq!(texts(&rows["RoutingProfileQueueConfigSummaryList"], "Channel"), ["CHAT", "TASK", "VOICE"]);
    let statuses = world.ok("ListAgentStatuses", json!({}));
    assert_eq!(texts(&statuses["AgentStatusSummaryList"], "Name"), ["Available", "Offline"]);
    let profiles = world.ok("ListSecurityProfiles", json!({}));
    assert_eq!(
        texts(&profiles["SecurityProfileSummaryList"], "Name"),
        ["Admin", "Agent", "CallCenterManager", "QualityAnalyst"]
    );
    assert_eq!(world.ok("ListQuickConnects", json!({}))["QuickConnectSummaryList"], json!([]));
    let hours = world
        .ok("DescribeHoursOfOperation", json!({ "HoursOfOperationId": world.id("hours", "Basic Hours") }));
    assert_eq!(hours["HoursOfOperation"]["Config"].as_array().map(Vec::len), Some(7));
}

#[test]
fn the_default_profiles_grant_what_their_holders_need() {
    let world = World::new();
    let may = |profile: &str, permission| {
        let profile = world.directory.security_profile_named(profile).expect("a default profile");
        permissions::holds(&[profile], permission)
    };
    use Permission::*;
    for (permission, admin, agent, manager, analyst) in [
        (BasicAgentAccess, true, true, true, true),
        (OutboundCallAccess, true, true, true, false),
        (TransferDestinationsView, true, true, true, false),
        (UsersCreate, true, false, true, false),
        (SecurityProfilesEdit, true, false, false, false),
        (RoutingPoliciesEdit, true, false, true, false),
        (ContactFlowsPublish, true, false, true, false),
        (ContactFlowModulesPublish, true, false, true, false),
        (RulesCreate, true, false, true, false),
        (AccessMetrics, true, false, true, true),
        (ContactSearchView, true, false, true, true),
        (EvaluationCreate, true, false, false, true),
        (ManagerListenIn, true, false, true, true),
        // What only takes something away is granted to nobody.
        (RestrictTaskCreationAccess, false, false, false, false),
        (RestrictContactAccessByHierarchyView, false, false, false, false),
        (RedactedDataView, false, false, false, false),
    ] {
        let granted =
            ["Admin", "Agent", "CallCenterManager", "QualityAnalyst"].map(|name| may(name, permission));
        assert_eq!(granted, [admin, agent, manager, analyst], "{permission:?}");
    }
}

fn flow(name: &str, kind: FlowType, content: &str) -> SeedFlow {
    SeedFlow { name: name.to_owned(), kind, description: "d".to_owned(), content: content.to_owned() }
}

#[test]
fn placeholders_become_resource_names() {
    let content = r#"{"q":"{{queue:BasicQueue}}","f":"{{flow:B}}","p":["{{prompt:Beep.wav}}"],"h":"{{hours:Basic Hours}}","l":"{{function:F}}","b":"{{bot:builtin/menu}}","t":"{{name}} {{ other:x}}"}"#;
    let flows = vec![
        flow("A", FlowType::ContactFlow, content),
        flow("B", FlowType::ContactFlow, r#"{"f":"{{flow:A}}"}"#),
    ];
    let world = World::seeded(flows, Vec::new()).expect("a valid seed");
    let (a, b) = (world.id("flow", "A"), world.id("flow", "B"));
    let expected = json!({
        "q": arn(&format!("queue/{}", world.id("queue", "BasicQueue"))),
        "f": arn(&format!("contact-flow/{b}")),
        "p": [arn(&format!("prompt/{}", world.id("prompt", "Beep.wav")))],
        "h": arn(&format!("operating-hours/{}", world.id("hours", "Basic Hours"))),
        "l": "arn:aws:lambda:us-east-1:123456789012:function:F",
        "b": "arn:aws:lex:us-east-1:123456789012:bot-alias/builtin/menu",
        "t": "{{name}} {{ other:x}}",
    });
    let content = |name: &str| {
        let flow = world.directory.flow_named(name).expect("seeded");
        assert_eq!(flow.published.as_ref(), Some(&flow.draft));
        serde_json::from_str::<serde_json::Value>(&flow.draft).expect("JSON")
    };
    assert_eq!(content("A"), expected);
    assert_eq!(content("B"), json!({ "f": arn(&format!("contact-flow/{a}")) }));
}

#[test]
fn a_faulty_seed_is_refused() {
    let person = |username: &str, profile: &str| SeedPerson {
        username: username.to_owned(),
        first_name: "A".to_owned(),
        last_name: "B".to_owned(),
        email: None,
        password_hash: None,
        security_profiles: vec![profile.to_owned()],
    };
    for (flows, people, text) in [
        (vec![flow("A", FlowType::ContactFlow, "{{queue:Nowhere}}")], vec![], "Nowhere"),
        (
            vec![flow("A", FlowType::ContactFlow, ""), flow("A", FlowType::CustomerHold, "")],
            vec![],
            "another name",
        ),
        (
            vec![flow("Default a", FlowType::AgentHold, ""), flow("Default b", FlowType::AgentHold, "")],
            vec![],
            "more than one default flow",
        ),
        (vec![], vec![person("ann", "Boss")], "Boss"),
        (vec![], vec![person("a n n", "Agent")], "Username"),
        (vec![], vec![person("ann", "Agent"), person("ann", "Agent")], "another name"),
    ] {
        let error = World::seeded(flows, people).err().expect("refused");
        assert!(error.message.contains(text), "{error}");
    }
    let alias = |alias: &str| {
        let mut new_uuid = uuid::Uuid::nil;
        let mut cx = Cx { now: Timestamp(0), new_uuid: &mut new_uuid };
        seed(scope(), alias, &mut cx, Vec::new(), Vec::new())
            .map(|_| ())
            .map_err(|error: DirectoryError| error.code)
    };
    for name in ["", "-a", "a-", "a b", "d-1", &"x".repeat(46)] {
        assert_eq!(alias(name), Err(directory::Code::InvalidParameter), "{name:?}");
    }
}

#[test]
fn stored_documents_that_do_not_fit_are_named() {
    let world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let load = |change: &dyn Fn(&mut Store)| {
        let mut store = world.store.clone();
        change(&mut store);
        let rows = store.into_iter().map(|((kind, id), body)| (kind, id, body));
        Directory::load(scope(), rows).map(|_| ())
    };
    let key = (Kind::Queue, queue.clone());
    assert!(load(&|_| {}).is_ok());
    assert!(matches!(
        load(&|store| drop(store.remove(&(Kind::Instance, INSTANCE.to_owned())))),
        Err(LoadError::NoInstance)
    ));
    let unreadable = load(&|store| store.get_mut(&key).expect("stored")["Status"] = json!("LOST"));
    assert!(matches!(&unreadable, Err(LoadError::Unreadable { kind: "queue", id, .. }) if *id == queue));
    let wrong = load(&|store| {
        let body = store.remove(&key).expect("stored");
        store.insert((Kind::Queue, NOBODY.to_owned()), body);
    });
    assert!(matches!(&wrong, Err(LoadError::WrongKey { kind: "queue", id }) if id == NOBODY));
    let twice = load(&|store| {
        let mut body = store[&key].clone();
        body["QueueId"] = json!(NOBODY);
        store.insert((Kind::Queue, NOBODY.to_owned()), body);
    });
    assert!(matches!(&twice, Err(LoadError::DuplicateName { name, .. }) if name == "BasicQueue"));
    let mut elsewhere = scope();
    elsewhere.instance = model::InstanceId::from_u128(5);
    let rows = world.store.iter().map(|((kind, id), body)| (*kind, id.clone(), body.clone()));
    assert!(matches!(Directory::load(elsewhere, rows), Err(LoadError::OtherInstance(_))));
}
