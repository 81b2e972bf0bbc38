//! What each type of module becomes (spec 10 §3.3).

use model::resource::FlowType;
use serde_json::json;

use super::draft::Draft;
use super::input::{bot, keyed, loop_prompts, menu, play_prompt, store_input};
use super::module::{Branch, Module};
use super::{Fate, Report, value};
use crate::error::ErrorBranch::{
    CallFailed, CallbackNumberNotDialable, ConnectionTimeLimitExceeded, InvalidCallbackNumber,
    NoMatchingCondition, NoMatchingError, QueueAtCapacity,
};

/// The actions of a module; more than one where one action cannot say it.
pub(super) fn convert(module: &Module<'_>, kind: Option<FlowType>, report: &mut Report) -> Vec<Draft> {
    if module.kind == "CheckQueueStatus" {
        return queue_status(module, report);
    }
    vec![single(module, kind, report)]
}

fn single(module: &Module<'_>, kind: Option<FlowType>, report: &mut Report) -> Draft {
    match (module.kind, module.target) {
        ("PlayPrompt" | "PlayAudio", _) => play_prompt(module, report),
        ("LoopPrompts", _) => loop_prompts(module, report),
        ("GetUserInput", Some("Lex")) => bot(module, report),
        ("GetUserInput", _) => menu(module, report),
        ("StoreUserInput" | "StoreCustomerInput", _) => store_input(module, report),
        ("SetAttributes", _) => {
            let draft = Draft::new("UpdateContactAttributes");
            keyed(draft, "Attributes", &module.take_all("Attribute"), report).success(module).error(module)
        }
        ("SetScreenPop", _) => screen_pop(module, report),
        ("Disconnect", _) => Draft::new("DisconnectParticipant"),
        ("Resume", _) => Draft::new("EndFlowExecution"),
        ("InvokeExternalResource", Some("Lambda") | None) => {
            let draft = Draft::new("InvokeLambdaFunction")
                .moved(&["LambdaFunctionARN"], module, "FunctionArn", report)
                .moved(&["InvocationTimeLimitSeconds"], module, "TimeLimit", report);
            let values = module.take_all("Parameter");
            keyed(draft, "LambdaInvocationAttributes", &values, report).success(module).error(module)
        }
        ("Transfer", Some("Queue")) | ("CustomerInQueue", _) => transfer_to_queue(module, kind, report),
        ("Transfer", Some("Flow")) | ("TransferToFlow", _) => Draft::new("TransferToFlow")
            .moved(&["ContactFlowId"], module, "ContactFlowId", report)
            .error(module),
        ("Transfer", Some("PhoneNumber")) => transfer_to_number(module, report),
        ("Transfer", Some("Agent")) => Draft::new("TransferContactToAgent"),
        ("CheckAttribute", _) => check_attribute(module, report),
        ("SetQueue", _) => {
            queue(Draft::new("UpdateContactTargetQueue"), module, report).success(module).error(module)
        }
        ("SetLoggingBehavior", _) => {
            let state = module.take("LoggingBehavior").map(|entry| enabled(&entry.value));
            optional(Draft::new("UpdateFlowLoggingBehavior"), "FlowLoggingBehavior", state).success(module)
        }
        ("SetVoice", _) => Draft::new("UpdateContactTextToSpeechVoice")
            .moved(&["TextToSpeechVoice"], module, "GlobalVoice", report)
            .moved(&["TextToSpeechEngine"], module, "GlobalEngine", report)
            .moved(&["TextToSpeechStyle"], module, "SpeakingStyle", report)
            .success(module)
            .error(module),
        ("Loop", _) => Draft::new("Loop")
            .moved(&["LoopCount"], module, "LoopCount", report)
            .equals(module, "Looping", "ContinueLooping")
            .equals(module, "Complete", "DoneLooping")
            .error(module),
        ("StartMediaStreaming", _) => streaming(module, "Enabled"),
        ("StopMediaStreaming", _) => streaming(module, "Disabled"),
        ("SetEventHook" | "SetContactFlow", _) => event_hook(module, report),
        ("SetRecordingBehavior", _) => recording(module),
        ("CheckStaffing", _) => staffing(module, report),
        ("CheckHoursOfOperation", _) => Draft::new("CheckHoursOfOperation")
            .moved(&["HoursOfOperationId"], module, "Hours", report)
            .equals(module, "True", "True")
            .equals(module, "False", "False")
            .error(module),
        ("Wait", _) => wait(module, report),
        ("GetMetricData", _) => {
            queue(Draft::new("GetMetricData"), module, report).success(module).error(module)
        }
        ("UpdateRoutingPriority", _) => Draft::new("UpdateContactRoutingBehavior")
            .moved(&["QueuePriority"], module, "AbsolutePosition", report)
            .moved(&["QueueTimeAdjustmentSeconds"], module, "TimeOffset", report)
            .success(module),
        ("SetCallBackNumber", _) => Draft::new("UpdateContactCallbackNumber")
            .moved(&["CallbackNumber"], module, "CallBackNumber", report)
            .success(module)
            .errors(
                module,
                &[
                    ("InvalidPhoneNumber", InvalidCallbackNumber),
                    ("InvalidNumber", InvalidCallbackNumber),
                    ("NonDialableNumber", CallbackNumberNotDialable),
                ],
            ),
        ("CreateCallback", _) => {
            let draft = Draft::new("CreateCallbackContact")
                .moved(&["InitialCallDelaySeconds"], module, "InitialDelaySeconds", report)
                .moved(&["RetryDelaySeconds"], module, "RetryDelaySeconds", report)
                .moved(&["MaximumConnectionAttempts"], module, "MaxRetryAttempts", report);
            queue(draft, module, report).success(module).error(module)
        }
        ("PercentileBranching", _) => shares(module, report),
        _ => unknown(module, report),
    }
}

