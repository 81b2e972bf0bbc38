//! The queries both engines share: same text, same order, same result.

/// Implements every read for an engine with a `readers` pool.
/// `$search` makes the text of a contact search, the one query whose list matching differs by engine.
macro_rules! implement_reads {
    ($engine:ty, $search:ident) => {
        impl $engine {
    pub(crate) async fn instances(&self) -> Result<Vec<InstanceId>, StoreError> {
        let rows = sqlx::query("SELECT DISTINCT instance FROM documents WHERE kind = 'instance' ORDER BY instance")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| parse_id(row.try_get::<&str, _>(0)?)).collect()
    }

    pub(crate) async fn documents(&self, instance: InstanceId) -> Result<Vec<DocumentRow>, StoreError> {
        let rows = sqlx::query("SELECT kind, id, body FROM documents WHERE instance = $1 ORDER BY kind, id")
            .bind(instance.to_string())
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok(DocumentRow { kind: row.try_get(0)?, id: row.try_get(1)?, body: row.try_get(2)? }))
            .collect()
    }

    pub(crate) async fn document(
        &self,
        instance: InstanceId,
        kind: &str,
        id: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT body FROM documents WHERE instance = $1 AND kind = $2 AND id = $3")
            .bind(instance.to_string())
            .bind(kind)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(crate) async fn live_contacts(&self, instance: InstanceId) -> Result<Vec<ContactRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, chain, initiated_at, body FROM contacts WHERE instance = $1 AND ended = 0
             ORDER BY initiated_at, id",
        )
        .bind(instance.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| contact_row!(row)).collect()
    }

    pub(crate) async fn contact(
        &self,
        instance: InstanceId,
        id: ContactId,
    ) -> Result<Option<ContactRow>, StoreError> {
        let row =
            sqlx::query("SELECT id, chain, initiated_at, body FROM contacts WHERE instance = $1 AND id = $2")
                .bind(instance.to_string())
                .bind(id.to_string())
                .fetch_optional(&self.readers)
                .await?;
        row.as_ref().map(|row| contact_row!(row)).transpose()
    }

    pub(crate) async fn search_contacts(
        &self,
        instance: InstanceId,
        filter: &ContactFilter,
    ) -> Result<Vec<ContactRow>, StoreError> {
        let sql = match (filter.range, filter.ascending) {
            (TimeRange::Initiated, false) => $search!("initiated_at", "<", "DESC"),
            (TimeRange::Initiated, true) => $search!("initiated_at", ">", "ASC"),
            (TimeRange::Disconnected, false) => $search!("disconnected_at", "<", "DESC"),
            (TimeRange::Disconnected, true) => $search!("disconnected_at", ">", "ASC"),
            (TimeRange::ConnectedToAgent, false) => $search!("connected_at", "<", "DESC"),
            (TimeRange::ConnectedToAgent, true) => $search!("connected_at", ">", "ASC"),
        };
        let channels: Vec<&str> = filter.channels.iter().map(|channel| channel.as_str()).collect();
        let (after_at, after_id) = match filter.after {
            Some((at, id)) => (Some(at.0), id.to_string()),
            None => (None, String::new()),
        };
        let rows = sqlx::query(sql)
            .bind(instance.to_string())
            .bind(filter.from.0)
            .bind(filter.to.0)
            .bind(json!(channels).to_string())
            .bind(json!(filter.queues).to_string())
            .bind(json!(filter.agents).to_string())
            .bind(json!(filter.initiation_methods).to_string())
            .bind(after_at)
            .bind(after_id)
            .bind(i64::from(filter.limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| contact_row!(row)).collect()
    }

    pub(crate) async fn items(
        &self,
        instance: InstanceId,
        chain: ContactId,
        after: Option<i64>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let backward = before.is_some();
        let sql = if backward {
            "SELECT seq, visibility, body FROM items
             WHERE instance = $1 AND chain = $2 AND seq > $3 AND seq < $4 ORDER BY seq DESC LIMIT $5"
        } else {
            "SELECT seq, visibility, body FROM items
             WHERE instance = $1 AND chain = $2 AND seq > $3 AND seq < $4 ORDER BY seq ASC LIMIT $5"
        };
        let rows = sqlx::query(sql)
            .bind(instance.to_string())
            .bind(chain.to_string())
            .bind(after.unwrap_or(i64::MIN))
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let mut items = rows
            .iter()
            .map(|row| Ok(ItemRow { seq: row.try_get(0)?, visibility: row.try_get(1)?, body: row.try_get(2)? }))
            .collect::<Result<Vec<_>, StoreError>>()?;
        if backward {
            items.reverse();
        }
        Ok(items)
    }

    pub(crate) async fn item_seq(
        &self,
        instance: InstanceId,
        chain: ContactId,
        item: &str,
    ) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT seq FROM items WHERE instance = $1 AND chain = $2 AND id = $3")
            .bind(instance.to_string())
            .bind(chain.to_string())
            .bind(item)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(crate) async fn item_seq_at(
        &self,
        instance: InstanceId,
        chain: ContactId,
        at: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT MIN(seq) FROM items WHERE instance = $1 AND chain = $2 AND at >= $3")
            .bind(instance.to_string())
            .bind(chain.to_string())
            .bind(at.0)
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get(0)?)
    }

    pub(crate) async fn last_seqs(&self, instance: InstanceId) -> Result<Vec<(ContactId, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT live.chain, (SELECT MAX(seq) FROM items WHERE instance = $1 AND items.chain = live.chain)
             FROM (SELECT DISTINCT chain FROM contacts WHERE instance = $1 AND ended = 0) AS live",
        )
        .bind(instance.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| Ok((parse_id(row.try_get::<&str, _>(0)?)?, row.try_get::<Option<i64>, _>(1)?.unwrap_or(0))))
            .collect()
    }

    pub(crate) async fn item_tokens(&self, instance: InstanceId) -> Result<Vec<TokenRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT chain, token, id, at FROM items WHERE instance = $1 AND token IS NOT NULL AND chain IN
             (SELECT chain FROM contacts WHERE instance = $1 AND ended = 0)",
        )
        .bind(instance.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(TokenRow {
                    chain: parse_id(row.try_get::<&str, _>(0)?)?,
                    token: row.try_get(1)?,
                    item: row.try_get(2)?,
                    at: Timestamp(row.try_get(3)?),
                })
            })
            .collect()
    }

    pub(crate) async fn receipts(
        &self,
        instance: InstanceId,
        chain: ContactId,
    ) -> Result<Vec<ReceiptRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT message, recipient, delivered_at, read_at FROM receipts WHERE instance = $1 AND chain = $2",
        )
        .bind(instance.to_string())
        .bind(chain.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ReceiptRow {
                    message: row.try_get(0)?,
                    recipient: row.try_get(1)?,
                    delivered_at: row.try_get::<Option<i64>, _>(2)?.map(Timestamp),
                    read_at: row.try_get::<Option<i64>, _>(3)?.map(Timestamp),
                })
            })
            .collect()
    }

    pub(crate) async fn events_after(&self, seq: i64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        let rows = sqlx::query("SELECT seq, instance, at, body FROM events WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(seq)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(EventRow {
                    seq: row.try_get(0)?,
                    instance: parse_id(row.try_get::<&str, _>(1)?)?,
                    at: Timestamp(row.try_get(2)?),
                    body: row.try_get(3)?,
                })
            })
            .collect()
    }

        }
    };
}
pub(crate) use implement_reads;

/// Reads a contact from a row of either engine.
macro_rules! contact_row {
    ($row:expr) => {
        Ok(ContactRow {
            id: parse_id($row.try_get::<&str, _>(0)?)?,
            chain: parse_id($row.try_get::<&str, _>(1)?)?,
            initiated_at: Timestamp($row.try_get(2)?),
            body: $row.try_get(3)?,
        })
    };
}
pub(crate) use contact_row;

/// Reads an id column.
pub(crate) fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, crate::StoreError> {
    text.parse().map_err(|_| crate::StoreError::Damaged(format!("'{text}' is not an id")))
}
