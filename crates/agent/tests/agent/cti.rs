//! The agent service: who may call, what panels load at their start, and the contacts' operations.

use agent::LEGACY_CTI_PATH;
use axum::http::Method;
use center::TokenKind;
use serde_json::{Value, json};

use crate::support::{Panel, Server};

/// Every operation of the service with the least input its model asks for.
fn operations() -> Vec<(&'static str, Value)> {
    let contact = json!({"contactId": "00000000-0000-0000-0000-000000000001"});
    let connection = json!({
        "contactId": "00000000-0000-0000-0000-000000000001",
        "connectionId": "00000000-0000-0000-0000-000000000002",
    });
    vec![
        ("GetAgentSnapshot", json!({"timeout": 0})),
        ("GetAgentConfiguration", json!({})),
        ("UpdateAgentConfiguration", json!({"configuration": {}})),
        ("GetAgentPermissions", json!({"maxResults": 500})),
        ("GetAgentStates", json!({"maxResults": 500})),
        ("GetDialableCountryCodes", json!({"maxResults": 500})),
        ("GetRoutingProfileQueues", json!({"routingProfileARN": "x"})),
        ("GetEndpoints", json!({"queueARNs": []})),
        ("PutAgentState", json!({"state": {"type": "routable", "name": "Nowhere"}})),
        ("AcceptContact", contact.clone()),
        ("RejectContact", contact.clone()),
        ("CompleteContact", contact.clone()),
        ("ClearContact", contact.clone()),
        ("NotifyContactIssue", contact.clone()),
        (
            "CreateOutboundContact",
            json!({"endpoint": {"type": "phone_number", "phoneNumber": "+14155550100"}}),
        ),
        ("CreateTaskContact", json!({"name": "x", "endpoint": {"type": "agent"}})),
        (
            "CreateAdditionalConnection",
            json!({"contactId": contact["contactId"], "endpoint": {"type": "agent"}}),
        ),
        ("DestroyConnection", connection.clone()),
        ("HoldConnection", connection.clone()),
        ("ResumeConnection", connection.clone()),
        ("ToggleActiveConnections", connection.clone()),
        ("ConferenceConnections", contact.clone()),
        ("SendDigits", json!({"contactId": "c", "connectionId": "k", "digits": "1"})),
        ("MuteParticipant", connection.clone()),
        ("UnmuteParticipant", connection),
        ("UpdateMonitorParticipantState", json!({"contactId": "c", "targetMonitorMode": "BARGE"})),
        ("PauseContact", contact.clone()),
        ("ResumeContact", contact.clone()),
        ("CreateTransport", json!({"transportType": "softphone"})),
        ("SendClientLogs", json!({"logEvents": [{"timestamp": 1, "component": "ccp", "message": "m"}]})),
        ("SendSoftphoneCallMetrics", json!({"contactId": "c", "softphoneStreamStatistics": []})),
        ("SendSoftphoneCallReport", json!({"contactId": "c", "report": {"gumTimeMillis": 3}})),
        ("GetNewAuthToken", json!({"refreshToken": "x"})),
    ]
}

#[tokio::test]
async fn nobody_without_a_good_token_is_answered() {
    let server = Server::start().await;
    let user = server.user("ann").await.0;
    let unknown_session =
        server.sign(TokenKind::Access, user, server.app.center.fresh_id(), server.app.center.now() + 60_000);
    let for_sockets = server.token("ann", TokenKind::AgentSocket).await;
    for token in ["garbage", unknown_session.as_str(), for_sockets.as_str()] {
        let panel = Panel { server: &server, token: token.to_owned(), path: agent::CTI_PATH };
        for (operation, input) in operations() {
            let answer = panel.call(operation, input).await;
            assert_eq!(answer.header("x-amzn-errortype"), "UnauthorizedException", "{operation}");
            assert!(matches!(answer.status, 400 | 401), "{operation} {}", answer.status);
        }
    }
}

#[tokio::test]
async fn refusals_of_operations_are_400_and_never_403() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let mut fine = 0;
    for (operation, input) in operations() {
        let answer = panel.call(operation, input).await;
        match answer.status {
            200 => fine += 1,
            400 => assert!(!answer.brief().contains("AccessDenied"), "{operation} {}", answer.body),
            other => panic!("{operation} is answered {other}: {}", answer.body),
        }
    }
    assert_eq!((operations().len(), fine), (33, 10), "ten of the inputs above are good ones");
}

