//! A draft tried out: it is played from the beginning with a simulated customer, and every step is told. Nothing is
//! changed and nobody outside is called. An own operation; the published service has no counterpart.

mod asked;
mod surroundings;
mod told;

use std::time::{Duration, Instant};

use rehearsal::{Draft, Limits, replay};
use tokio::sync::Semaphore;
use wire::{ApiError, Call, Operation, Rule};

use self::asked::RehearseContactFlow;
use self::surroundings::Surroundings;
use super::authority::{Subject, check};
use super::row::{Answer, INSTANCE_ID, instance};
use crate::{App, access, errors};

/// Room for the longest content, every character of it escaped, and the world beside it.
const BODY_BYTES: usize = 5 * 1024 * 1024;
/// Most inputs of one conversation.
const INPUTS: usize = 200;
const LIMITS: Limits = Limits { acts: 2_000, bytes: 1024 * 1024 };
/// Longest time that one conversation is played for.
const TIME: Duration = Duration::from_secs(5);
/// Conversations played at once on this server; more wait a little.
static PLACES: Semaphore = Semaphore::const_new(4);

pub(super) fn operations() -> Vec<Operation<App>> {
    let rehearse =
        Operation::post("RehearseContactFlow", "/switchroom/flow-rehearsal/{InstanceId}", rehearse);
    vec![
        rehearse
            .read_only()
            .body_limit(BODY_BYTES)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("ContactFlowId", Rule::Length(1, 500))
            .constraint("Content", Rule::Length(1, 1_048_576))
            .constraint("Inputs", Rule::Length(0, INPUTS))
            .constraint("Inputs[].Text", Rule::Length(0, 1024))
            .constraint("Inputs[].Seconds", Rule::Range(0, 360_000))
            .constraint("Given.Percents", Rule::Length(0, 1000))
            .constraint("Given.Percents[]", Rule::Range(1, 100))
            .constraint("Given.Attributes", Rule::Length(0, 1000))
            .constraint("Given.Values", Rule::Length(0, 1000)),
    ]
}

async fn rehearse(call: Call<App>, input: RehearseContactFlow) -> Answer {
    let engine = instance(&call, &input)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    engine
        .read(|core, _| check(core.directory(), user, operation, &Subject::none()))
        .await
        .map_err(errors::engine)??;
    let busy =
        || ApiError::throttling("Other flows are being tried out. Try again in a moment.").retry_after(1);
    let place = tokio::time::timeout(TIME, PLACES.acquire()).await;
    let _place = place.map_err(|_| busy())?.map_err(|_| busy())?;
    let draft = Draft { id: input.flow_id()?, name: String::new(), kind: input.kind, content: input.content };
    let (given, inputs, draft_id) = (input.given.into_given(engine.now()), input.inputs, draft.id);
    let until = Instant::now() + TIME;
    let surroundings = Surroundings::new(engine, call.state.center.clone(), user);
    let played = tokio::task::spawn_blocking(move || {
        let inputs: Vec<_> = inputs.into_iter().map(Into::into).collect();
        replay(draft, given, Box::new(surroundings), &inputs, LIMITS, move || Instant::now() < until)
    });
    let played = played.await.map_err(|_| ApiError::internal_service("The flow could not be tried out."))?;
    let played = played.map_err(|error| ApiError::invalid_request(error.to_string()))?;
    Ok(told::told(&played, draft_id))
}
