//! Phone numbers of an instance: claiming, describing, binding to flows, giving back (spec 02 §1, 12 G29).
//!
//! A claim ends when it is answered, so that a number is `CLAIMED` at once; it is `IN_PROGRESS` while it moves to another
//! instance. A number that was given back stays barred for 30 days, in a document of its own.

use model::resource::*;
use model::{ArnKind, PhoneNumberId, Timestamp};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::input::inputs;
use crate::inventory::Inventory;
use crate::quotas::Quota;
use crate::rows::{Row, Rows};
use crate::rules;

inputs! {
    /// `SearchAvailablePhoneNumbers`.
    SearchAvailablePhoneNumbers {
        target_arn: Option<String>,
        phone_number_country_code: String,
        phone_number_type: PhoneNumberType,
        phone_number_prefix: Option<String>,
    }
    /// `ClaimPhoneNumber`.
    ClaimPhoneNumber {
        target_arn: Option<String>,
        phone_number: String,
        phone_number_description: Option<String>,
        tags: Option<Tags>,
        client_token: Option<String>,
    }
    /// `ImportPhoneNumber`.
    ImportPhoneNumber {
        source_phone_number_arn: String,
        phone_number_description: Option<String>,
        tags: Option<Tags>,
        client_token: Option<String>,
    }
    /// `DescribePhoneNumber`.
    DescribePhoneNumber { phone_number_id: String }
    /// `UpdatePhoneNumber`: moves the number to another instance.
    UpdatePhoneNumber { phone_number_id: String, target_arn: Option<String>, client_token: Option<String> }
    /// `UpdatePhoneNumberMetadata`; an empty description is taken away.
    UpdatePhoneNumberMetadata {
        phone_number_id: String,
        phone_number_description: Option<String>,
        client_token: Option<String>,
    }
    /// `ReleasePhoneNumber`.
    ReleasePhoneNumber { phone_number_id: String, client_token: Option<String> }
    /// `ListPhoneNumbers`; no types or countries means all.
    ListPhoneNumbers {
        phone_number_types: Option<Vec<PhoneNumberType>>,
        phone_number_country_codes: Option<Vec<String>>,
    }
    /// `ListPhoneNumbersV2`; without a target the numbers of all instances.
    ListPhoneNumbersV2 {
        target_arn: Option<String>,
        phone_number_types: Option<Vec<PhoneNumberType>>,
        phone_number_country_codes: Option<Vec<String>>,
        phone_number_prefix: Option<String>,
    }
    /// `AssociatePhoneNumberContactFlow`: replaces the flow it has.
    AssociatePhoneNumberContactFlow { phone_number_id: String, contact_flow_id: String }
    /// `DisassociatePhoneNumberContactFlow`.
    DisassociatePhoneNumberContactFlow { phone_number_id: String }
    /// `BatchGetFlowAssociation`.
    BatchGetFlowAssociation { resource_ids: Vec<String>, resource_type: Option<String> }
}

/// How long a number that was given back cannot be claimed, and over how long claims and releases are counted.
pub const COOL_DOWN_MILLIS: i64 = 30 * 24 * 3_600_000;

/// The type of the associations of numbers with flows.
const VOICE: &str = "VOICE_PHONE_NUMBER";

/// What a call to a number meets.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// The number.
    pub number: &'a PhoneNumber,
    /// The flow it is bound to; none = the call meets no flow and is refused.
    pub flow: Option<&'a FlowResource>,
}

