//! Pages of a transcript, over the chats that it continues too (spec 03 D25, 11 §3.2).

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::Engine;
use model::{ContactId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::ItemRow;
use wire::ApiError;

use crate::errors::{participant_engine, store};

/// Where a page begins.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct StartPosition {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    absolute_time: Option<String>,
    #[serde(default)]
    most_recent: Option<u32>,
}

impl StartPosition {
    fn is_empty(&self) -> bool {
        self.id.is_none() && self.absolute_time.is_none() && self.most_recent.is_none()
    }
}

/// What is asked for.
pub(crate) struct Request {
    pub max_results: u32,
    pub next_token: Option<String>,
    pub forward: bool,
    pub ascending: bool,
    pub start: Option<StartPosition>,
    pub as_agent: bool,
    pub contact: Option<String>,
}

/// Where the next page begins: which chain (0 = this chat, then the past ones), and beside which item.
#[derive(Serialize, Deserialize)]
struct Position {
    c: usize,
    s: i64,
    f: bool,
}

/// Items read beyond the page, so that what a reader may not see does not make pages short.
const SLACK: u32 = 20;

/// One page in the public shape.
pub(crate) async fn page(engine: &Engine, chain: ContactId, request: Request) -> Result<Value, ApiError> {
    if request.max_results > 100 {
        return Err(ApiError::validation("MaxResults must lie between 0 and 100."));
    }
    let past = engine
        .read(|core, _| core.chain(chain).map(|chain| chain.past.clone()).unwrap_or_default())
        .await
        .map_err(participant_engine)?;
    let mut chains = vec![(chain, None)];
    chains.extend(past.into_iter().map(|one| (one.chain, one.until)));
    let start = match (&request.next_token, &request.start) {
        (Some(token), _) => {
            let wrong = || ApiError::validation("NextToken is not valid.");
            let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
            let position: Position = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
            if position.c >= chains.len() || position.f != request.forward {
                return Err(wrong());
            }
            position
        }
        // Chat clients send an empty position for none.
        (None, Some(start)) if !start.is_empty() => locate(engine, chain, start, request.forward).await?,
        (None, _) if request.forward => Position { c: 0, s: 0, f: true },
        (None, _) => Position { c: 0, s: i64::MAX, f: false },
    };
    let size = request.max_results as usize;
    let (rows, next) = collect(engine, &chains, start, &request, size).await?;
    let receipts = receipts(engine, &rows).await?;
    let mut items: Vec<Value> = Vec::with_capacity(rows.len());
    for (_, row) in &rows {
        let mut item: Value = serde_json::from_str(&row.body)
            .map_err(|_| ApiError::internal_server("An item of the transcript cannot be read."))?;
        // Published at the top of the answer, not in its items.
        if let Some(members) = item.as_object_mut() {
            members.remove("InitialContactId");
        }
        if let Some(list) = item["Id"].as_str().and_then(|id| receipts.get(id)) {
            item["MessageMetadata"] = json!({"MessageId": item["Id"], "Receipts": list});
        }
        items.push(item);
    }
    if !request.ascending {
        items.reverse();
    }
    let mut answer = json!({"InitialContactId": chain, "Transcript": items});
    if let Some(next) = next {
        let bytes = serde_json::to_vec(&next).expect("a position is printable");
        answer["NextToken"] = json!(URL_SAFE_NO_PAD.encode(bytes));
    }
    Ok(answer)
}

