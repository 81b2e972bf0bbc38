//! Access keys of the server, kept in the store.

use std::collections::HashMap;
use std::sync::Arc;

use engine::random_128;
use model::InstanceId;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use store::{Batch, DocumentWrite, Store, StoreError};
use wire::sigv4::{KeyStore, StoredKey};
use wire::{KeyHolder, Secret};

/// The owner of documents that belong to the whole server.
const SERVER: InstanceId = InstanceId::from_u128(0);

/// An access key as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    /// Public part.
    pub id: String,
    /// Secret part.
    pub secret: String,
    /// What it is for.
    pub name: String,
}

/// The access keys of the server.
#[derive(Default)]
pub(crate) struct AccessKeys {
    account: String,
    keys: RwLock<HashMap<String, AccessKey>>,
}

impl AccessKeys {
    /// Reads the first key from the store, or makes it.
    pub(crate) async fn open(store: &Store, account: &str) -> Result<(Arc<Self>, AccessKey), StoreError> {
        let key = match store.document(SERVER, "access-key", "first").await? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| StoreError::Damaged(error.to_string()))?
            }
            None => {
                let key = AccessKey {
                    id: format!("AKIA{}", letters(16)),
                    secret: format!("{}{}", letters(20).to_lowercase(), letters(20)),
                    name: "first start".to_owned(),
                };
                let body = serde_json::to_string(&key).expect("a key is printable");
                let document = DocumentWrite {
                    instance: SERVER,
                    kind: "access-key",
                    id: "first".into(),
                    body: Some(body),
                };
                store.commit(&Batch { documents: vec![document], ..Batch::default() }).await?;
                key
            }
        };
        let keys = HashMap::from([(key.id.clone(), key.clone())]);
        Ok((Arc::new(Self { account: account.to_owned(), keys: RwLock::new(keys) }), key))
    }
}

impl KeyStore for AccessKeys {
    fn secret(&self, access_key_id: &str) -> Option<StoredKey> {
        let key = self.keys.read().get(access_key_id)?.clone();
        Some(StoredKey {
            secret: Secret::new(key.secret),
            session_token: None,
            holder: KeyHolder {
                access_key_id: key.id,
                account: self.account.clone(),
                name: key.name,
                instance: None,
                user: None,
            },
            expires: None,
        })
    }
}

/// Random capital letters and digits 2–7.
pub(crate) fn letters(count: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut bits = random_128();
        for _ in 0..25.min(count - text.len()) {
            text.push(char::from(ALPHABET[(bits & 31) as usize]));
            bits >>= 5;
        }
    }
    text
}