impl Directory {
    /// What a call to this number in E.164 form meets; none when the instance has not claimed it.
    pub fn number(&self, e164: &str) -> Option<Called<'_>> {
        let number = self.phone_number_named(e164)?;
        let flow = number.contact_flow_id.and_then(|id| self.flow(id));
        Some(Called { number, flow: flow.filter(|flow| flow.published.is_some()) })
    }

    /// Whether nobody can claim the number now because of this instance: it has claimed it, or gave it back lately.
    pub fn withholds(&self, e164: &str, now: Timestamp) -> bool {
        self.phone_number_named(e164).is_some()
            || self.table::<ReleasedNumber>().named(e164).is_some_and(|released| is_cooling(released, now))
    }

    /// The numbers that nobody can claim now because of this instance.
    pub fn withheld_numbers(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let claimed = self.phone_numbers().map(|number| number.phone_number.as_str());
        let cooling = self.table::<ReleasedNumber>().iter().filter(move |released| is_cooling(released, now));
        claimed.chain(cooling.map(|released| released.phone_number.as_str()))
    }

    /// The claimed number that an id or a resource name stands for.
    pub fn phone_number_at(&self, reference: &str) -> Result<&PhoneNumber> {
        self.find(reference)
    }

    /// Whether the instance has given this number back with this token.
    pub fn has_released(&self, reference: &str, token: Option<&str>) -> bool {
        let Ok(id) = model::arn::id_part(reference).parse::<PhoneNumberId>() else { return false };
        let same =
            |released: &ReleasedNumber| released.id == id && released.release_token.as_deref() == token;
        token.is_some() && self.table::<ReleasedNumber>().iter().any(same)
    }

    /// `ClaimPhoneNumber`. `elsewhere` tells whether another instance has the number or gave it back lately.
    pub fn claim_phone_number(
        &mut self,
        cx: &mut Cx<'_>,
        input: ClaimPhoneNumber,
        inventory: &Inventory,
        elsewhere: bool,
    ) -> Result<PhoneNumberId> {
        self.mine(&input)?;
        rules::phone_number("PhoneNumber", &input.phone_number)?;
        described(input.phone_number_description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let token = input.client_token.filter(|token| !token.is_empty());
        if let Some(same) = self.claimed_with(token.as_deref()) {
            if same.phone_number == input.phone_number {
                return Ok(same.id);
            }
            return Err(DirectoryError::new(
                Code::Idempotency,
                "The ClientToken was used for the claim of another number. Give each claim a token of its own.",
            ));
        }
        let Some(stock) = inventory.stock_of(&input.phone_number) else {
            return Err(DirectoryError::not_found(
                "The number is not in the inventory. SearchAvailablePhoneNumbers lists those that can be claimed; more come with the numbers of trunks in the configuration.",
            ));
        };
        if elsewhere || self.withholds(&input.phone_number, cx.now) {
            return Err(DirectoryError::parameter(
                "The number cannot be claimed: it is claimed already, or was released less than 30 days ago. SearchAvailablePhoneNumbers lists those that can be claimed.",
            ));
        }
        self.room_for(Quota::PhoneNumbers, self.table::<PhoneNumber>().len())?;
        self.churn_allows_one(cx.now)?;
        self.forget_released(cx.now);
        let number = PhoneNumber {
            id: cx.fresh(),
            phone_number: input.phone_number,
            country_code: stock.country.clone(),
            kind: stock.kind,
            description: input.phone_number_description.filter(|text| !text.is_empty()),
            contact_flow_id: None,
            tags: input.tags.unwrap_or_default(),
            moving_to: None,
            creation_token: token,
            created_time: cx.now,
            last_modified_time: cx.now,
        };
        let id = number.id;
        self.put(number);
        Ok(id)
    }

    /// `ImportPhoneNumber`: there is no service of text messages whose numbers could be brought in.
    pub fn import_phone_number(&self, input: &ImportPhoneNumber) -> Result<Value> {
        self.mine(input)?;
        Err(DirectoryError::not_found(
            "No service for text messages is connected to this server, so that there is no such number to import. Numbers for calls come from the trunks in the configuration: claim them with ClaimPhoneNumber.",
        ))
    }

    /// `UpdatePhoneNumberMetadata`.
    pub fn update_phone_number_metadata(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdatePhoneNumberMetadata,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut number = self.unmoved(&input.phone_number_id)?.clone();
        described(input.phone_number_description.as_deref())?;
        rules::set_description(&mut number.description, input.phone_number_description);
        self.touch_number(cx, number);
        Ok(())
    }

    /// `AssociatePhoneNumberContactFlow`: calls to the number meet the flow from now on.
    pub fn associate_phone_number_contact_flow(
        &mut self,
        cx: &mut Cx<'_>,
        input: AssociatePhoneNumberContactFlow,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut number = self.unmoved(&input.phone_number_id)?.clone();
        let flow = self.usable_flow("ContactFlowId", &input.contact_flow_id, FlowType::ContactFlow)?;
        number.contact_flow_id = Some(flow);
        self.touch_number(cx, number);
        Ok(())
    }

    /// `DisassociatePhoneNumberContactFlow`: calls to the number meet no flow any more.
    pub fn disassociate_phone_number_contact_flow(
        &mut self,
        cx: &mut Cx<'_>,
        input: DisassociatePhoneNumberContactFlow,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut number = self.unmoved(&input.phone_number_id)?.clone();
        number.contact_flow_id = None;
        self.touch_number(cx, number);
        Ok(())
    }

    /// `ReleasePhoneNumber`: refused while a queue or a published flow names the number.
    pub fn release_phone_number(&mut self, cx: &mut Cx<'_>, input: ReleasePhoneNumber) -> Result<()> {
        self.mine(&input)?;
        let token = input.client_token.filter(|token| !token.is_empty());
        if self.has_released(&input.phone_number_id, token.as_deref()) {
            return Ok(());
        }
        let number = self.unmoved(&input.phone_number_id)?.clone();
        self.number_is_dispensable(&number)?;
        self.forget_released(cx.now);
        self.remove::<PhoneNumber>(&number.id);
        self.put(ReleasedNumber {
            phone_number: number.phone_number,
            id: number.id,
            created_time: number.created_time,
            released_time: cx.now,
            release_token: token,
        });
        Ok(())
    }

    /// `DescribePhoneNumber`.
    pub fn describe_phone_number(&self, input: &DescribePhoneNumber) -> Result<Value> {
        self.mine(input)?;
        let number = self.find::<PhoneNumber>(&input.phone_number_id)?;
        let status = if number.moving_to.is_some() { "IN_PROGRESS" } else { "CLAIMED" };
        let body = self.number_head(number).set("PhoneNumberStatus", json!({ "Status": status }));
        Ok(body.tags(&number.tags).wrap("ClaimedPhoneNumberSummary"))
    }

    /// The output of `ClaimPhoneNumber` and of `UpdatePhoneNumber`.
    pub fn claimed_phone_number(&self, id: PhoneNumberId) -> Value {
        Body::new().text("PhoneNumberId", id).set("PhoneNumberArn", self.scope.phone_number_arn(id)).build()
    }

    /// `ListPhoneNumbers`, by id.
    pub fn list_phone_numbers<'a>(
        &'a self,
        input: &ListPhoneNumbers,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let (types, countries) = (input.phone_number_types.clone(), input.phone_number_country_codes.clone());
        countries.iter().flatten().try_for_each(|country| check_country(country))?;
        let numbers = self.table::<PhoneNumber>().after(after.and_then(|key| key.parse().ok()));
        let wanted = move |number: &&PhoneNumber| is_wanted(number, &types, &countries, "");
        Ok(Rows::new(numbers.filter(wanted).map(|number| {
            Row::new(number.id, Some(&number.tags), || {
                Body::new()
                    .text("Id", number.id)
                    // The older form of the name, as this older operation has it.
                    .set("Arn", self.scope.arn(ArnKind::PhoneNumber, number.id))
                    .set("PhoneNumber", &*number.phone_number)
                    .set("PhoneNumberType", json!(number.kind))
                    .set("PhoneNumberCountryCode", &*number.country_code)
                    .build()
            })
        })))
    }

    /// `ListPhoneNumbersV2`, by id: the numbers of this instance.
    pub fn list_phone_numbers_v2<'a>(&'a self, input: &ListPhoneNumbersV2) -> Result<Rows<'a>> {
        let (types, countries) = (input.phone_number_types.clone(), input.phone_number_country_codes.clone());
        countries.iter().flatten().try_for_each(|country| check_country(country))?;
        let prefix = first_digits(input.phone_number_prefix.as_deref())?.to_owned();
        let wanted = move |number: &&PhoneNumber| is_wanted(number, &types, &countries, &prefix);
        Ok(Rows::new(
            self.table::<PhoneNumber>()
                .iter()
                .filter(wanted)
                .map(|number| Row::new(number.id, Some(&number.tags), || self.number_head(number).build())),
        ))
    }

    /// `BatchGetFlowAssociation`: those that have a flow; a number that is not there is passed over.
    pub fn batch_get_flow_association(&self, input: &BatchGetFlowAssociation) -> Result<Value> {
        self.mine(input)?;
        rules::count("ResourceIds", &input.resource_ids, 1, 100)?;
        let voice = input.resource_type.as_deref().is_none_or(|kind| kind == VOICE);
        let bound = input.resource_ids.iter().filter(|_| voice).filter_map(|id| {
            let flow = self.find::<PhoneNumber>(id).ok()?.contact_flow_id?;
            Some(json!({ "ResourceId": id, "FlowId": flow, "ResourceType": VOICE }))
        });
        Ok(json!({ "FlowAssociationSummaryList": bound.collect::<Vec<_>>() }))
    }

    fn number_head(&self, number: &PhoneNumber) -> Body {
        Body::new()
            .text("PhoneNumberId", number.id)
            .set("PhoneNumberArn", self.scope.phone_number_arn(number.id))
            .set("PhoneNumber", &*number.phone_number)
            .set("PhoneNumberCountryCode", &*number.country_code)
            .set("PhoneNumberType", json!(number.kind))
            .opt("PhoneNumberDescription", number.description.as_deref())
            .set("TargetArn", self.scope.instance_arn())
            .text("InstanceId", self.instance.id)
    }

    pub(crate) fn touch_number(&mut self, cx: &Cx<'_>, mut number: PhoneNumber) {
        number.last_modified_time = cx.now;
        self.put(number);
    }

    /// A number that is not on its way to another instance.
    pub(crate) fn unmoved(&self, reference: &str) -> Result<&PhoneNumber> {
        let number = self.find::<PhoneNumber>(reference)?;
        match number.moving_to {
            Some(_) => Err(DirectoryError::in_use(
                "The number is being moved to another instance. Try again when that has ended.",
                self.scope.phone_number_arn(number.id),
            )),
            None => Ok(number),
        }
    }

    /// Refuses to part with a number that something here still names.
    pub(crate) fn number_is_dispensable(&self, number: &PhoneNumber) -> Result<()> {
        let id = number.id.to_string();
        let queue = self.queues().find(|queue| {
            let config = queue.outbound_caller_config.as_ref();
            config.is_some_and(|config| config["OutboundCallerIdNumberId"] == id.as_str())
        });
        let user = queue
            .map(|queue| format!("the queue {:?} as its caller id", queue.name))
            .or_else(|| self.published_flow_naming(&id));
        match user {
            Some(user) => Err(DirectoryError::in_use(
                format!("The number {} is used by {user}. Change that first.", number.phone_number),
                self.scope.phone_number_arn(number.id),
            )),
            None => Ok(()),
        }
    }

    fn claimed_with(&self, token: Option<&str>) -> Option<&PhoneNumber> {
        let token = token?;
        self.phone_numbers().find(|number| number.creation_token.as_deref() == Some(token))
    }

    /// Refuses a claim by which claims and releases of 30 days would be more than twice the quota (spec 02 §1.3).
    fn churn_allows_one(&self, now: Timestamp) -> Result<()> {
        let lately = |at: Timestamp| u64::from(at + COOL_DOWN_MILLIS > now);
        let claims = self.phone_numbers().map(|number| lately(number.created_time));
        let released = self.table::<ReleasedNumber>().iter();
        let both = released.map(|number| lately(number.created_time) + lately(number.released_time));
        let most = self.quota(Quota::PhoneNumbers).saturating_mul(2);
        if claims.chain(both).sum::<u64>() < most {
            return Ok(());
        }
        Err(DirectoryError::new(
            Code::LimitExceeded,
            format!(
                "In 30 days an instance can claim and release phone numbers {most} times. Wait, or raise the quota of phone numbers."
            ),
        ))
    }

    /// Removes what is remembered of numbers that anybody can claim again.
    fn forget_released(&mut self, now: Timestamp) {
        let over = self.table::<ReleasedNumber>().iter().filter(|released| !is_cooling(released, now));
        for number in over.map(|released| released.phone_number.clone()).collect::<Vec<_>>() {
            self.remove::<ReleasedNumber>(&number);
        }
    }
}

