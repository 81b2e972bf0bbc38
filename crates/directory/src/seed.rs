//! A new instance: what it has from its first moment (spec 01 §10.1 and §13.1, 02 §8 and §15, 04 §15).

mod placeholders;
mod profiles;

use std::collections::BTreeMap;

use model::Scope;
use model::resource::*;

use crate::attributes::{LANGUAGE, SUBTYPE};
use crate::defaults::DefaultFlow;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::instance::check_alias;
use crate::users::{check_username, default_phone};

/// The prompts of a new instance with what they are for. The sounds themselves are built in.
pub const STOCK_PROMPTS: [(&str, &str); 3] = [
    ("Beep.wav", "A short tone that announces an agent"),
    ("CustomerHold.wav", "Music for customers on hold"),
    ("CustomerQueue.wav", "Music for customers who wait in a queue"),
];

/// Where a built-in prompt lies: this scheme, then its name.
pub const BUILTIN_SCHEME: &str = "builtin://";

const LANGUAGES: &[&str] = &[
    "Arabic",
    "Cantonese",
    "Catalan",
    "Czech",
    "Danish",
    "Dutch",
    "English",
    "Finnish",
    "French",
    "German",
    "Hindi",
    "Icelandic",
    "Italian",
    "Japanese",
    "Korean",
    "Mandarin",
    "Norwegian",
    "Polish",
    "Portuguese",
    "Romanian",
    "Russian",
    "Spanish",
    "Swedish",
    "Turkish",
    "Welsh",
];

const SUBTYPES: &[&str] = &["Chat", "Guide", "SMS", "Telephony", "WebRTC"];

/// A flow to begin with. One whose name begins with `Default ` runs where no other flow of its type was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedFlow {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FlowType,
    /// What it is for.
    pub description: String,
    /// Its content, in which `{{queue:Name}}`, `{{flow:Name}}`, `{{prompt:Name}}`, `{{hours:Name}}`,
    /// `{{routing-profile:Name}}`, `{{function:Name}}` and `{{bot:Bot/Alias}}` stand for resource names.
    pub content: String,
}

/// A person to begin with, on the softphone and with the basic routing profile.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedPerson {
    /// The login name.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Mail address.
    pub email: Option<String>,
    /// The hash of the password; without one the person cannot sign in with a password.
    pub password_hash: Option<String>,
    /// Names of security profiles, such as `Admin`, `Agent`, `CallCenterManager`.
    pub security_profiles: Vec<String>,
}

/// Makes an instance that keeps its users itself: Basic Hours (always open), BasicQueue, Basic Routing Profile (one
/// call, two chats, one task), the four default security profiles, Available and Offline, the system attributes, the
/// stock prompts, and the given flows (published) and people.
pub fn seed(
    scope: Scope,
    alias: &str,
    cx: &mut Cx<'_>,
    flows: Vec<SeedFlow>,
    people: Vec<SeedPerson>,
) -> Result<Directory> {
    check_alias(alias)?;
    let instance = Instance {
        id: scope.instance,
        alias: alias.to_owned(),
        identity_management_type: "CONNECT_MANAGED".to_owned(),
        created_time: cx.now,
        inbound_calls_enabled: true,
        outbound_calls_enabled: true,
        attributes: BTreeMap::new(),
        approved_origins: Vec::new(),
        attachment_scanner: None,
        functions: Vec::new(),
        creation_token: None,
        tags: Tags::new(),
    };
    let mut directory = Directory::new(scope, instance);
    directory.seed_routing(cx);
    directory.seed_profiles(cx);
    directory.seed_statuses(cx);
    directory.seed_attributes(cx);
    directory.seed_prompts(cx);
    directory.seed_bot(cx)?;
    directory.seed_flows(cx, flows)?;
    for person in people {
        directory.seed_person(cx, person)?;
    }
    Ok(directory)
}