#[tokio::test]
async fn calls_to_others_are_refused_by_name() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    for (operation, input) in operations() {
        let answer = panel.call(operation, input).await;
        if answer.brief() == "400 InvalidContactTypeException" {
            assert!(answer.body["message"].as_str().is_some_and(|text| text.starts_with(operation)));
        }
    }
    let refused = ["CreateOutboundContact", "ToggleActiveConnections", "ConferenceConnections"];
    for operation in refused {
        assert_eq!(panel.call(operation, json!({})).await.brief(), "400 InvalidContactTypeException");
    }
    for transport in ["softphone", "web_rtc", "agent_discovery"] {
        let answer = panel.call("CreateTransport", json!({"transportType": transport})).await;
        assert_eq!(answer.brief(), "400 InvalidConfigurationException");
        assert!(answer.body["message"].as_str().is_some_and(|text| text.contains(transport)));
    }
}

#[tokio::test]
async fn unknown_targets_are_400_with_a_type() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    assert_eq!(panel.call("DestroyContact", json!({})).await.brief(), "400 UnknownOperationException");
    let answer = panel.call("AcceptContact", json!({"contactId": "x", "speed": 3})).await;
    assert_eq!(answer.brief(), "400 InvalidParameterException");
    let answer = server.send(Method::POST, "/api", &[("x-amz-target", "Other.Thing")], "{}").await;
    assert!(answer.status >= 400 && answer.body["__type"].is_string());
}

#[tokio::test]
async fn who_may_not_use_the_panel_learns_so() {
    let server = Server::start().await;
    let eve = server.user("eve").await;
    server
        .engine
        .apply(|core, cx| {
            let profile = core.directory().security_profile_named("QualityAnalyst").expect("exists").id;
            let input = json!({"SecurityProfileId": profile, "Permissions": ["Users.View"]});
            let input = directory::input::read(input)?;
            core.configure(cx, "test", |directory, cx| directory.update_security_profile(cx, input))
        })
        .await
        .expect("the engine works")
        .expect("changes");
    let panel = server.panel("eve").await;
    let answer = panel.call("GetAgentSnapshot", json!({})).await;
    assert_eq!(answer.header("x-amzn-errortype"), "AccessDeniedException", "{eve}");
}

#[tokio::test]
async fn panels_load_what_they_need_to_start() {
    let server = Server::start().await;
    let mut panel = server.panel("ann").await;
    panel.path = LEGACY_CTI_PATH;
    let configuration =
        panel.ok("GetAgentConfiguration", json!({"authentication": {"authToken": "T"}})).await;
    let configuration = &configuration["configuration"];
    let profile = configuration["routingProfile"].clone();
    assert_eq!(
        json!([
            configuration["name"],
            configuration["username"],
            configuration["softphoneEnabled"],
            configuration["extension"],
            configuration["agentPreferences"],
            profile["name"],
            profile["defaultOutboundQueue"]["name"],
            profile["channelConcurrencyMap"],
        ]),
        json!(["ANN Test", "ann", true, "", {}, "Basic Routing Profile", "BasicQueue", {"VOICE": 1, "CHAT": 2, "TASK": 1}])
    );
    let states = panel.ok("GetAgentStates", json!({"maxResults": 1})).await;
    let states: Vec<_> =
        states["states"].as_array().expect("a list").iter().map(|one| &one["type"]).collect();
    assert_eq!(states, ["routable", "offline"], "all in one page");
    let permissions = panel.ok("GetAgentPermissions", json!({"maxResults": 500})).await;
    let permissions = permissions["permissions"].as_array().expect("a list");
    assert!(permissions.contains(&json!("outboundCall")) && !permissions.contains(&json!("voiceId")));
    let countries = panel.ok("GetDialableCountryCodes", json!({"maxResults": 500})).await;
    assert_eq!(countries, json!({"countryCodes": []}));
    let arn = profile["routingProfileARN"].clone();
    let queues =
        panel.ok("GetRoutingProfileQueues", json!({"routingProfileARN": arn, "maxResults": 1})).await;
    let queues = queues["queues"].as_array().expect("a list");
    let own = format!("/queue/agent/{}", server.user("ann").await);
    assert!(queues.iter().any(|one| one["queueARN"].as_str().is_some_and(|arn| arn.ends_with(&own))));
    assert!(queues.iter().any(|one| one["name"] == "BasicQueue"));
    let agent = configuration["agentARN"].as_str().expect("a name").split(':').nth(3);
    assert_eq!(agent, Some("us-east-1"), "clients take the region from it");
}

