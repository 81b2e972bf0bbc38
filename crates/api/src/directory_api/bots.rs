//! Which bots the flows of an instance may use.

use axum::http::Method;
use directory::Directory;
use directory::bots::{
    AssociateBot, AssociateLexBot, DisassociateBot, DisassociateLexBot, ListBots, ListLexBots,
};
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::CLIENT_TOKEN;
use super::row::{Items, change, list};
use crate::App;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        change::<AssociateBot, _, _>(
            Method::PUT,
            "AssociateBot",
            "/instance/{InstanceId}/bot",
            |_| Subject::none(),
            |directory, _, input| directory.associate_bot(input),
        )
        .constraint("LexV2Bot.AliasArn", Rule::Length(1, 100))
        .constraint("ClientToken", CLIENT_TOKEN),
        change::<DisassociateBot, _, _>(
            Method::POST,
            "DisassociateBot",
            "/instance/{InstanceId}/bot",
            |_| Subject::none(),
            |directory, _, input| directory.disassociate_bot(input),
        )
        .constraint("LexV2Bot.AliasArn", Rule::Length(1, 100))
        .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListBots, _>(
            "ListBots",
            "/instance/{InstanceId}/bots",
            Items::plain("LexBots", 25),
            Directory::list_bots,
        )
        .query("lexVersion", "LexVersion", Kind::String)
        .constraint("LexVersion", Rule::OneOf(&["V1", "V2"])),
        change::<AssociateLexBot, _, _>(
            Method::PUT,
            "AssociateLexBot",
            "/instance/{InstanceId}/lex-bot",
            |_| Subject::none(),
            |directory, _, input| directory.associate_lex_bot(input),
        )
        .constraint("ClientToken", CLIENT_TOKEN),
        change::<DisassociateLexBot, _, _>(
            Method::DELETE,
            "DisassociateLexBot",
            "/instance/{InstanceId}/lex-bot",
            |_| Subject::none(),
            |directory, _, input| directory.disassociate_lex_bot(input),
        )
        .query("botName", "BotName", Kind::String)
        .query("lexRegion", "LexRegion", Kind::String)
        .query("clientToken", "ClientToken", Kind::String)
        .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListLexBots, _>(
            "ListLexBots",
            "/instance/{InstanceId}/lex-bots",
            Items::plain("LexBots", 25),
            Directory::list_lex_bots,
        ),
    ]
}