impl Directory {
    fn seed_routing(&mut self, cx: &mut Cx<'_>) {
        let midnight = TimeOfDay { hours: 0, minutes: 0 };
        let days = [
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        let hours = HoursOfOperation {
            hours_of_operation_id: cx.fresh(),
            name: "Basic Hours".to_owned(),
            description: Some("Always open".to_owned()),
            time_zone: "UTC".to_owned(),
            config: days.map(|day| HoursEntry { day, start_time: midnight, end_time: midnight }).to_vec(),
            tags: Tags::new(),
            last_modified_time: cx.now,
        };
        let queue = Queue {
            queue_id: cx.fresh(),
            name: "BasicQueue".to_owned(),
            description: Some("The queue to begin with".to_owned()),
            outbound_caller_config: None,
            hours_of_operation_id: hours.hours_of_operation_id,
            max_contacts: None,
            status: QueueStatus::Enabled,
            quick_connect_ids: Vec::new(),
            tags: Tags::new(),
            last_modified_time: cx.now,
        };
        let queue_id = queue.queue_id;
        let profile = RoutingProfile {
            routing_profile_id: cx.fresh(),
            name: "Basic Routing Profile".to_owned(),
            description: "Serves BasicQueue on all channels".to_owned(),
            media_concurrencies: [
                (model::Channel::Voice, 1),
                (model::Channel::Chat, 2),
                (model::Channel::Task, 1),
            ]
            .map(|(channel, concurrency)| MediaConcurrency {
                channel,
                concurrency,
                cross_channel_behavior: CrossChannelBehavior::default(),
            })
            .to_vec(),
            default_outbound_queue_id: queue_id,
            queue_configs: model::Channel::ALL
                .map(|channel| QueueConfig { queue_id, channel, priority: 1, delay: 0 })
                .to_vec(),
            agent_availability_timer: "TIME_SINCE_LAST_ACTIVITY".to_owned(),
            strict_priority_includes_delayed: false,
            tags: Tags::new(),
            last_modified_time: cx.now,
        };
        self.defaults.routing_profile_id = Some(profile.routing_profile_id);
        self.put(hours);
        self.put(queue);
        self.put(profile);
        self.save_defaults();
    }

    fn seed_profiles(&mut self, cx: &mut Cx<'_>) {
        for (name, description, permissions) in profiles::default_profiles() {
            let mut permissions: Vec<String> =
                permissions.iter().map(|permission| permission.name().to_owned()).collect();
            permissions.sort();
            permissions.dedup();
            self.put(SecurityProfile {
                id: cx.fresh(),
                security_profile_name: name.to_owned(),
                description: Some(description.to_owned()),
                permissions,
                allowed_access_control_tags: Tags::new(),
                tag_restricted_resources: Vec::new(),
                tags: Tags::new(),
                last_modified_time: cx.now,
            });
        }
    }

    fn seed_statuses(&mut self, cx: &mut Cx<'_>) {
        let statuses = [("Available", AgentStatusType::Routable), ("Offline", AgentStatusType::Offline)];
        for (order, (name, kind)) in (1..).zip(statuses) {
            self.put(AgentStatus {
                agent_status_id: cx.fresh(),
                name: name.to_owned(),
                description: None,
                kind,
                display_order: order,
                enabled: true,
                tags: Tags::new(),
                last_modified_time: cx.now,
            });
        }
    }

    fn seed_attributes(&mut self, cx: &mut Cx<'_>) {
        for (name, values) in [(LANGUAGE, LANGUAGES), (SUBTYPE, SUBTYPES)] {
            self.put(PredefinedAttribute {
                name: name.to_owned(),
                values: values.iter().map(|value| format!("connect:{value}")).collect(),
                last_modified_time: cx.now,
            });
        }
    }

    fn seed_prompts(&mut self, cx: &mut Cx<'_>) {
        for (name, description) in STOCK_PROMPTS {
            self.put(Prompt {
                prompt_id: cx.fresh(),
                name: name.to_owned(),
                description: Some(description.to_owned()),
                s3_uri: format!("{BUILTIN_SCHEME}{name}"),
                media: None,
                tags: Tags::new(),
                last_modified_time: cx.now,
            });
        }
    }

    /// Flows may refer to each other, so all get their ids first and their contents after.
    fn seed_flows(&mut self, cx: &mut Cx<'_>, flows: Vec<SeedFlow>) -> Result<()> {
        let mut made = Vec::with_capacity(flows.len());
        for seed in flows {
            let flow = FlowResource {
                id: cx.fresh(),
                name: seed.name,
                kind: seed.kind,
                description: Some(seed.description).filter(|text| !text.is_empty()),
                state: "ACTIVE".to_owned(),
                published: None,
                draft: String::new(),
                versions: Vec::new(),
                tags: Tags::new(),
                last_modified_time: cx.now,
            };
            self.name_is_free(&flow)?;
            if flow.name.starts_with("Default ") {
                if self.default_flow(flow.kind).is_some() {
                    return Err(DirectoryError::duplicate(format!(
                        "There is more than one default flow of the type of {:?}.",
                        flow.name
                    )));
                }
                self.defaults.flows.push(DefaultFlow { kind: flow.kind, contact_flow_id: flow.id });
            }
            made.push((flow.id, seed.content));
            self.put(flow);
        }
        for (id, content) in made {
            let content = placeholders::resolve(&content, self)?;
            if let Some(mut flow) = self.flow(id).cloned() {
                flow.versions.push(FlowVersion {
                    number: 1,
                    created_time: cx.now,
                    created_by: None,
                    description: None,
                });
                flow.published = Some(content.clone());
                flow.draft = content;
                self.put(flow);
            }
        }
        self.save_defaults();
        Ok(())
    }

    fn seed_person(&mut self, cx: &mut Cx<'_>, person: SeedPerson) -> Result<()> {
        check_username(&person.username)?;
        person.email.as_ref().map_or(Ok(()), |email| crate::rules::email("Email", email))?;
        let mut ids = Vec::new();
        for name in &person.security_profiles {
            let profile = self.security_profile_named(name).ok_or_else(|| {
                DirectoryError::not_found(format!("A new instance has no security profile {name:?}."))
            })?;
            ids.push(profile.id.to_string());
        }
        let Some(profile) = self.default_routing_profile() else {
            return Err(DirectoryError::not_found("The basic routing profile is missing."));
        };
        let user = User {
            id: cx.fresh(),
            security_profile_ids: self.profile_ids(&person.username, &ids)?,
            username: person.username,
            identity_info: IdentityInfo {
                first_name: Some(person.first_name),
                last_name: Some(person.last_name),
                email: person.email,
                ..IdentityInfo::default()
            },
            phone_config: default_phone(),
            directory_user_id: None,
            routing_profile_id: profile.routing_profile_id,
            hierarchy_group_id: None,
            password_hash: person.password_hash,
            proficiencies: Vec::new(),
            tags: Tags::new(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&user)?;
        self.put(user);
        Ok(())
    }
}