/// Items in ascending order, and where to go on.
async fn collect(
    engine: &Engine,
    chains: &[(ContactId, Option<i64>)],
    start: Position,
    request: &Request,
    size: usize,
) -> Result<(Vec<(ContactId, ItemRow)>, Option<Position>), ApiError> {
    let mut found: Vec<(ContactId, ItemRow)> = Vec::new();
    let Position { c: mut at, s: mut seq, f: forward } = start;
    loop {
        let (chain, until) = chains[at];
        let limit = (size as u32).saturating_add(SLACK);
        let (after, before) = if forward { (Some(seq), None) } else { (None, Some(seq)) };
        let mut rows = engine.store().items(engine.id(), chain, after, before, limit).await.map_err(store)?;
        if !forward {
            rows.reverse();
        }
        let exhausted = rows.len() < limit as usize;
        for row in rows {
            if found.len() == size {
                // There is at least one more to come.
                let next = Position { c: at, s: seq, f: forward };
                return Ok((in_order(found, forward), Some(next)));
            }
            seq = row.seq;
            let seen_by = if request.as_agent { "AGENT" } else { "CUSTOMER" };
            let visible = row.visibility == "ALL" || row.visibility == seen_by;
            let wanted = request.contact.as_deref().is_none_or(|contact| is_of(&row.body, contact));
            let within = until.is_none_or(|until| row.seq <= until);
            if visible && wanted && within {
                found.push((chain, row));
            }
        }
        if exhausted {
            // Past chats come after this one when reading back.
            if forward || at + 1 == chains.len() {
                return Ok((in_order(found, forward), None));
            }
            at += 1;
            seq = i64::MAX;
            if found.len() == size {
                return Ok((in_order(found, forward), Some(Position { c: at, s: seq, f: forward })));
            }
        }
    }
}

/// Whether an item belongs to a contact.
fn is_of(body: &str, contact: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|item| item["ContactId"] == contact)
}

fn in_order(mut found: Vec<(ContactId, ItemRow)>, forward: bool) -> Vec<(ContactId, ItemRow)> {
    if !forward {
        found.reverse();
    }
    found
}

async fn locate(
    engine: &Engine,
    chain: ContactId,
    start: &StartPosition,
    forward: bool,
) -> Result<Position, ApiError> {
    let given = usize::from(start.id.is_some())
        + usize::from(start.absolute_time.is_some())
        + usize::from(start.most_recent.is_some());
    if given != 1 {
        return Err(ApiError::validation(
            "StartPosition needs exactly one of Id, AbsoluteTime and MostRecent.",
        ));
    }
    // The item at the position belongs to the page, in both directions.
    let beside = |seq: i64| Position { c: 0, s: if forward { seq - 1 } else { seq + 1 }, f: forward };
    if let Some(id) = &start.id {
        let seq = engine.store().item_seq(engine.id(), chain, id).await.map_err(store)?;
        return seq
            .map(beside)
            .ok_or_else(|| ApiError::validation("StartPosition.Id is not an item of this chat."));
    }
    if let Some(text) = &start.absolute_time {
        let at = Timestamp::parse_iso(text)
            .ok_or_else(|| ApiError::validation("StartPosition.AbsoluteTime is not an ISO-8601 time."))?;
        let seq = engine.store().item_seq_at(engine.id(), chain, at).await.map_err(store)?;
        return Ok(match seq {
            Some(seq) if forward => Position { c: 0, s: seq - 1, f: true },
            Some(seq) => Position { c: 0, s: seq, f: false },
            None => Position { c: 0, s: i64::MAX, f: forward },
        });
    }
    let count = i64::from(start.most_recent.unwrap_or(0));
    if count > 100 {
        return Err(ApiError::validation("StartPosition.MostRecent must lie between 0 and 100."));
    }
    if !forward {
        return Ok(Position { c: 0, s: i64::MAX, f: false });
    }
    let last = engine.store().items(engine.id(), chain, None, Some(i64::MAX), 1).await.map_err(store)?;
    let end = last.first().map_or(0, |row| row.seq);
    Ok(Position { c: 0, s: (end - count).max(0), f: true })
}

async fn receipts(
    engine: &Engine,
    rows: &[(ContactId, ItemRow)],
) -> Result<HashMap<String, Vec<Value>>, ApiError> {
    let mut chains: Vec<ContactId> = rows.iter().map(|(chain, _)| *chain).collect();
    chains.dedup();
    let mut by_message: HashMap<String, Vec<Value>> = HashMap::new();
    for chain in chains {
        for row in engine.store().receipts(engine.id(), chain).await.map_err(store)? {
            let mut receipt = json!({"RecipientParticipantId": row.recipient});
            if let Some(at) = row.delivered_at {
                receipt["DeliveredTimestamp"] = json!(at.iso_millis());
            }
            if let Some(at) = row.read_at {
                receipt["ReadTimestamp"] = json!(at.iso_millis());
            }
            by_message.entry(row.message).or_default().push(receipt);
        }
    }
    Ok(by_message)
}
