//! A draft is tried out through the API: with the instance's flows, names and bots, by those who may see flows.

use serde_json::{Value, json};

use super::world::{World, text};

const PATH: &str = "/switchroom/flow-rehearsal/{I}";

fn to(target: &str) -> Value {
    json!({"NextAction": target, "Errors": [{"NextAction": target, "ErrorType": "NoMatchingError"}]})
}

fn act(id: &str, kind: &str, parameters: Value, transitions: Value) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": transitions})
}

fn content(actions: &[Value]) -> String {
    json!({"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": actions}).to_string()
}

fn asked(actions: &[Value], given: Value, inputs: Value) -> Value {
    json!({"Type": "CONTACT_FLOW", "Content": content(actions), "Given": given, "Inputs": inputs})
}

fn way(answer: &Value) -> Vec<&str> {
    let steps = answer["Steps"].as_array().expect("steps");
    steps.iter().map(|step| step["Identifier"].as_str().expect("an identifier")).collect()
}

fn bye() -> Value {
    act("bye", "DisconnectParticipant", json!({}), json!({}))
}

#[tokio::test]
async fn the_instances_own_bots_answer_and_queues_have_their_names() {
    let world = World::new().await;
    let (queue, arn) = world.queue("Sales", json!({})).await;
    let bots = world.make("GET", "/instance/{I}/bots?lexVersion=V2", Value::Null).await;
    let alias = text(&bots["LexBots"][0]["LexV2Bot"], "AliasArn");
    let actions = [
        act("queue", "UpdateContactTargetQueue", json!({"QueueId": queue}), to("ask")),
        act(
            "ask",
            "ConnectParticipantWithLexBot",
            json!({"Text": "How can we help?", "LexV2Bot": {"AliasArn": alias}}),
            json!({"NextAction": "bye", "Conditions": [{"NextAction": "go",
                "Condition": {"Operator": "Equals", "Operands": ["OpeningHours"]}}],
                "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingCondition"},
                           {"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        act(
            "go",
            "TransferContactToQueue",
            json!({}),
            json!({"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "QueueAtCapacity"},
                   {"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        bye(),
    ];
    let says = json!([{"Kind": "SAYS", "Text": "what are your opening hours"}]);
    let waiting = world.make("POST", PATH, asked(&actions, json!({}), json!([]))).await;
    assert_eq!((&waiting["Place"], &waiting["WaitsFor"]), (&json!("FLOW"), &json!("CUSTOMER")));
    assert_eq!(waiting["Said"], json!([{"Step": 1, "Input": 0, "Text": "How can we help?"}]));
    let queued = world.make("POST", PATH, asked(&actions, json!({}), says.clone())).await;
    assert_eq!(way(&queued)[..3], ["queue", "ask", "go"], "{queued}");
    assert_eq!(queued["Steps"][0]["Changed"]["Queue"], json!({"Name": "Sales", "ARN": arn}));
    assert_eq!(queued["Steps"][1]["Branch"], json!({"Kind": "CONDITION", "Index": 0}));
    assert_eq!(queued["Steps"][1]["Changed"]["Lex"]["IntentName"], "OpeningHours");
    assert_eq!((&queued["Place"], &queued["Queue"]), (&json!("QUEUE"), &json!("Sales")));
    let there = &queued["Steps"][3];
    assert_eq!(
        (&there["Draft"], &there["ContactFlowName"]),
        (&json!(false), &json!("Default customer queue"))
    );
    let full = world.make("POST", PATH, asked(&actions, json!({"OtherQueues": {"Full": true}}), says)).await;
    assert_eq!(way(&full), ["queue", "ask", "go", "bye"]);
    assert_eq!(full["Steps"][2]["Branch"], json!({"Kind": "ERROR", "Index": 0}));
    assert_eq!(full["Place"], "ENDED");
}

#[tokio::test]
async fn functions_are_not_called_but_given() {
    let world = World::new().await;
    let parameters = json!({"LambdaFunctionARN": "arn:aws:lambda:us-east-1:123456789012:function:tier",
        "InvocationTimeLimitSeconds": "3"});
    let actions = [act("call", "InvokeLambdaFunction", parameters, to("bye")), bye()];
    let answer = world.make("POST", PATH, asked(&actions, json!({}), json!([]))).await;
    assert_eq!(answer["Steps"][0]["Branch"], json!({"Kind": "ERROR", "Index": 0}));
    assert!(answer["Notes"][0]["Text"].as_str().is_some_and(|text| text.contains("tier")), "{answer}");
    let given = json!({"Functions": {"tier": {"Answer": {"level": "gold"}}}});
    let answer = world.make("POST", PATH, asked(&actions, given, json!([]))).await;
    assert_eq!(answer["Steps"][0]["Changed"]["External"], json!({"level": "gold"}));
}

#[tokio::test]
async fn who_may_not_see_flows_tries_none_and_tags_hide_what_they_hide() {
    let world = World::new().await;
    let hello = content(&[act("hello", "MessageParticipant", json!({"Text": "A secret"}), to("bye")), bye()]);
    let flow = json!({"Name": "Hidden", "Type": "CONTACT_FLOW", "Content": hello, "Tags": {"team": "other"}});
    let hidden = text(&world.make("PUT", "/contact-flows/{I}", flow).await, "ContactFlowId");
    let actions = [act("go", "TransferToFlow", json!({"ContactFlowId": hidden}), to("bye")), bye()];
    let asked = asked(&actions, json!({}), json!([]));
    let seen = world.make("POST", PATH, asked.clone()).await;
    assert_eq!(way(&seen), ["go", "hello", "bye"]);
    let nobody = world.user_with("nobody", json!({"Permissions": ["Queues.View"]})).await;
    assert_eq!(world.call(Some(&nobody), "POST", PATH, asked.clone()).await.0, 403);
    let narrowed = json!({
        "Permissions": ["ContactFlows.View"],
        "TagRestrictedResources": ["ContactFlow"],
        "AllowedAccessControlTags": {"team": "own"},
    });
    let narrowed = world.user_with("narrowed", narrowed).await;
    let (status, answer) = world.call(Some(&narrowed), "POST", PATH, asked).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(way(&answer), ["go", "bye"]);
}

#[tokio::test]
async fn what_cannot_be_played_is_refused() {
    let world = World::new().await;
    let good = asked(&[bye()], json!({}), json!([]));
    for (member, value, status, expected) in [
        ("Content", json!("{"), 400, "JSON"),
        ("Type", json!("FLOW"), 400, "CUSTOMER_QUEUE"),
        ("ContactFlowId", json!("no id"), 400, "no id of a flow"),
        ("Given", json!({"Clock": "soon"}), 400, "soon"),
        ("Given", json!({"functions_folder": "/etc"}), 400, ""),
        ("Given", json!({"Flows": {"x": {"file": "/etc/passwd"}}}), 400, ""),
        ("Given", json!({"Values": {"Attributes": "x"}}), 400, "Attributes"),
        ("Given", json!({"Percents": [0]}), 400, "percents"),
        ("Inputs", json!([{"Kind": "SINGS"}]), 400, ""),
        ("Inputs", json!(vec![json!({"Kind": "RETURNS"}); 201]), 400, "nputs"),
        ("Inputs", json!([{"Kind": "SAYS", "Text": "x".repeat(1025)}]), 400, "ext"),
    ] {
        let mut asked = good.clone();
        asked[member] = value.clone();
        let (got, answer) = world.account("POST", PATH, asked).await;
        assert_eq!(got, status, "{member} {value}: {answer}");
        assert!(answer.to_string().contains(expected), "{member}: {answer}");
    }
}
