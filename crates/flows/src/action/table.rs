//! The table of action types as JSON, for the designer and for anybody who writes flows by program.

use model::Channel;
use model::resource::FlowType;
use serde_json::{Map, Value, json};

use super::shape::{Class, Kind, Parameter, Rule, Shape};
use super::{ActionSpec, Allowed, Conditions, Family, Need, Next, SENTIMENTS, all};
use crate::error::ErrorBranch;
use crate::validate::{ACTION_LIMIT, SIZE_LIMIT, VERSION};
use crate::value::roots::{ROOTS, RootKind};

const FLOW_TYPES: [FlowType; 9] = [
    FlowType::ContactFlow,
    FlowType::CustomerQueue,
    FlowType::CustomerHold,
    FlowType::CustomerWhisper,
    FlowType::AgentHold,
    FlowType::AgentWhisper,
    FlowType::OutboundWhisper,
    FlowType::AgentTransfer,
    FlowType::QueueTransfer,
];

/// The whole language: version, limits, the roots of references and every action type.
///
/// ```text
/// {"version", "limits": {"actions", "characters"}, "errors": [NAME], "namespaces": [{"name", "kind"}],
///  "actions": [{"type", "aliases", "block", "logName", "family", "next", "conditions": {"kind", "values"},
///    "errors": [{"branch", "need"}], "flowTypes": {TYPE: "yes"|"unusual"}, "modules", "channels", "waits",
///    "parameters": [PARAMETER], "rules": [RULE]}]}
/// PARAMETER = {"name", "aliases", "required", "shape": SHAPE}
/// ```
pub fn table() -> Value {
    let namespaces: Vec<Value> = ROOTS
        .iter()
        .map(|(name, kind)| {
            let kind = match kind {
                RootKind::Namespace => "namespace",
                RootKind::Scalar => "scalar",
                RootKind::Both => "both",
            };
            json!({"name": name, "kind": kind})
        })
        .collect();
    json!({
        "version": VERSION,
        "limits": {"actions": ACTION_LIMIT, "characters": SIZE_LIMIT},
        "errors": ErrorBranch::ALL,
        "namespaces": namespaces,
        "actions": all().map(action).collect::<Vec<_>>(),
    })
}

fn action(spec: &ActionSpec) -> Value {
    let flow_types: Map<String, Value> = FLOW_TYPES
        .into_iter()
        .filter_map(|kind| {
            let allowed = match spec.flow_types.allowed(kind) {
                Allowed::Yes => "yes",
                Allowed::Unusual => "unusual",
                Allowed::No => return None,
            };
            Some((json!(kind).as_str()?.to_owned(), json!(allowed)))
        })
        .collect();
    let channels: Vec<Channel> = [Channel::Voice, Channel::Chat, Channel::Task]
        .into_iter()
        .filter(|channel| spec.channels.contains(*channel))
        .collect();
    let errors: Vec<Value> = spec
        .errors
        .iter()
        .map(|error| {
            let need = match error.need {
                Need::Required => "required",
                Need::Advised => "advised",
                Need::Optional => "optional",
                Need::RequiredWhen(_) | Need::OptionalWhen(_) => "conditional",
            };
            json!({"branch": error.branch, "need": need})
        })
        .collect();
    json!({
        "type": spec.name,
        "aliases": spec.aliases,
        "block": spec.block,
        "logName": spec.log_name,
        "family": match spec.family {
            Family::Contact => "contact",
            Family::FlowControl => "flowControl",
            Family::Interaction => "interaction",
            Family::Participant => "participant",
        },
        "next": match spec.next {
            Next::Required => "required",
            Next::Optional => "optional",
            Next::Never => "never",
        },
        "conditions": conditions(spec.conditions),
        "errors": errors,
        "flowTypes": flow_types,
        "modules": spec.flow_types.module,
        "channels": channels,
        "waits": spec.waits,
        "parameters": spec.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "rules": spec.rules.iter().filter_map(rule).collect::<Vec<_>>(),
    })
}

/// What the conditions of a bot's block may say of its answer.
const INTENT_OPERATORS: [&str; 3] = ["Equals", SENTIMENTS[0].0, SENTIMENTS[1].0];

