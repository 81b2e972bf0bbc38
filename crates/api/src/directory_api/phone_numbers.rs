//! Phone numbers (spec 02 §1, 12 G29): claimed from the inventory, described, bound to flows, moved, given back.

use std::sync::Arc;

use axum::http::Method;
use directory::input::Input;
use directory::phone_numbers::*;
use directory::rows::page;
use directory::{Cx, Directory, Permission};
use engine::Engine;
use model::{Arn, ArnKind, InstanceId};
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::{Sight, Subject, check};
use super::paged::Paged;
use super::published::{CLIENT_TOKEN, FLOW_ID, TAGS};
use super::row::{self, Answer, INSTANCE_ID, Items, change, list, question};
use crate::{App, access, errors};

const VIEW: Permission = Permission::PhoneNumbersView;
const ONE: &str = "/phone-number/{PhoneNumberId}";
const FLOW: &str = "/phone-number/{PhoneNumberId}/contact-flow";
const DESCRIPTION: Rule = Rule::Length(0, 500);
const PAGE_TOKEN: Rule = Rule::Length(1, 100_000);
/// Most numbers of one page of a search, and of a list.
const FOUND: u32 = 10;
const LISTED: u32 = 1000;
/// The size of a page of a list unless the caller says otherwise.
const DEFAULT_PAGE: u32 = 100;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("SearchAvailablePhoneNumbers", "/phone-number/search-available", search)
            .read_only()
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("MaxResults", Rule::Range(1, FOUND.into()))
            .constraint("NextToken", PAGE_TOKEN),
        Operation::post("ClaimPhoneNumber", "/phone-number/claim", claim)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PhoneNumberDescription", DESCRIPTION)
            .constraint("Tags", TAGS)
            .constraint("ClientToken", CLIENT_TOKEN),
        question::<ImportPhoneNumber, _>(
            "ImportPhoneNumber",
            "/phone-number/import",
            |input| Subject::new(&input.tags),
            Directory::import_phone_number,
        )
        .constraint("PhoneNumberDescription", DESCRIPTION)
        .constraint("Tags", TAGS)
        .constraint("ClientToken", CLIENT_TOKEN),
        Operation::get("DescribePhoneNumber", ONE, describe),
        Operation::put("UpdatePhoneNumber", ONE, update)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("ClientToken", CLIENT_TOKEN),
        Operation::put(
            "UpdatePhoneNumberMetadata",
            "/phone-number/{PhoneNumberId}/metadata",
            update_metadata,
        )
        .constraint("PhoneNumberDescription", DESCRIPTION)
        .constraint("ClientToken", CLIENT_TOKEN),
        Operation::delete("ReleasePhoneNumber", ONE, release)
            .query("clientToken", "ClientToken", Kind::String)
            .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListPhoneNumbers, _>(
            "ListPhoneNumbers",
            "/phone-numbers-summary/{InstanceId}",
            Items::tagged("PhoneNumberSummaryList", VIEW, LISTED),
            Directory::list_phone_numbers,
        )
        .query("phoneNumberTypes", "PhoneNumberTypes", Kind::StringList)
        .query("phoneNumberCountryCodes", "PhoneNumberCountryCodes", Kind::StringList)
        .constraint("PhoneNumberTypes", Rule::Length(0, 6))
        .constraint("PhoneNumberCountryCodes", Rule::Length(0, 10)),
        Operation::post("ListPhoneNumbersV2", "/phone-number/list", list_v2)
            .read_only()
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PhoneNumberTypes", Rule::Length(0, 6))
            .constraint("PhoneNumberCountryCodes", Rule::Length(0, 10))
            .constraint("MaxResults", Rule::Range(1, LISTED.into()))
            .constraint("NextToken", PAGE_TOKEN),
        change::<AssociatePhoneNumberContactFlow, _, _>(
            Method::PUT,
            "AssociatePhoneNumberContactFlow",
            FLOW,
            |input| {
                Subject::on(ArnKind::PhoneNumber, &input.phone_number_id)
                    .using(ArnKind::ContactFlow, [&input.contact_flow_id])
            },
            |directory, cx, input| directory.associate_phone_number_contact_flow(cx, input),
        )
        .constraint("InstanceId", Rule::Required)
        .constraint("ContactFlowId", FLOW_ID),
        change::<DisassociatePhoneNumberContactFlow, _, _>(
            Method::DELETE,
            "DisassociatePhoneNumberContactFlow",
            FLOW,
            |input| Subject::on(ArnKind::PhoneNumber, &input.phone_number_id),
            |directory, cx, input| directory.disassociate_phone_number_contact_flow(cx, input),
        )
        .query("instanceId", "InstanceId", Kind::String)
        .constraint("InstanceId", Rule::Required),
        question::<BatchGetFlowAssociation, _>(
            "BatchGetFlowAssociation",
            "/flow-associations-batch/{InstanceId}",
            |input| Subject::none().using(ArnKind::PhoneNumber, &input.resource_ids),
            Directory::batch_get_flow_association,
        )
        .constraint("ResourceIds", Rule::Length(1, 100))
        .constraint(
            "ResourceType",
            Rule::OneOf(&[
                "WHATSAPP_MESSAGING_PHONE_NUMBER",
                "VOICE_PHONE_NUMBER",
                "INBOUND_EMAIL",
                "OUTBOUND_EMAIL",
                "ANALYTICS_CONNECTOR",
            ]),
        ),
    ]
}

