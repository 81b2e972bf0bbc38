//! Bots of an instance: imported definitions in numbered versions, and aliases that flows and clients name.
//!
//! | alias | stands for |
//! |---|---|
//! | `TestBotAlias` (`TSTALIASID`) | always the newest version |
//! | any other | the version it was last pointed to |

use std::collections::BTreeMap;

use bots::{Checked, Definition};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Row, Rows};

/// Id of the alias that stands for the newest version.
pub const TEST_ALIAS: &str = "TSTALIASID";
/// The alias that an import points to unless another is named.
pub const LIVE: &str = "live";
/// Versions that are kept beside those that an alias needs.
const KEPT_VERSIONS: usize = 5;
const MAX_BOTS: usize = 100;
const MAX_ALIASES: usize = 100;
/// Most bytes of all versions of one bot, which are one document.
const MAX_BYTES: usize = 12 * 1024 * 1024;

/// A bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Bot {
    /// Ten capital letters and digits.
    pub bot_id: String,
    /// Its name, unique in the instance.
    pub name: String,
    /// Definitions by number; the highest is the newest.
    pub versions: BTreeMap<u32, Definition>,
    /// Its aliases, the test alias first.
    pub aliases: Vec<BotAlias>,
    /// Last change.
    pub last_modified_time: Timestamp,
}

/// A name for a version of a bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BotAlias {
    /// Ten capital letters and digits.
    pub alias_id: String,
    /// Its name.
    pub name: String,
    /// The version; none = the newest.
    pub version: Option<u32>,
    /// Whether flows of this instance may use it.
    pub associated: bool,
}

impl Bot {
    /// The number and definition that an alias stands for.
    pub fn version(&self, alias: &BotAlias) -> Option<(u32, &Definition)> {
        let found = match alias.version {
            Some(number) => self.versions.get_key_value(&number),
            None => self.versions.last_key_value(),
        };
        found.map(|(number, definition)| (*number, definition))
    }
}

parts! {
    /// A bot of the first generation.
    LexBot { name: String, lex_region: String }
    /// A bot of the second generation.
    LexV2Bot { alias_arn: Option<String> }
}

inputs! {
    /// `AssociateBot`.
    AssociateBot { lex_bot: Option<LexBot>, lex_v2_bot: Option<LexV2Bot>, client_token: Option<String> }
    /// `DisassociateBot`.
    DisassociateBot { lex_bot: Option<LexBot>, lex_v2_bot: Option<LexV2Bot>, client_token: Option<String> }
    /// `ListBots`.
    ListBots { lex_version: String }
    /// `AssociateLexBot`.
    AssociateLexBot { lex_bot: LexBot, client_token: Option<String> }
    /// `DisassociateLexBot`.
    DisassociateLexBot { bot_name: String, lex_region: String, client_token: Option<String> }
    /// `ListLexBots`.
    ListLexBots {}
}

impl Directory {
    /// Every bot, by id.
    pub fn bots(&self) -> impl Iterator<Item = &Bot> {
        self.table::<Bot>().iter()
    }

    /// The bot with this id.
    pub fn bot(&self, id: &str) -> Option<&Bot> {
        self.table::<Bot>().get(&id.to_owned())
    }

    /// The resource name of an alias.
    pub fn bot_alias_arn(&self, bot: &Bot, alias: &BotAlias) -> String {
        format!(
            "arn:aws:lex:{}:{}:bot-alias/{}/{}",
            self.scope.region, self.scope.account, bot.bot_id, alias.alias_id
        )
    }

    /// The alias that a resource name, `bot id/alias id`, or `bot name/alias name` (also with a colon) names.
    pub fn bot_alias(&self, text: &str) -> Option<(&Bot, &BotAlias)> {
        let own = format!("arn:aws:lex:{}:{}:bot-alias/", self.scope.region, self.scope.account);
        let path = text.strip_prefix(&own).unwrap_or(text);
        let (bot, alias) = path.split_once('/').or_else(|| path.split_once(':'))?;
        let bot = self.bot(bot).or_else(|| self.table::<Bot>().named(bot))?;
        let alias = bot.aliases.iter().find(|one| one.alias_id == alias || one.name == alias)?;
        Some((bot, alias))
    }

    /// Whether flows may ask the bot behind this alias.
    pub fn may_ask(&self, alias: &str) -> bool {
        self.bot_alias(alias).is_some_and(|(_, alias)| alias.associated)
    }