#[tokio::test]
async fn agents_change_their_telephone_and_nothing_else() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let mut configuration = panel.ok("GetAgentConfiguration", json!({})).await["configuration"].take();
    configuration["softphoneEnabled"] = json!(false);
    configuration["extension"] = json!("+14155550100");
    configuration["name"] = json!("Somebody else");
    panel.ok("UpdateAgentConfiguration", json!({"configuration": configuration})).await;
    let changed = panel.ok("GetAgentConfiguration", json!({})).await["configuration"].take();
    assert_eq!(
        json!([changed["softphoneEnabled"], changed["extension"], changed["name"]]),
        json!([false, "+14155550100", "ANN Test"])
    );
    configuration["extension"] = json!("not a number");
    let answer = panel.call("UpdateAgentConfiguration", json!({"configuration": configuration})).await;
    assert_eq!(answer.brief(), "400 InvalidConfigurationException");
    configuration["agentPreferences"] = json!({"locale": "de_DE"});
    let answer = panel.call("UpdateAgentConfiguration", json!({"configuration": configuration})).await;
    assert!(answer.body["message"].as_str().is_some_and(|text| text.contains("agentPreferences")));
}

#[tokio::test]
async fn states_are_chosen_by_name_or_resource_name() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    assert_eq!(panel.state().await, "offline Offline");
    let states = panel.ok("GetAgentStates", json!({})).await["states"].take();
    let put = async |state: Value| {
        let input = json!({"authentication": {"authToken": "T"}, "state": state, "enqueueNextState": false});
        panel.call("PutAgentState", input).await.brief()
    };
    assert_eq!(put(states[0].clone()).await, "200");
    assert_eq!(panel.state().await, "routable Available");
    assert_eq!(put(json!({"type": "offline", "name": "Offline"})).await, "200");
    assert_eq!(panel.state().await, "offline Offline");
    for state in [
        json!({"type": "system", "name": "AfterCallWork"}),
        json!({"type": "routable", "name": "Offline"}),
        json!({"type": "routable", "name": "Available", "agentStateARN": "arn:aws:connect:r:1:instance/i/agent-state/x"}),
        json!({"type": "routable"}),
    ] {
        assert_eq!(put(state.clone()).await, "400 InvalidStateException", "{state}");
    }
    assert_eq!(panel.state().await, "offline Offline");
}

#[tokio::test]
async fn quick_connects_are_found_once_in_one_page() {
    let server = Server::start().await;
    let arn = server.quick_connect("bob").await;
    let panel = server.panel("ann").await;
    let queues = server
        .read(|core| {
            let queue = core.directory().queue_named("BasicQueue").expect("exists").queue_id;
            core.directory().scope().arn(model::ArnKind::Queue, queue)
        })
        .await;
    let own = server.read(|core| core.directory().scope().agent_queue_arn(model::UserId::from_u128(1))).await;
    let input = json!({"queueARNs": [queues, own, queues, "nonsense"], "maxResults": 500});
    let endpoints = panel.ok("GetEndpoints", input).await;
    assert_eq!(
        endpoints,
        json!({"endpoints": [
            {"endpointARN": arn, "name": "To bob", "displayName": "To bob", "type": "agent", "agentLogin": "bob"},
        ]})
    );
    assert_eq!(panel.ok("GetEndpoints", json!({"queueARNs": []})).await, json!({"endpoints": []}));
}

#[tokio::test]
async fn transports_and_new_tokens() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let transport = panel.ok("CreateTransport", json!({"transportType": "web_socket"})).await;
    let transport = &transport["webSocketTransport"];
    let url = transport["url"].as_str().expect("an address");
    assert!(url.starts_with("wss://cc.example.com/socket/agent?token="), "{url}");
    assert!(transport["transportLifeTimeInSeconds"].as_i64().is_some_and(|seconds| seconds >= 300));
    assert!(transport["expiry"].is_string());
    let answer = panel.call("CreateTransport", json!({"transportType": "pigeon"})).await;
    assert_eq!(answer.brief(), "400 InvalidParameterException");

    let fresh = panel.ok("GetNewAuthToken", json!({"refreshToken": panel.token})).await;
    let fresh =
        Panel { server: &server, token: fresh["newAuthToken"].as_str().expect("a token").into(), ..panel };
    assert_eq!(fresh.state().await, "offline Offline");
    let other = server.panel("bob").await;
    let answer = fresh.call("GetNewAuthToken", json!({"refreshToken": other.token})).await;
    assert_eq!(answer.brief(), "400 RefreshTokenExpiredException");
}

#[tokio::test]
async fn telemetry_is_taken() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let line = json!({"timestamp": 1, "component": "ccp", "message": "m".repeat(1000)});
    let logs = json!({"authentication": {"authToken": "T"}, "logEvents": vec![line; 1500]});
    assert_eq!(panel.ok("SendClientLogs", logs).await, json!({}));
}