/// An input that names a number and no instance.
trait OfNumber: Input {
    fn phone_number_id(&self) -> &str;
    fn client_token(&self) -> Option<&str>;
    /// Notes the instance that has the number.
    fn settle(&mut self, instance: InstanceId);
}

macro_rules! of_number {
    ($($name:ident, |$input:ident| $token:expr;)*) => {$(
        impl OfNumber for $name {
            fn phone_number_id(&self) -> &str { &self.phone_number_id }
            fn client_token(&self) -> Option<&str> { let $input = self; $token }
            fn settle(&mut self, instance: InstanceId) { self.instance_id = Some(instance.to_string()); }
        }
    )*};
}

of_number! {
    DescribePhoneNumber, |_input| None;
    UpdatePhoneNumberMetadata, |input| input.client_token.as_deref();
    ReleasePhoneNumber, |input| input.client_token.as_deref();
}

async fn search(call: Call<App>, mut asked: Paged<SearchAvailablePhoneNumbers>) -> Answer {
    asked.input.instance_id = Some(target(&asked.input.instance_id, &asked.input.target_arn)?);
    let center = &call.state.center;
    let withheld = center.withheld_numbers().await.map_err(errors::engine)?;
    let items = Items::plain("AvailableNumbersList", FOUND);
    row::paged(
        &call,
        &asked,
        items,
        |_| Subject::none(),
        |_, after, size, _| {
            let is_free = |number: &str| !withheld.contains(number);
            Ok((json!({}), page(available(&asked.input, center.inventory(), after, is_free)?, size)))
        },
    )
    .await
}

async fn claim(call: Call<App>, mut input: ClaimPhoneNumber) -> Answer {
    let target = target(&input.instance_id, &input.target_arn)?;
    let own = access::instance(&call, &target)?.id();
    input.instance_id = Some(target);
    let center = &call.state.center;
    let _changing = center.changing_numbers().await;
    let elsewhere = center.withheld_elsewhere(&input.phone_number, own).await.map_err(errors::engine)?;
    let subject = Subject::new(&input.tags);
    row::configure(
        &call,
        &subject,
        input,
        |_, _| Ok(()),
        |directory, cx, input| {
            let id = directory.claim_phone_number(cx, input, center.inventory(), elsewhere)?;
            Ok(directory.claimed_phone_number(id))
        },
    )
    .await
}

async fn describe(call: Call<App>, mut input: DescribePhoneNumber) -> Answer {
    input.settle(holder(&call, &input).await?.id());
    let subject = |input: &DescribePhoneNumber| Subject::on(ArnKind::PhoneNumber, &input.phone_number_id);
    row::ask(&call, input, subject, Directory::describe_phone_number).await
}

async fn update(call: Call<App>, input: UpdatePhoneNumber) -> Answer {
    let from = instance_of(&call, &input.phone_number_id).await?;
    let to = access::instance(&call, &target(&input.instance_id, &input.target_arn)?)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    let subject = Subject::on(ArnKind::PhoneNumber, &input.phone_number_id);
    let asked = from.read(|core, _| {
        check(core.directory(), user, operation, &subject)?;
        let number = core.directory().phone_number_at(&input.phone_number_id).map_err(row::refused)?;
        let answer = core.directory().claimed_phone_number(number.id);
        Ok::<_, ApiError>((answer, access::author(&call, core.directory())))
    });
    let (answer, author) = asked.await.map_err(errors::engine)??;
    if from.id() != to.id() {
        let moved = call.state.center.move_number(&from, &to, &input.phone_number_id, &author).await;
        moved.map_err(errors::engine)?.map_err(row::refused)?;
    }
    Ok(answer)
}

async fn update_metadata(call: Call<App>, input: UpdatePhoneNumberMetadata) -> Result<(), ApiError> {
    alter(call, input, |directory, cx, input| directory.update_phone_number_metadata(cx, input)).await
}

async fn release(call: Call<App>, input: ReleasePhoneNumber) -> Result<(), ApiError> {
    alter(call, input, |directory, cx, input| directory.release_phone_number(cx, input)).await
}