/// A type without a counterpart: a block of that type with all it holds, which publishing refuses.
fn unknown(module: &Module<'_>, report: &mut Report) -> Draft {
    let target = module.target.map(|target| format!(" ({target})")).unwrap_or_default();
    report.add(Fate::Kept, format!("there is no block for modules of type {}{target}", module.kind));
    Draft::new(module.kind).success(module).error(module)
}

fn enabled(value: &str) -> &'static str {
    if value.starts_with("Enable") { "Enabled" } else { "Disabled" }
}

fn optional(draft: Draft, name: &str, value: Option<&str>) -> Draft {
    match value {
        Some(value) => draft.set(&[name], value),
        None => draft,
    }
}

/// The queue, or the agent whose queue is meant.
fn queue(draft: Draft, module: &Module<'_>, report: &mut Report) -> Draft {
    draft.moved(&["QueueId"], module, "Queue", report).moved(&["AgentId"], module, "Agent", report)
}

fn screen_pop(module: &Module<'_>, report: &mut Report) -> Draft {
    let draft = Draft::new("UpdateContactAttributes").success(module).error(module);
    match module.take("key") {
        Some(key) => draft.moved(&["Attributes", &key.value], module, "value", report),
        None => draft,
    }
}

fn transfer_to_queue(module: &Module<'_>, kind: Option<FlowType>, report: &mut Report) -> Draft {
    let draft = if kind == Some(FlowType::CustomerQueue) {
        queue(Draft::new("DequeueContactAndTransferToQueue"), module, report).success(module)
    } else {
        Draft::new("TransferContactToQueue")
    };
    draft.errors(module, &[("AtCapacity", QueueAtCapacity), ("Error", NoMatchingError)])
}

fn transfer_to_number(module: &Module<'_>, report: &mut Report) -> Draft {
    let blind = module.take("BlindTransfer").is_some_and(|entry| entry.value.eq_ignore_ascii_case("true"));
    Draft::new("TransferParticipantToThirdParty")
        .moved(&["ThirdPartyPhoneNumber"], module, "PhoneNumber", report)
        .moved(&["ThirdPartyConnectionTimeLimitSeconds"], module, "TimeLimit", report)
        .set(&["ContinueFlowExecution"], if blind { "False" } else { "True" })
        .moved(&["ThirdPartyDTMFDigits"], module, "DTMF", report)
        .moved(&["CallerId", "Number"], module, "CallerIdNumber", report)
        .moved(&["CallerId", "Name"], module, "CallerIdName", report)
        .success(module)
        .errors(
            module,
            &[
                ("Timeout", ConnectionTimeLimitExceeded),
                ("CallFailure", CallFailed),
                ("Error", NoMatchingError),
            ],
        )
}

fn check_attribute(module: &Module<'_>, report: &mut Report) -> Draft {
    let key = module.take("Attribute").map(|entry| entry.value.clone()).unwrap_or_default();
    let namespace = module.take("Namespace").map(|entry| entry.value.clone()).unwrap_or_default();
    let compared = value::reference(&namespace, &key);
    if let Some(doubt) = compared.doubt {
        report.add(Fate::Changed, doubt);
    }
    Draft::new("Compare")
        .set(&["ComparisonValue"], compared.text)
        .evaluated(module, report)
        .errors(module, &[("NoMatch", NoMatchingCondition)])
}

fn streaming(module: &Module<'_>, state: &str) -> Draft {
    let tracks = module.take_all("Track");
    let has = |name: &str| tracks.iter().any(|track| track.value == name);
    let directions: Vec<&str> = [("FromCustomer", "From"), ("ToCustomer", "To")]
        .into_iter()
        .filter(|(name, _)| has(name))
        .map(|(_, direction)| direction)
        .collect();
    module.take("MediaStreamTypes");
    Draft::new("UpdateContactMediaStreamingBehavior")
        .set(&["MediaStreamingState"], state)
        .set(&["MediaStreamType"], "Audio")
        .set(&["Participants"], json!([{"ParticipantType": "Customer", "MediaDirections": directions}]))
        .success(module)
        .error(module)
}

