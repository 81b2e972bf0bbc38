//! The server engine: PostgreSQL, or whatever speaks its protocol.

use std::time::Duration;

use model::{ContactId, InstanceId, Timestamp};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row};

use crate::logs::{change_sql, flow_log_sql, implement_logs};
use crate::reads::{contact_row, implement_reads, parse_id};
use crate::rows::*;
use crate::{Batch, StoreError, batch_rows};

macro_rules! search_sql {
    ($column:literal, $beyond:literal, $order:literal) => {
        concat!(
            "SELECT id, chain, ",
            $column,
            ", body FROM contacts WHERE instance = $1 AND ",
            $column,
            " BETWEEN $2 AND $3
             AND ($4 = '[]' OR channel IN (SELECT jsonb_array_elements_text(CAST($4 AS JSONB))))
             AND ($5 = '[]' OR queue IN (SELECT jsonb_array_elements_text(CAST($5 AS JSONB))))
             AND ($6 = '[]' OR agent IN (SELECT jsonb_array_elements_text(CAST($6 AS JSONB))))
             AND ($7 = '[]' OR initiation_method IN (SELECT jsonb_array_elements_text(CAST($7 AS JSONB))))
             AND (CAST($8 AS BIGINT) IS NULL OR (",
            $column,
            ", id) ",
            $beyond,
            " ($8, $9))
             ORDER BY ",
            $column,
            " ",
            $order,
            ", id ",
            $order,
            " LIMIT $10"
        )
    };
}

implement_reads!(Postgres, search_sql);
implement_logs!(Postgres);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS documents (
  instance TEXT COLLATE \"C\" NOT NULL, kind TEXT COLLATE \"C\" NOT NULL, id TEXT COLLATE \"C\" NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, kind, id));
CREATE TABLE IF NOT EXISTS contacts (
  instance TEXT COLLATE \"C\" NOT NULL, id TEXT COLLATE \"C\" NOT NULL, chain TEXT COLLATE \"C\" NOT NULL, ended BIGINT NOT NULL,
  channel TEXT NOT NULL, initiation_method TEXT NOT NULL, initiated_at BIGINT NOT NULL,
  connected_at BIGINT, disconnected_at BIGINT, queue TEXT, agent TEXT, body TEXT NOT NULL,
  PRIMARY KEY (instance, id));
CREATE INDEX IF NOT EXISTS contacts_live ON contacts (instance, chain) WHERE ended = 0;
CREATE INDEX IF NOT EXISTS contacts_chain ON contacts (instance, chain);
CREATE INDEX IF NOT EXISTS contacts_initiated ON contacts (instance, initiated_at, id);
CREATE TABLE IF NOT EXISTS items (
  instance TEXT COLLATE \"C\" NOT NULL, chain TEXT COLLATE \"C\" NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  contact TEXT NOT NULL, at BIGINT NOT NULL, token TEXT, visibility TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, chain, seq));
CREATE TABLE IF NOT EXISTS receipts (
  instance TEXT COLLATE \"C\" NOT NULL, chain TEXT COLLATE \"C\" NOT NULL, message TEXT NOT NULL, recipient TEXT NOT NULL,
  delivered_at BIGINT, read_at BIGINT,
  PRIMARY KEY (instance, chain, message, recipient));
CREATE TABLE IF NOT EXISTS events (
  seq BIGSERIAL PRIMARY KEY, instance TEXT COLLATE \"C\" NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS flow_logs (
  seq BIGSERIAL PRIMARY KEY, instance TEXT COLLATE \"C\" NOT NULL, at BIGINT NOT NULL,
  contact TEXT COLLATE \"C\" NOT NULL, flow TEXT COLLATE \"C\" NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (
  seq BIGSERIAL PRIMARY KEY, instance TEXT COLLATE \"C\" NOT NULL, at BIGINT NOT NULL,
  kind TEXT COLLATE \"C\" NOT NULL, resource TEXT COLLATE \"C\" NOT NULL, name TEXT NOT NULL,
  author TEXT COLLATE \"C\" NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS flow_logs_at ON flow_logs (instance, at, seq);
CREATE INDEX IF NOT EXISTS flow_logs_contact ON flow_logs (instance, contact, at, seq);
CREATE INDEX IF NOT EXISTS flow_logs_flow ON flow_logs (instance, flow, at, seq);
CREATE INDEX IF NOT EXISTS changes_at ON changes (instance, at, seq);
CREATE INDEX IF NOT EXISTS changes_kind ON changes (instance, kind, at, seq);
CREATE INDEX IF NOT EXISTS changes_resource ON changes (instance, resource, at, seq);
";

/// A pool of connections; clones share it.
#[derive(Clone, Debug)]
pub struct Postgres {
    writer: PgPool,
    readers: PgPool,
}

impl Postgres {
    /// Connects and creates the tables that are missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let connect = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                .connect(url)
        };
        let writer = connect(2).await?;
        // Servers that start at the same time make the tables one after the other.
        let mut transaction = writer.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock(7723)").execute(&mut *transaction).await?;
        sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Self { writer, readers: connect(4).await? })
    }

    pub(crate) async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        for (sql, rows) in [
            (DELETE_DOCUMENTS, batch_rows::documents(batch, false)),
            (PUT_DOCUMENTS, batch_rows::documents(batch, true)),
            (PUT_CONTACTS, batch_rows::contacts(batch)),
            (PUT_ITEMS, batch_rows::items(batch)),
            (PUT_RECEIPTS, batch_rows::receipts(batch)),
            (PUT_EVENTS, batch_rows::events(batch)),
            (PUT_FLOW_LOGS, batch_rows::flow_logs(batch)),
            (PUT_CHANGES, batch_rows::changes(batch)),
        ] {
            if !rows.is_empty() {
                sqlx::query(sql).bind(Value::Array(rows).to_string()).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn trim_events(&self, seq: i64) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM events WHERE seq <= $1").bind(seq).execute(&self.writer).await?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn delete_instance(&self, instance: InstanceId) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        for sql in [
            "DELETE FROM documents WHERE instance = $1",
            "DELETE FROM contacts WHERE instance = $1",
            "DELETE FROM items WHERE instance = $1",
            "DELETE FROM receipts WHERE instance = $1",
            "DELETE FROM flow_logs WHERE instance = $1",
            "DELETE FROM changes WHERE instance = $1",
        ] {
            sqlx::query(sql).bind(instance.to_string()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

const PUT_DOCUMENTS: &str = "INSERT INTO documents (instance, kind, id, body)
 SELECT v ->> 0, v ->> 1, v ->> 2, v ->> 3 FROM json_array_elements(CAST($1 AS JSON)) AS v
 ON CONFLICT (instance, kind, id) DO UPDATE SET body = excluded.body";
const DELETE_DOCUMENTS: &str = "DELETE FROM documents WHERE (instance, kind, id) IN
 (SELECT v ->> 0, v ->> 1, v ->> 2 FROM json_array_elements(CAST($1 AS JSON)) AS v)";
const PUT_CONTACTS: &str = "INSERT INTO contacts (instance, id, chain, ended, channel, initiation_method,
   initiated_at, connected_at, disconnected_at, queue, agent, body)
 SELECT v ->> 0, v ->> 1, v ->> 2, CAST(v ->> 3 AS BIGINT), v ->> 4, v ->> 5, CAST(v ->> 6 AS BIGINT),
   CAST(v ->> 7 AS BIGINT), CAST(v ->> 8 AS BIGINT), v ->> 9, v ->> 10, v ->> 11
   FROM json_array_elements(CAST($1 AS JSON)) AS v
 ON CONFLICT (instance, id) DO UPDATE SET ended = excluded.ended, connected_at = excluded.connected_at,
   disconnected_at = excluded.disconnected_at, queue = excluded.queue, agent = excluded.agent, body = excluded.body";
const PUT_ITEMS: &str = "INSERT INTO items (instance, chain, seq, id, contact, at, token, visibility, body)
 SELECT v ->> 0, v ->> 1, CAST(v ->> 2 AS BIGINT), v ->> 3, v ->> 4, CAST(v ->> 5 AS BIGINT), v ->> 6, v ->> 7,
   v ->> 8 FROM json_array_elements(CAST($1 AS JSON)) AS v";
const PUT_RECEIPTS: &str = "INSERT INTO receipts (instance, chain, message, recipient, delivered_at, read_at)
 SELECT v ->> 0, v ->> 1, v ->> 2, v ->> 3, CAST(v ->> 4 AS BIGINT), CAST(v ->> 5 AS BIGINT)
   FROM json_array_elements(CAST($1 AS JSON)) AS v
 ON CONFLICT (instance, chain, message, recipient) DO UPDATE SET
   delivered_at = coalesce(receipts.delivered_at, excluded.delivered_at),
   read_at = coalesce(receipts.read_at, excluded.read_at)";
const PUT_EVENTS: &str = "INSERT INTO events (instance, at, body)
 SELECT v ->> 0, CAST(v ->> 1 AS BIGINT), v ->> 2
   FROM json_array_elements(CAST($1 AS JSON)) WITH ORDINALITY AS rows (v, position) ORDER BY position";
const PUT_FLOW_LOGS: &str = "INSERT INTO flow_logs (instance, at, contact, flow, body)
 SELECT v ->> 0, CAST(v ->> 1 AS BIGINT), v ->> 2, v ->> 3, v ->> 4
   FROM json_array_elements(CAST($1 AS JSON)) WITH ORDINALITY AS rows (v, position) ORDER BY position";
const PUT_CHANGES: &str = "INSERT INTO changes (instance, at, kind, resource, name, author, body)
 SELECT v ->> 0, CAST(v ->> 1 AS BIGINT), v ->> 2, v ->> 3, v ->> 4, v ->> 5, v ->> 6
   FROM json_array_elements(CAST($1 AS JSON)) WITH ORDINALITY AS rows (v, position) ORDER BY position";