/// The numbers of one instance, or of all that the caller may call.
async fn list_v2(call: Call<App>, asked: Paged<ListPhoneNumbersV2>) -> Answer {
    let input = &asked.input;
    let engines = if input.instance_id.is_some() || input.target_arn.is_some() {
        vec![access::instance(&call, &target(&input.instance_id, &input.target_arn)?)?]
    } else {
        within_reach(&call)
    };
    let (user, operation) = (access::acting_user(&call), call.operation);
    let mut numbers: Vec<(String, Value)> = Vec::new();
    for engine in engines {
        let of_one = engine.read(|core, _| {
            let directory = core.directory();
            check(directory, user, operation, &Subject::none())?;
            let sight = Sight::of(directory, user, Some(VIEW));
            let rows = directory.list_phone_numbers_v2(input).map_err(row::refused)?;
            let seen = rows.filter(|row| sight.shows(row.tags)).map(|row| (row.key.clone(), row.body()));
            Ok::<_, ApiError>(seen.collect::<Vec<_>>())
        });
        numbers.extend(of_one.await.map_err(errors::engine)??);
    }
    numbers.sort_by(|one, other| one.0.cmp(&other.0));
    // One that is moving is in two instances.
    numbers.dedup_by(|one, other| one.0 == other.0);
    let scope = format!("{operation} {:?} {input:?}", call.principal.instance());
    let page = call
        .state
        .pager
        .page(&scope, asked.request(), DEFAULT_PAGE, LISTED, numbers, |(id, _)| id.clone())?;
    let mut answer = json!({"ListPhoneNumbersSummaryList": page.items.into_iter().map(|(_, body)| body).collect::<Vec<_>>()});
    if let Some(token) = page.next_token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

/// Changes a number where it is.
async fn alter<I: OfNumber>(
    call: Call<App>,
    mut input: I,
    command: impl FnOnce(&mut Directory, &mut Cx<'_>, I) -> directory::Result<()>,
) -> Result<(), ApiError> {
    input.settle(holder(&call, &input).await?.id());
    let subject = Subject::on(ArnKind::PhoneNumber, input.phone_number_id());
    row::configure(&call, &subject, input, |_, _| Ok(()), command).await
}

/// The instance that has the number, or gave it back by this very request before.
async fn holder(call: &Call<App>, input: &impl OfNumber) -> Result<Arc<Engine>, ApiError> {
    let missing = match instance_of(call, input.phone_number_id()).await {
        Ok(engine) => return Ok(engine),
        Err(error) => error,
    };
    for engine in within_reach(call) {
        let before =
            |directory: &Directory| directory.has_released(input.phone_number_id(), input.client_token());
        if engine.read(|core, _| before(core.directory())).await.map_err(errors::engine)? {
            return Ok(engine);
        }
    }
    Err(missing)
}

/// The instance that has the number with this id or resource name.
pub(super) async fn instance_of(call: &Call<App>, reference: &str) -> Result<Arc<Engine>, ApiError> {
    let center = &call.state.center;
    let missing =
        || ApiError::resource_not_found(format!("This instance has no phone number {reference:?}."));
    let options = center.options();
    if Arn::parse(reference).is_some_and(|arn| arn.account != options.account || arn.region != options.region)
    {
        return Err(missing());
    }
    let found = center.instance_of_number(reference).await.map_err(errors::engine)?;
    let within = |engine: &Arc<Engine>| call.principal.instance().is_none_or(|own| own == engine.id());
    found.filter(within).ok_or_else(missing)
}

fn within_reach(call: &Call<App>) -> Vec<Arc<Engine>> {
    let mut engines = call.state.center.instances();
    engines.retain(|engine| call.principal.instance().is_none_or(|own| own == engine.id()));
    engines
}

/// The instance that a request is about, by one of its two members.
fn target(instance_id: &Option<String>, target_arn: &Option<String>) -> Result<String, ApiError> {
    match (instance_id, target_arn) {
        (Some(instance), None) => Ok(instance.clone()),
        (None, Some(arn)) if arn.contains(":traffic-distribution-group/") => {
            Err(ApiError::invalid_parameter(
                "TargetArn names a traffic distribution group; there are none here. Give the name of an instance.",
            ))
        }
        (None, Some(arn))
            if Arn::parse(arn).is_some_and(|arn| !arn.instance.is_empty() && arn.resource.is_empty()) =>
        {
            Ok(arn.clone())
        }
        (None, Some(_)) => Err(ApiError::invalid_parameter(
            "TargetArn must be the resource name of an instance: arn:aws:connect:region:account:instance/id.",
        )),
        _ => Err(ApiError::invalid_parameter("Give either TargetArn or InstanceId.")),
    }
}
