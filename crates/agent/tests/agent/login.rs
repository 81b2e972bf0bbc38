//! Signing in and out over HTTP.

use serde_json::json;

use crate::support::{Answer, PASSWORD, Panel, Server};

async fn login(server: &Server, username: &str, password: &str) -> Answer {
    server.post("/auth/login", &[], json!({"username": username, "password": password})).await
}

/// The session cookie of somebody who signs in.
async fn cookie(server: &Server, username: &str) -> String {
    let answer = login(server, username, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let line = answer.header("set-cookie");
    line.split(';').next().expect("a value").to_owned()
}

#[tokio::test]
async fn a_session_from_login_to_logout() {
    let server = Server::start().await;
    let answer = login(&server, "ann", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let line = answer.header("set-cookie");
    for part in ["switchroom-session=", "HttpOnly", "SameSite=None", "Secure", "Path=/", "Max-Age=43200"] {
        assert!(line.contains(part), "{line}");
    }
    let cookie = line.split(';').next().expect("a value");
    let session = server.get("/auth/session", &[("cookie", cookie)]).await;
    assert_eq!((session.status, &session.body), (200, &answer.body));
    assert_eq!(
        json!([
            session.body["username"],
            session.body["displayName"],
            session.body["instanceAlias"],
            session.body["region"],
            session.body["accountId"],
            session.body["instanceArn"],
        ]),
        json!([
            "ann",
            "ANN Test",
            "test",
            "us-east-1",
            "123456789012",
            format!("arn:aws:connect:us-east-1:123456789012:instance/{}", server.engine.id()),
        ])
    );
    assert!(
        session.body["permissions"].as_array().is_some_and(|all| all.contains(&json!("BasicAgentAccess")))
    );
    assert!(session.body["csrfToken"].as_str().is_some_and(|text| text.len() > 20));
    let user = server.user("ann").await;
    assert!(server.read(|core| core.agent(user).is_none()).await, "the panel was not opened");

    let authorized = server.get("/auth/authorize", &[("cookie", cookie)]).await;
    assert_eq!(authorized.status, 200);
    let expiration = authorized.body["expiration"].as_i64().expect("milliseconds");
    let hours = (expiration - server.app.center.now().0) as f64 / 3_600_000.0;
    assert!((11.9..=12.0).contains(&hours), "{hours}");
    assert!(server.read(|core| core.agent(user).is_some_and(|agent| agent.signed_in)).await);
    let token = authorized.body["accessToken"].as_str().expect("a token").to_owned();
    let panel = Panel { server: &server, token, path: agent::CTI_PATH };
    assert_eq!(panel.state().await, "offline Offline");
    server.available("ann").await;

    let gone = server.post("/auth/logout", &[("cookie", cookie)], json!({})).await;
    assert_eq!(gone.status, 200);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(server.get("/auth/session", &[("cookie", cookie)]).await.status, 401);
    assert_eq!(server.get("/auth/authorize", &[("cookie", cookie)]).await.status, 401);
    let refused = panel.call("GetAgentSnapshot", json!({})).await;
    assert_eq!(refused.header("x-amzn-errortype"), "UnauthorizedException");
    let offline = server
        .read(|core| {
            let agent = core.agent(user).expect("known");
            let status = core.directory().agent_status(agent.status).expect("exists");
            !agent.signed_in && status.name == "Offline"
        })
        .await;
    assert!(offline);
}

#[tokio::test]
async fn a_panel_in_another_sites_page_gets_a_cookie_of_its_own() {
    let server = Server::start().await;
    let input = json!({"username": "ann", "password": PASSWORD, "embedded": true});
    let answer = server.post("/auth/login", &[], input).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let lines = answer.all("set-cookie");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("switchroom-session=") && !lines[0].contains("Partitioned"), "{lines:?}");
    assert!(lines[1].starts_with("switchroom-embedded=") && lines[1].ends_with("; Partitioned"), "{lines:?}");
    for part in ["HttpOnly", "SameSite=None", "Secure", "Path=/", "Max-Age=43200"] {
        assert!(lines[1].contains(part), "{lines:?}");
    }
    // A browser that withholds other sites' cookies gives only the partitioned one back.
    let cookie = lines[1].split(';').next().expect("a value");
    assert_eq!(server.get("/auth/session", &[("cookie", cookie)]).await.body["username"], "ann");
    let foreign = [("cookie", cookie), ("origin", "https://evil.example.com")];
    assert_eq!(server.get("/auth/session", &foreign).await.status, 403);
    let authorized = server.get("/auth/authorize", &[("cookie", cookie)]).await;
    assert_eq!(authorized.status, 200);
    let renewed = authorized.all("set-cookie");
    assert_eq!(renewed.len(), 1, "{renewed:?}");
    assert!(
        renewed[0].starts_with("switchroom-embedded=") && renewed[0].contains("Partitioned"),
        "{renewed:?}"
    );
    // An old session beside a good one does not hide it.
    let both = format!("switchroom-session=old; {cookie}");
    assert_eq!(server.get("/auth/session", &[("cookie", &both)]).await.status, 200);
    let twice = format!("{cookie}; {cookie}");
    assert_eq!(server.get("/auth/session", &[("cookie", &twice)]).await.status, 401);

    let gone = server.post("/auth/logout", &[("cookie", cookie)], json!({})).await;
    let cleared = gone.all("set-cookie");
    assert_eq!(cleared.len(), 2, "{cleared:?}");
    assert!(cleared.iter().all(|line| line.contains("Max-Age=0")), "{cleared:?}");
    assert_eq!(server.get("/auth/session", &[("cookie", cookie)]).await.status, 401);
}

#[tokio::test]
async fn a_window_hands_its_session_to_a_frame() {
    let server = Server::start().await;
    assert_eq!(server.post("/auth/ticket", &[], json!({})).await.status, 401);
    let own = cookie(&server, "ann").await;
    let foreign = [("cookie", own.as_str()), ("origin", "https://evil.example.com")];
    assert_eq!(server.post("/auth/ticket", &foreign, json!({})).await.status, 403);
    let given = server.post("/auth/ticket", &[("cookie", &own)], json!({})).await;
    let ticket = &given.body["ticket"];
    assert_eq!(given.header("cache-control"), "no-store");
    let taken = server.post("/auth/embed", &[], json!({"ticket": ticket})).await;
    let lines = taken.all("set-cookie");
    assert_eq!((taken.status, lines.len()), (200, 1), "{lines:?}");
    assert!(lines[0].starts_with("switchroom-embedded=") && lines[0].contains("Partitioned"), "{lines:?}");
    let embedded = lines[0].split(';').next().expect("a value");
    assert_eq!(server.get("/auth/session", &[("cookie", embedded)]).await.body["username"], "ann");
    // A ticket is no cookie, and a cookie no ticket.
    let as_cookie = format!("switchroom-session={}", ticket.as_str().expect("a text"));
    assert_eq!(server.get("/auth/session", &[("cookie", &as_cookie)]).await.status, 401);
    let value = own.split_once('=').expect("a cookie").1;
    for (body, status) in [(json!({"ticket": value}), 401), (json!({"ticket": ""}), 401), (json!({}), 400)] {
        assert_eq!(server.post("/auth/embed", &[], body).await.status, status);
    }
    // It is one session: signing out in either place ends it in both.
    assert_eq!(server.post("/auth/logout", &[("cookie", &own)], json!({})).await.status, 200);
    assert_eq!(server.get("/auth/session", &[("cookie", embedded)]).await.status, 401);
    assert_eq!(server.post("/auth/embed", &[], json!({"ticket": ticket})).await.status, 401);
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_get_the_same_answer_and_then_a_pause() {
    let server = Server::start().await;
    let unknown = login(&server, "nobody", PASSWORD).await;
    let wrong = login(&server, "ann", "wrong").await;
    assert_eq!((unknown.status, &unknown.body), (401, &wrong.body));
    assert_eq!(unknown.header("set-cookie"), "");
    let odd = server.post("/auth/login", &[], json!({"username": "ann"})).await;
    assert_eq!(odd.status, 400);
    let elsewhere = json!({"username": "ann", "password": PASSWORD, "instance": "other"});
    assert_eq!(server.post("/auth/login", &[], elsewhere).await.status, 401);
    let here = json!({"username": "ann", "password": PASSWORD, "instance": "test"});
    assert_eq!(server.post("/auth/login", &[], here).await.status, 200, "and the count begins anew");
    for _ in 0..5 {
        assert_eq!(login(&server, "bob", "wrong").await.status, 401);
    }
    let paused = login(&server, "bob", PASSWORD).await;
    assert_eq!((paused.status, paused.header("retry-after")), (429, "1"));
    assert_eq!(login(&server, "ann", PASSWORD).await.status, 200, "others are not held up");
}

#[tokio::test]
async fn only_our_pages_and_approved_origins_use_the_cookie() {
    let server = Server::start().await;
    let input = directory::input::read(json!({"Origin": "https://crm.example.com"})).expect("an input");
    server
        .engine
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, _| directory.associate_approved_origin(input))
        })
        .await
        .expect("the engine works")
        .expect("approves");
    let cookie = cookie(&server, "ann").await;
    for (headers, expected) in [
        (&[("origin", "https://cc.example.com")][..], 200),
        (&[("origin", "https://crm.example.com")], 200),
        (&[("origin", "https://evil.example.com")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], 200),
        (&[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")], 200),
        (&[], 200),
    ] {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        for path in ["/auth/authorize", "/connect/auth/authorize", "/auth/session"] {
            assert_eq!(server.get(path, &all).await.status, expected, "{path} {headers:?}");
        }
    }
    // It gets no ticket, which is worth a session wherever it is taken.
    let approved = [("cookie", cookie.as_str()), ("origin", "https://crm.example.com")];
    assert_eq!(server.post("/auth/ticket", &approved, json!({})).await.status, 403);
    let listed = server.get("/whitelisted-origins", &[]).await;
    assert_eq!(listed.body, json!({"whitelistedOrigins": ["https://crm.example.com"]}));
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example.com")];
    assert_eq!(server.get("/logout", &foreign).await.status, 403);
    assert_eq!(server.get("/auth/session", &[("cookie", &cookie)]).await.status, 200, "still signed in");
    let approved = [("cookie", cookie.as_str()), ("origin", "https://crm.example.com")];
    assert_eq!(server.get("/connect/logout", &approved).await.status, 200);
    assert_eq!(server.get("/auth/session", &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn logout_of_a_link_leads_to_the_sign_in_page() {
    let server = Server::start().await;
    let cookie = cookie(&server, "ann").await;
    let answer = server.get("/logout", &[("cookie", &cookie), ("sec-fetch-mode", "navigate")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/login"));
    assert_eq!(server.get("/logout", &[]).await.status, 200, "nobody is signed in any more");
}

#[tokio::test]
async fn forged_cookies_are_nobody() {
    let server = Server::start().await;
    let good = cookie(&server, "ann").await;
    let two = format!("{good}; {good}");
    let access = format!("switchroom-session={}", server.token("ann", center::TokenKind::Access).await);
    for cookie in ["switchroom-session=x", "switchroom-session=", "other=1", &two, &access] {
        assert_eq!(server.get("/auth/session", &[("cookie", cookie)]).await.status, 401, "{cookie}");
    }
}

#[tokio::test]
async fn a_sign_in_link_opens_the_workspace() {
    let server = Server::start().await;
    let link = server.token("ann", center::TokenKind::Session).await;
    let answer = server.get(&format!("/auth/sign-in?token={link}"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/agent-app-v2"));
    let cookie = answer.header("set-cookie").split(';').next().expect("a value").to_owned();
    assert_eq!(server.get("/auth/session", &[("cookie", &cookie)]).await.body["username"], "ann");
    let access = server.token("ann", center::TokenKind::Access).await;
    for wrong in ["x", "", &access] {
        assert_eq!(server.get(&format!("/auth/sign-in?token={wrong}"), &[]).await.status, 401, "{wrong}");
    }
}
