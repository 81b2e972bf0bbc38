//! The published operations: sessions and recognised text.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use base64::Engine as _;
use bots::{Message, MessageKind, Model, Moment, Session, Turn};
use center::bots::Behind;
use engine::Engine;
use flows::BotError;
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::sessions::{Kept, Key};
use super::shape::{self, Next, StateInput};
use crate::errors::participant_engine;
use crate::{App, access};

const PATH: &str = "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}";
const TEXT_PATH: &str =
    "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}/text";

type Answer = Result<Value, ApiError>;

pub(super) fn operations() -> Vec<Operation<App>> {
    let named = |operation: Operation<App>| {
        operation
            .constraint("botId", Rule::pattern("[0-9a-zA-Z]{10}"))
            .constraint("sessionId", Rule::Length(2, 100))
            .constraint("sessionId", Rule::pattern("[0-9a-zA-Z._:-]+"))
    };
    vec![
        named(Operation::post("RecognizeText", TEXT_PATH, recognize_text))
            .sensitive("text")
            .constraint("text", Rule::Required)
            .constraint("text", Rule::Length(1, 1024)),
        named(Operation::post("PutSession", PATH, put_session))
            .header("responsecontenttype", "ResponseContentType", Kind::String)
            .constraint("sessionState", Rule::Required)
            .constraint("messages", Rule::Length(0, 10))
            .answers_in_headers(&[
                ("content-type", "contentType"),
                ("x-amz-lex-messages", "messages"),
                ("x-amz-lex-session-state", "sessionState"),
                ("x-amz-lex-request-attributes", "requestAttributes"),
                ("x-amz-lex-session-id", "sessionId"),
            ]),
        named(Operation::get("GetSession", PATH, get_session)),
        named(Operation::delete("DeleteSession", PATH, delete_session)),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    bot_id: String,
    bot_alias_id: String,
    locale_id: String,
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RecognizeText {
    bot_id: String,
    bot_alias_id: String,
    locale_id: String,
    session_id: String,
    text: String,
    #[serde(default)]
    session_state: Option<StateInput>,
    #[serde(default)]
    request_attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PutSession {
    bot_id: String,
    bot_alias_id: String,
    locale_id: String,
    session_id: String,
    session_state: StateInput,
    #[serde(default)]
    messages: Option<Vec<MessageInput>>,
    #[serde(default)]
    request_attributes: BTreeMap<String, String>,
    #[serde(default, rename = "ResponseContentType")]
    #[allow(dead_code, reason = "answers are texts; speech is not made here")]
    response_content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MessageInput {
    content_type: MessageKind,
    #[serde(default)]
    content: String,
}

/// A bot that a call names.
struct Bot {
    model: Arc<Model>,
    key: Key,
    life_ms: i64,
}

/// Finds the bot, whichever instance has it; only access keys of the account may ask.
async fn bot(call: &Call<App>, named: Named) -> Result<Bot, ApiError> {
    if access::acting_user(call).is_some() {
        return Err(ApiError::access_denied("Bots are asked with an access key of the account."));
    }
    let center = &call.state.center;
    for engine in center.instances() {
        let found =
            engine.read(|core, _| version(core.directory(), &named)).await.map_err(participant_engine)?;
        let Some((version, life_ms)) = found else { continue };
        let (version, locale) = version?;
        let key = (engine.id(), [named.bot_id.clone(), named.bot_alias_id, locale.clone(), named.session_id]);
        let model = model(call, &engine, named.bot_id, version, locale).await?;
        return Ok(Bot { model, key, life_ms });
    }
    Err(ApiError::resource_not_found(format!("There is no bot {}.", named.bot_id)))
}

type Version = Result<(u32, String), ApiError>;

/// The version and locale that a call names, and how long its sessions live; none = the bot is not of this instance.
fn version(directory: &directory::Directory, named: &Named) -> Option<(Version, i64)> {
    let bot = directory.bot(&named.bot_id)?;
    let missing =
        |what: &str, name: &str| Err(ApiError::resource_not_found(format!("The bot has no {what} {name}.")));
    let alias = bot.aliases.iter().find(|alias| alias.alias_id == named.bot_alias_id);
    let Some((number, definition)) = alias.and_then(|alias| bot.version(alias)) else {
        return Some((missing("alias", &named.bot_alias_id), 0));
    };
    let life_ms = i64::from(definition.session_timeout_seconds) * 1000;
    if definition.adapter.is_some() {
        let text =
            "The bot is another server behind an adapter: ask that one. Only flows ask it through this one.";
        return Some((Err(ApiError::validation(text)), life_ms));
    }
    match definition.locale(&named.locale_id, false) {
        Some((locale, _)) => Some((Ok((number, locale.to_owned())), life_ms)),
        None => Some((missing("locale", &named.locale_id), life_ms)),
    }
}

async fn model(
    call: &Call<App>,
    engine: &Engine,
    bot: String,
    version: u32,
    locale: String,
) -> Result<Arc<Model>, ApiError> {
    match call.state.center.bots().open(engine, bot, version, Some(locale)).await {
        Ok(Behind::Model(model)) => Ok(model),
        Ok(Behind::Adapter(_)) => Err(ApiError::validation("The bot is another server behind an adapter.")),
        Err(BotError::Unavailable(text)) => Err(ApiError::resource_not_found(text)),
        Err(error) => Err(ApiError::internal_server(error.to_string())),
    }
}

async fn recognize_text(call: Call<App>, input: RecognizeText) -> Answer {
    let named = Named {
        bot_id: input.bot_id,
        bot_alias_id: input.bot_alias_id,
        locale_id: input.locale_id,
        session_id: input.session_id,
    };
    let bot = bot(&call, named).await?;
    let mut session = stored(&call, &bot).map(|kept| kept.session).unwrap_or_default();
    if let Some(state) = input.session_state {
        shape::apply(state, &mut session, call.now)?;
    }
    check_intent(&bot.model, &session)?;
    let turn = center::bots::turn(bot.model.clone(), session, input.text, call.now)
        .await
        .map_err(|error| ApiError::internal_server(error.to_string()))?;
    let mut answer = json!({
        "messages": shape::messages(&turn.messages),
        "sessionState": shape::state(&turn.session, call.now),
        "interpretations": shape::interpretations(&turn),
        "requestAttributes": input.request_attributes,
        "sessionId": bot.key.1[3],
    });
    answer["sessionState"]["originatingRequestId"] = json!(call.request_id);
    keep(&call, bot, turn);
    Ok(answer)
}

async fn put_session(call: Call<App>, input: PutSession) -> Answer {
    let named = Named {
        bot_id: input.bot_id,
        bot_alias_id: input.bot_alias_id,
        locale_id: input.locale_id,
        session_id: input.session_id,
    };
    let bot = bot(&call, named).await?;
    let mut session = stored(&call, &bot).map(|kept| kept.session).unwrap_or_default();
    let next = shape::apply(input.session_state, &mut session, call.now)?;
    check_intent(&bot.model, &session)?;
    let mut turn = match next {
        Next::Delegate => bot.model.go_on(session, &Moment::utc(call.now.0)),
        Next::Stay => {
            let messages = bot.model.question(&session);
            Turn { messages, session, guesses: Vec::new(), sentiment: None }
        }
    };
    if let Some(messages) = input.messages {
        let message = |one: MessageInput| Message { kind: one.content_type, content: one.content };
        turn.messages = messages.into_iter().map(message).collect();
    }
    let answer = json!({
        "contentType": "text/plain; charset=utf-8",
        "messages": packed(&shape::messages(&turn.messages)),
        "sessionState": packed(&shape::state(&turn.session, call.now)),
        "requestAttributes": packed(&json!(input.request_attributes)),
        "sessionId": bot.key.1[3],
    });
    keep(&call, bot, turn);
    Ok(answer)
}

async fn get_session(call: Call<App>, input: Named) -> Answer {
    let bot = bot(&call, input).await?;
    let kept = stored(&call, &bot).ok_or_else(no_session)?;
    Ok(json!({
        "sessionId": bot.key.1[3],
        "messages": shape::messages(&kept.messages),
        "interpretations": kept.interpretations,
        "sessionState": shape::state(&kept.session, call.now),
    }))
}

async fn delete_session(call: Call<App>, input: Named) -> Answer {
    let answer = json!({
        "botId": input.bot_id,
        "botAliasId": input.bot_alias_id,
        "localeId": input.locale_id,
        "sessionId": input.session_id,
    });
    let bot = bot(&call, input).await?;
    if call.state.sessions.remove(&bot.key, call.now) { Ok(answer) } else { Err(no_session()) }
}

fn no_session() -> ApiError {
    ApiError::resource_not_found("There is no such session, or it is over.")
}

fn stored(call: &Call<App>, bot: &Bot) -> Option<Kept> {
    call.state.sessions.get(&bot.key, call.now)
}

fn keep(call: &Call<App>, bot: Bot, turn: Turn) {
    let interpretations = shape::interpretations(&turn);
    let until: Timestamp = call.now + bot.life_ms;
    let kept = Kept { session: turn.session, messages: turn.messages, interpretations, until };
    call.state.sessions.put(bot.key, kept, call.now);
}

/// An intent or slot that a client puts into a session must be one of the bot's.
fn check_intent(model: &Model, session: &Session) -> Result<(), ApiError> {
    let Some(current) = &session.intent else { return Ok(()) };
    if model.knows(&current.name, session) {
        return Ok(());
    }
    Err(ApiError::validation("sessionState names an intent or slot that the bot does not have."))
}

/// JSON as these headers carry it: packed, in base64.
fn packed(value: &Value) -> String {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = packer.write_all(value.to_string().as_bytes()).and_then(|()| packer.finish());
    base64::engine::general_purpose::STANDARD.encode(packed.expect("memory takes every byte"))
}
