//! The transcript file of a finished chat contact, from the stored items.

use model::{ContactId, InstanceId};
use serde_json::{Value, json};
use store::{Store, StoreError};

/// Items read at once.
const PAGE: u32 = 500;

/// The file's content: the head, then the items of this contact in order.
pub async fn transcript_file(
    store: &Store,
    instance: InstanceId,
    chain: ContactId,
    contact: ContactId,
    head: &Value,
) -> Result<Vec<u8>, StoreError> {
    let mut items: Vec<Value> = Vec::new();
    let mut after = None;
    let own = contact.to_string();
    loop {
        let page = store.items(instance, chain, after, None, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.seq);
        for row in &page {
            let item: Value = serde_json::from_str(&row.body)
                .map_err(|error| StoreError::Damaged(format!("item {} of {chain}: {error}", row.seq)))?;
            if item["ContactId"] == own.as_str() {
                items.push(item);
            }
        }
    }
    let mut file = head.clone();
    file["Transcript"] = json!(items);
    Ok(serde_json::to_vec(&file).expect("a transcript is printable"))
}