    /// The bot that flows may ask by this alias in a language (`en-US`; none = the bot's first), with its version and
    /// locale; an adapter has no locales of its own.
    pub fn bot_for(&self, alias: &str, language: Option<&str>) -> Result<(&Bot, u32, Option<String>)> {
        let missing = || DirectoryError::not_found(format!("This instance has no bot alias {alias:?}."));
        let (bot, alias) = self.bot_alias(alias).filter(|(_, alias)| alias.associated).ok_or_else(missing)?;
        let (number, definition) = bot.version(alias).ok_or_else(missing)?;
        if definition.adapter.is_some() {
            return Ok((bot, number, None));
        }
        let locale = match language {
            Some(language) => definition.locale(language, false),
            None => definition
                .locale("en_US", false)
                .or_else(|| definition.locales.iter().next().map(|(name, one)| (name.as_str(), one))),
        };
        let locale = locale.ok_or_else(|| {
            DirectoryError::request(format!(
                "The bot {:?} does not speak {}.",
                bot.name,
                language.unwrap_or("a language")
            ))
        })?;
        Ok((bot, number, Some(locale.0.to_owned())))
    }

    /// Adds a version of a bot, which is found by its name, and points an alias to it, which flows may use at once.
    pub fn import_bot(&mut self, cx: &mut Cx<'_>, definition: Checked, alias: Option<&str>) -> Result<Value> {
        let definition = definition.into_inner();
        let alias = alias.unwrap_or(LIVE);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if alias.is_empty() || alias.len() > 100 || !alias.chars().all(plain) {
            return Err(DirectoryError::parameter("Alias must be 1 to 100 letters, digits, _ or -."));
        }
        let mut bot = match self.table::<Bot>().named(&definition.name) {
            Some(bot) => bot.clone(),
            None if self.table::<Bot>().len() >= MAX_BOTS => {
                return Err(DirectoryError::new(
                    Code::LimitExceeded,
                    format!("An instance has at most {MAX_BOTS} bots."),
                ));
            }
            None => Bot {
                bot_id: short_id(cx),
                name: definition.name.clone(),
                versions: BTreeMap::new(),
                aliases: vec![BotAlias {
                    alias_id: TEST_ALIAS.to_owned(),
                    name: "TestBotAlias".to_owned(),
                    version: None,
                    associated: false,
                }],
                last_modified_time: cx.now,
            },
        };
        let number = bot.versions.last_key_value().map_or(1, |(number, _)| number + 1);
        bot.versions.insert(number, definition);
        bot.last_modified_time = cx.now;
        if !bot.aliases.iter().any(|one| one.name == alias) {
            if bot.aliases.len() >= MAX_ALIASES {
                return Err(DirectoryError::new(
                    Code::LimitExceeded,
                    format!("A bot has at most {MAX_ALIASES} aliases."),
                ));
            }
            self.room_for(Quota::BotAliases, self.associated_aliases())?;
            bot.aliases.push(BotAlias {
                alias_id: short_id(cx),
                name: alias.to_owned(),
                version: Some(number),
                associated: true,
            });
        }
        for one in bot.aliases.iter_mut().filter(|one| one.name == alias && one.alias_id != TEST_ALIAS) {
            one.version = Some(number);
        }
        let newest: Vec<u32> = bot.versions.keys().rev().take(KEPT_VERSIONS).copied().collect();
        let aliases = &bot.aliases;
        bot.versions.retain(|number, _| {
            newest.contains(number) || aliases.iter().any(|alias| alias.version == Some(*number))
        });
        let bytes = serde_json::to_string(&bot.versions).map_or(usize::MAX, |versions| versions.len());
        if bytes > MAX_BYTES {
            return Err(DirectoryError::new(
                Code::LimitExceeded,
                format!(
                    "All versions of a bot together have at most {MAX_BYTES} bytes. Point aliases to newer versions, so \
                     that older ones are let go."
                ),
            ));
        }
        let answer = self.bot_summary(&bot);
        self.put(bot);
        Ok(answer)
    }

    /// A bot as our own operations show it.
    pub fn bot_summary(&self, bot: &Bot) -> Value {
        let newest = bot.versions.last_key_value();
        json!({
            "BotId": bot.bot_id,
            "Name": bot.name,
            "Version": newest.map(|(number, _)| number.to_string()),
            "Locales": newest.map(|(_, definition)| definition.locales.keys().collect::<Vec<_>>()),
            "Aliases": bot.aliases.iter().map(|alias| json!({
                "AliasId": alias.alias_id,
                "Name": alias.name,
                "AliasArn": self.bot_alias_arn(bot, alias),
                "Version": alias.version.map_or("newest".to_owned(), |number| number.to_string()),
                "Associated": alias.associated,
            })).collect::<Vec<_>>(),
        })
    }

    /// Removes a bot that no published flow names.
    pub fn delete_bot(&mut self, id: &str) -> Result<()> {
        let missing = || DirectoryError::not_found(format!("This instance has no bot {id:?}."));
        let bot = self.bot(id).or_else(|| self.table::<Bot>().named(id)).ok_or_else(missing)?;
        // Flows may leave out what stands before the id, and name the bot instead.
        let spellings = [("bot-alias/", &bot.bot_id), ("\"", &bot.bot_id), ("\"", &bot.name)];
        let mut named =
            spellings.iter().flat_map(|(before, bot)| [format!("{before}{bot}/"), format!("{before}{bot}:")]);
        if let Some(user) = named.find_map(|text| self.published_flow_naming(&text)) {
            let arn = format!("arn:aws:lex:{}:{}:bot/{}", self.scope.region, self.scope.account, bot.bot_id);
            return Err(DirectoryError::in_use(
                format!("The bot {:?} is used by {user}. Change that first.", bot.name),
                arn,
            ));
        }
        let id = bot.bot_id.clone();
        self.remove::<Bot>(&id);
        Ok(())
    }