/// `SearchAvailablePhoneNumbers`: the numbers of the inventory that `is_free` lets through, ascending.
pub fn available<'a>(
    input: &'a SearchAvailablePhoneNumbers,
    inventory: &'a Inventory,
    after: Option<&str>,
    is_free: impl Fn(&str) -> bool + 'a,
) -> Result<Rows<'a>> {
    let digits = first_digits(input.phone_number_prefix.as_deref())?;
    check_country(&input.phone_number_country_code)?;
    let (country, kind) = (&*input.phone_number_country_code, input.phone_number_type);
    let numbers = inventory.numbers(country, kind, digits, after).filter(move |number| is_free(number));
    Ok(Rows::new(numbers.map(move |number| {
        Row::new(number.clone(), None, move || {
            json!({
                "PhoneNumber": number,
                "PhoneNumberCountryCode": country,
                "PhoneNumberType": kind,
            })
        })
    })))
}

fn is_cooling(released: &ReleasedNumber, now: Timestamp) -> bool {
    released.released_time + COOL_DOWN_MILLIS > now
}

fn is_wanted(
    number: &PhoneNumber,
    types: &Option<Vec<PhoneNumberType>>,
    countries: &Option<Vec<String>>,
    prefix: &str,
) -> bool {
    let digits = number.phone_number.trim_start_matches('+');
    types.as_ref().is_none_or(|types| types.is_empty() || types.contains(&number.kind))
        && countries.as_ref().is_none_or(|list| list.is_empty() || list.contains(&number.country_code))
        && digits.starts_with(prefix)
}

/// The digits of the beginning of a number.
fn first_digits(prefix: Option<&str>) -> Result<&str> {
    let Some(prefix) = prefix else { return Ok("") };
    let digits = prefix.strip_prefix('+').unwrap_or(prefix);
    if (1..=11).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(DirectoryError::parameter(
        "PhoneNumberPrefix must be up to 11 digits, with or without a plus sign, such as +1206.",
    ))
}

fn check_country(code: &str) -> Result<()> {
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(DirectoryError::parameter(format!("{code:?} is not a country; use two letters such as US.")))
}

fn described(text: Option<&str>) -> Result<()> {
    text.map_or(Ok(()), |text| rules::length("PhoneNumberDescription", text, 0, 500))
}