fn event_hook(module: &Module<'_>, report: &mut Report) -> Draft {
    let draft = Draft::new("UpdateContactEventHooks").success(module).error(module);
    match module.take("Type") {
        Some(event) => draft.moved(&["EventHooks", &event.value], module, "ContactFlowId", report),
        None => draft,
    }
}

fn recording(module: &Module<'_>) -> Draft {
    let on = module.take("RecordingBehaviorOption").is_some_and(|entry| entry.value.starts_with("Enable"));
    let sides: &[&str] = match module.take("RecordingParticipantOption").map(|entry| entry.value.as_str()) {
        _ if !on => &[],
        Some("Agent") => &["Agent"],
        Some("Customer") => &["Customer"],
        _ => &["Agent", "Customer"],
    };
    Draft::new("UpdateContactRecordingBehavior")
        .set(&["RecordingBehavior", "RecordedParticipants"], json!(sides))
        .success(module)
}

fn staffing(module: &Module<'_>, report: &mut Report) -> Draft {
    let status = module.take("Status").map(|entry| format!("NumberOfAgents{}", entry.value));
    let draft = optional(Draft::new("CheckMetricData"), "MetricType", status.as_deref());
    queue(draft, module, report)
        .condition(module.branch("True"), "NumberGreaterThan", "0")
        .errors(module, &[("False", NoMatchingCondition), ("Error", NoMatchingError)])
}

fn wait(module: &Module<'_>, report: &mut Report) -> Draft {
    let draft = Draft::new("Wait").moved(&["TimeLimitSeconds"], module, "TimeoutSeconds", report);
    let returned = module.branch("CustomerReturned");
    let draft = match &returned {
        Some(_) => draft.set(&["Events"], json!(["CustomerReturned"])),
        None => draft,
    };
    draft
        .equals(module, "Timeout", "WaitCompleted")
        .condition(returned, "Equals", "CustomerReturned")
        .error(module)
}

/// Shares of a hundred, cumulated.
fn shares(module: &Module<'_>, report: &mut Report) -> Draft {
    let mut draft = Draft::new("DistributeByPercentage").errors(module, &[("NoMatch", NoMatchingCondition)]);
    let mut bound = 1_i64;
    for (index, branch) in module.branches.iter().enumerate() {
        if branch.condition != "Evaluate" {
            continue;
        }
        match branch.operand.as_deref().and_then(|share| share.trim().parse::<i64>().ok()) {
            Some(share) if (0..=100).contains(&share) => {
                branch.taken.set(true);
                bound += share;
                draft = draft.condition(Some(branch.to.clone()), "NumberLessThan", &bound.to_string());
            }
            _ => {
                let message = format!("{:?} is not a share of a hundred", branch.operand);
                report.add_at(format!("branches[{index}]"), Fate::Changed, message);
            }
        }
    }
    draft
}

/// Age and length of a queue. One action compares one of them, so that branches of both kinds become a chain.
fn queue_status(module: &Module<'_>, report: &mut Report) -> Vec<Draft> {
    let mut runs: Vec<(&'static str, Vec<(usize, &Branch<'_>)>)> = Vec::new();
    for (index, branch) in module.branches.iter().enumerate() {
        let metric = match branch.condition {
            "CheckQueueTime" => "OldestContactInQueueAgeSeconds",
            "CheckQueueSize" => "NumberOfContactsInQueue",
            _ => continue,
        };
        branch.taken.set(true);
        match runs.last_mut() {
            Some((last, branches)) if *last == metric => branches.push((index, branch)),
            _ => runs.push((metric, vec![(index, branch)])),
        }
    }
    if runs.is_empty() {
        runs.push(("OldestContactInQueueAgeSeconds", Vec::new()));
    }
    if runs.len() > 1 {
        report.add(
            Fate::Changed,
            format!("it compares age and length of the queue; it is {} blocks now", runs.len()),
        );
    }
    let count = runs.len();
    let identifier = |number: usize| format!("{}-{}", module.id, number + 1);
    let mut drafts = Vec::new();
    for (number, (metric, branches)) in runs.into_iter().enumerate() {
        let mut draft = queue(Draft::new("CheckMetricData").set(&["MetricType"], metric), module, report);
        for (index, branch) in branches {
            let written = branch.operator.unwrap_or_default();
            let operator = value::operator(written).unwrap_or_else(|| {
                let message = format!("there is no operator {written:?}");
                report.add_at(format!("branches[{index}]"), Fate::Changed, message);
                written
            });
            let operand = branch.operand.clone().unwrap_or_default();
            draft = draft.condition(Some(branch.to.clone()), operator, &operand);
        }
        draft = match number + 1 == count {
            true => draft.errors(module, &[("NoMatch", NoMatchingCondition)]),
            false => draft.error_to(NoMatchingCondition, identifier(number + 1)),
        };
        draft = draft.error(module);
        draft.identifier = (number > 0).then(|| identifier(number));
        drafts.push(draft);
    }
    drafts
}
