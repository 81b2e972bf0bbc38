//! Who may hear, make and speak prompts.

use serde_json::{Value, json};

use super::world::{World, text};

async fn beep(world: &World) -> String {
    let listed = world.make("GET", "/prompts-summary/{I}", Value::Null).await;
    text(&listed["PromptSummaryList"][0], "Id")
}

#[tokio::test]
async fn sound_needs_the_permission_of_its_prompt() {
    let world = World::new().await;
    let viewer = world.user_with("viewer", json!({"Permissions": ["Prompts.View"]})).await;
    let author = world.user_with("author", json!({"Permissions": ["Prompts.Create"]})).await;
    let other = world.user_with("other", json!({"Permissions": ["Queues.View"]})).await;
    let id = beep(&world).await;
    let (file, uses) = (format!("/prompts/{{I}}/{id}/file"), format!("/switchroom/prompt-uses/{{I}}/{id}"));
    // The address is one that nobody may fetch from here: who may not make prompts does not get that far.
    let create = json!({"Name": "New", "S3Uri": "https://files.example.com/a.wav"});
    let speak = json!({"Text": "<speak>"});
    for (method, path, body, [view, make, none]) in [
        ("GET", file.as_str(), Value::Null, [200, 403, 403]),
        ("GET", "/switchroom/prompt-media/{I}", Value::Null, [200, 403, 403]),
        ("GET", uses.as_str(), Value::Null, [200, 403, 403]),
        ("POST", "/switchroom/prompt-uploads/{I}", json!({}), [403, 200, 403]),
        ("PUT", "/prompts/{I}", create, [403, 400, 403]),
        ("POST", &format!("/prompts/{{I}}/{id}"), json!({"Name": "Boop"}), [403, 403, 403]),
        ("GET", "/switchroom/voices/{I}", Value::Null, [200, 200, 200]),
        ("POST", "/switchroom/speech-preview/{I}", speak, [403, 400, 403]),
    ] {
        for (user, status) in [(&viewer, view), (&author, make), (&other, none)] {
            let (got, answer) = world.call(Some(user), method, path, body.clone()).await;
            assert_eq!(got, status, "{method} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn only_flows_that_one_may_see_are_named_as_users_of_a_prompt() {
    let world = World::new().await;
    let id = beep(&world).await;
    let play = json!({"Identifier": "p", "Type": "MessageParticipant", "Parameters": {"PromptId": id},
        "Transitions": {"NextAction": "d", "Errors": [{"NextAction": "d", "ErrorType": "NoMatchingError"}]}});
    let end =
        json!({"Identifier": "d", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}});
    let content = json!({"Version": "2019-10-30", "StartAction": "p", "Actions": [play, end]}).to_string();
    let flow = json!({"Name": "Secret merger", "Type": "CONTACT_FLOW", "Content": content});
    world.make("PUT", "/contact-flows/{I}", flow).await;
    let blind = world.user_with("blind", json!({"Permissions": ["Prompts.View"]})).await;
    let author =
        world.user_with("author", json!({"Permissions": ["Prompts.View", "ContactFlows.View"]})).await;
    for (user, named) in [(&blind, false), (&author, true)] {
        let (status, answer) =
            world.call(Some(user), "GET", &format!("/switchroom/prompt-uses/{{I}}/{id}"), Value::Null).await;
        assert_eq!((status, answer.to_string().contains("Secret merger")), (200, named), "{answer}");
    }
}

#[tokio::test]
async fn an_upload_belongs_to_who_began_it() {
    let world = World::new().await;
    let author = world.user_with("author", json!({"Permissions": ["Prompts.Create"]})).await;
    let (_, place) = world.call(Some(&author), "POST", "/switchroom/prompt-uploads/{I}", json!({})).await;
    let create = json!({"Name": "New", "S3Uri": text(&place, "S3Uri")});
    let (status, answer) = world.call(Some(&author), "PUT", "/prompts/{I}", create.clone()).await;
    assert_eq!(
        (status, &answer["Message"]),
        (400, &json!("The uploaded file is no longer there. Upload it again."))
    );
    let (status, answer) = world.account("PUT", "/prompts/{I}", create).await;
    assert_eq!(status, 400);
    assert!(text(&answer, "Message").starts_with("S3Uri must be"), "{answer}");
}

#[tokio::test]
async fn tags_hide_the_sound_too() {
    let world = World::new().await;
    let narrowed = json!({
        "Permissions": ["Prompts.View"],
        "AllowedAccessControlTags": {"team": "red"},
        "TagRestrictedResources": ["Prompt"],
    });
    let user = world.user_with("narrowed", narrowed).await;
    let id = beep(&world).await;
    let (status, _) = world.call(Some(&user), "GET", &format!("/prompts/{{I}}/{id}/file"), Value::Null).await;
    assert_eq!(status, 404);
    let (status, media) = world.call(Some(&user), "GET", "/switchroom/prompt-media/{I}", Value::Null).await;
    assert_eq!((status, &media["PromptMediaList"]), (200, &json!([])));
    let all = world.make("GET", "/switchroom/prompt-media/{I}", Value::Null).await;
    assert_eq!(all["PromptMediaList"].as_array().map(Vec::len), Some(3));
}