fn conditions(conditions: Conditions) -> Value {
    let (kind, values): (_, &[&str]) = match conditions {
        Conditions::None => ("none", &[]),
        Conditions::Equals => ("equals", &[]),
        Conditions::Intents => ("intents", &INTENT_OPERATORS),
        Conditions::Any => ("any", &[]),
        Conditions::All(values) => ("all", values),
        Conditions::Some(values) => ("some", values),
        Conditions::Numeric => ("numeric", &[]),
        Conditions::Shares => ("shares", &[]),
        Conditions::Keys => ("keys", &[]),
        Conditions::Wait => ("wait", &["WaitCompleted"]),
        Conditions::Interrupt => ("interrupt", &["MessagesInterrupted"]),
    };
    json!({"kind": kind, "values": values})
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "aliases": parameter.aliases,
        "required": parameter.required,
        "shape": shape(&parameter.shape),
    })
}

/// Rules with names; those that only code can judge are left to the check of the whole flow.
fn rule(rule: &Rule) -> Option<Value> {
    let (kind, names) = match rule {
        Rule::ExactlyOne(names) => ("exactlyOne", names),
        Rule::AtMostOne(names) => ("atMostOne", names),
        Rule::AtLeastOne(names) => ("atLeastOne", names),
        Rule::Holds(..) => return None,
    };
    Some(json!({"kind": kind, "names": names}))
}

fn shape(of: &Shape) -> Value {
    let most = |most: usize| (most != usize::MAX).then_some(most);
    match of {
        Shape::Scalar(class, kind) => {
            let class = match class {
                Class::Static => "static",
                Class::Reference => "reference",
                Class::Path => "path",
                Class::Template => "template",
            };
            let mut printed = json!({"shape": "text", "class": class});
            let fields = match kind {
                Kind::Text => json!({"kind": "text"}),
                Kind::Short(most) => json!({"kind": "text", "most": most}),
                Kind::Integer(least, most) => {
                    json!({"kind": "integer", "least": least, "most": (*most != i64::MAX).then_some(most)})
                }
                Kind::Number(least, most) => json!({"kind": "number", "least": least, "most": most}),
                Kind::OneOf(values) => json!({"kind": "choice", "values": values}),
                Kind::Resource(resource) => json!({"kind": "resource", "resource": format!("{resource:?}")}),
                Kind::Keys(most) => json!({"kind": "keys", "most": most}),
            };
            if let (Value::Object(printed), Value::Object(fields)) = (&mut printed, fields) {
                printed.extend(fields);
            }
            printed
        }
        Shape::Object(members, rules) => json!({
            "shape": "object",
            "members": members.iter().map(parameter).collect::<Vec<_>>(),
            "rules": rules.iter().filter_map(rule).collect::<Vec<_>>(),
        }),
        Shape::Map { dynamic_keys, value, least, most: limit } => json!({
            "shape": "map", "dynamicKeys": dynamic_keys, "value": shape(value), "least": least, "most": most(*limit),
        }),
        Shape::List { item, least, most: limit } => {
            json!({"shape": "list", "item": shape(item), "least": least, "most": most(*limit)})
        }
        Shape::TextOr(text, other) => json!({"shape": "textOr", "text": shape(text), "other": shape(other)}),
        Shape::Json => json!({"shape": "json"}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_what_an_action_may_carry() {
        let table = table();
        let find = |name: &str| {
            let actions = table["actions"].as_array().expect("a list");
            actions.iter().find(|one| one["type"] == name).expect(name).clone()
        };
        let wait = find("Wait");
        assert_eq!(wait["conditions"]["values"], json!(["WaitCompleted"]));
        let lambda = find("InvokeLambdaFunction");
        assert_eq!(
            lambda["parameters"][0],
            json!({"name": "LambdaFunctionARN", "aliases": [], "required": true,
                "shape": {"shape": "text", "class": "reference", "kind": "resource", "resource": "Function"}})
        );
        assert_eq!(lambda["parameters"][1]["shape"]["most"], 8);
        assert_eq!(lambda["flowTypes"]["OUTBOUND_WHISPER"], "unusual");
        let text = find("MessageParticipant");
        assert_eq!(text["rules"][0]["kind"], "exactlyOne");
        assert_eq!(table["actions"].as_array().expect("a list").len(), all().count());
    }
}