    /// `AssociateBot`: flows may use the alias.
    pub fn associate_bot(&mut self, input: AssociateBot) -> Result<()> {
        self.mine(&input)?;
        let arn = alias_arn(input.lex_bot.as_ref(), input.lex_v2_bot)?;
        self.associate(&arn, true)
    }

    /// `DisassociateBot`.
    pub fn disassociate_bot(&mut self, input: DisassociateBot) -> Result<()> {
        self.mine(&input)?;
        let arn = alias_arn(input.lex_bot.as_ref(), input.lex_v2_bot)?;
        self.associate(&arn, false)
    }

    fn associate(&mut self, arn: &str, wanted: bool) -> Result<()> {
        let missing = || DirectoryError::not_found(format!("There is no bot alias {arn:?} here."));
        let (bot, alias) = self
            .bot_alias(arn)
            .filter(|(bot, alias)| self.bot_alias_arn(bot, alias) == arn)
            .ok_or_else(missing)?;
        let (mut bot, alias_id) = (bot.clone(), alias.alias_id.clone());
        match (alias.associated, wanted) {
            (true, true) => {
                return Err(DirectoryError::new(
                    Code::ResourceConflict,
                    "The bot alias is associated already.",
                ));
            }
            (false, false) => return Err(missing()),
            (false, true) => {
                let used = self.associated_aliases() as u64;
                if used >= self.quota(Quota::BotAliases) {
                    return Err(DirectoryError::new(
                        Code::ServiceQuotaExceeded,
                        "The quota of bot aliases is used up.",
                    ));
                }
            }
            (true, false) => {}
        }
        for one in bot.aliases.iter_mut().filter(|one| one.alias_id == alias_id) {
            one.associated = wanted;
        }
        self.put(bot);
        Ok(())
    }

    fn associated_aliases(&self) -> usize {
        self.bots().flat_map(|bot| &bot.aliases).filter(|alias| alias.associated).count()
    }

    /// `ListBots`: the associated aliases, by resource name; there are none of the first generation.
    pub fn list_bots<'a>(&'a self, input: &ListBots, after: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        let second = input.lex_version == "V2";
        let mut arns: Vec<String> = self
            .bots()
            .filter(|_| second)
            .flat_map(|bot| {
                bot.aliases.iter().filter(|one| one.associated).map(|one| self.bot_alias_arn(bot, one))
            })
            .filter(|arn| after.is_none_or(|after| arn.as_str() > after))
            .collect();
        arns.sort();
        Ok(Rows::new(arns.into_iter().map(|arn| {
            let body = json!({"LexV2Bot": {"AliasArn": arn}});
            Row::new(arn, None, move || body)
        })))
    }

    /// `AssociateLexBot`: bots of the first generation do not exist here.
    pub fn associate_lex_bot(&mut self, input: AssociateLexBot) -> Result<()> {
        self.mine(&input)?;
        Err(first_generation(&input.lex_bot.name))
    }

    /// `DisassociateLexBot`.
    pub fn disassociate_lex_bot(&mut self, input: DisassociateLexBot) -> Result<()> {
        self.mine(&input)?;
        Err(first_generation(&input.bot_name))
    }

    /// `ListLexBots`: always empty.
    pub fn list_lex_bots<'a>(&'a self, input: &ListLexBots, _: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        Ok(Rows::new(std::iter::empty()))
    }

    pub(crate) fn seed_bot(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let sample = ::bots::sample()
            .checked()
            .map_err(|_| DirectoryError::request("The sample bot is not valid."))?;
        self.import_bot(cx, sample, None).map(|_| ())
    }
}

fn alias_arn(first: Option<&LexBot>, second: Option<LexV2Bot>) -> Result<String> {
    match (first, second.and_then(|bot| bot.alias_arn)) {
        (None, Some(arn)) => Ok(arn),
        (Some(bot), None) => Err(first_generation(&bot.name)),
        _ => Err(DirectoryError::request("Give LexV2Bot with an AliasArn.")),
    }
}

fn first_generation(name: &str) -> DirectoryError {
    DirectoryError::not_found(format!(
        "There is no bot {name:?} of the first generation here. Import its definition and associate the alias as LexV2Bot."
    ))
}

/// Ten capital letters and digits that were never given before.
fn short_id(cx: &mut Cx<'_>) -> String {
    let mut number = (cx.new_uuid)().as_u128();
    let sign = |_| {
        let sign = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[(number % 36) as usize];
        number /= 36;
        char::from(sign)
    };
    (0..10).map(sign).collect()
}
