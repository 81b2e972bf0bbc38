//! The embedded engine: one SQLite file in write-ahead mode, one writer, several readers.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use model::{ContactId, InstanceId, Timestamp};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection, SqlitePool};

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
             AND ($4 = '[]' OR channel IN (SELECT value FROM json_each($4)))
             AND ($5 = '[]' OR queue IN (SELECT value FROM json_each($5)))
             AND ($6 = '[]' OR agent IN (SELECT value FROM json_each($6)))
             AND ($7 = '[]' OR initiation_method IN (SELECT value FROM json_each($7)))
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

implement_reads!(Sqlite, search_sql);
implement_logs!(Sqlite);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS documents (
  instance TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contacts (
  instance TEXT NOT NULL, id TEXT NOT NULL, chain TEXT NOT NULL, ended INTEGER NOT NULL,
  channel TEXT NOT NULL, initiation_method TEXT NOT NULL, initiated_at INTEGER NOT NULL,
  connected_at INTEGER, disconnected_at INTEGER, queue TEXT, agent TEXT, body TEXT NOT NULL,
  PRIMARY KEY (instance, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contacts_live ON contacts (instance, chain) WHERE ended = 0;
CREATE INDEX IF NOT EXISTS contacts_chain ON contacts (instance, chain);
CREATE INDEX IF NOT EXISTS contacts_initiated ON contacts (instance, initiated_at, id);
CREATE TABLE IF NOT EXISTS items (
  instance TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
  contact TEXT NOT NULL, at INTEGER NOT NULL, token TEXT, visibility TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, chain, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipts (
  instance TEXT NOT NULL, chain TEXT NOT NULL, message TEXT NOT NULL, recipient TEXT NOT NULL,
  delivered_at INTEGER, read_at INTEGER,
  PRIMARY KEY (instance, chain, message, recipient)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS flow_logs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, at INTEGER NOT NULL,
  contact TEXT NOT NULL, flow TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, resource TEXT NOT NULL, name TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS flow_logs_at ON flow_logs (instance, at, seq);
CREATE INDEX IF NOT EXISTS flow_logs_contact ON flow_logs (instance, contact, at, seq);
CREATE INDEX IF NOT EXISTS flow_logs_flow ON flow_logs (instance, flow, at, seq);
CREATE INDEX IF NOT EXISTS changes_at ON changes (instance, at, seq);
CREATE INDEX IF NOT EXISTS changes_kind ON changes (instance, kind, at, seq);
CREATE INDEX IF NOT EXISTS changes_resource ON changes (instance, resource, at, seq);
";

/// A handle to the open file; clones share it.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens or creates the file and the tables.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(&format!("sqlite://{}", path.display()))
            .unwrap_or_else(|_| SqliteConnectOptions::new())
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Full: a commit is on the disk when it returns, even if the machine loses power.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::raw_sql(SCHEMA).execute(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(1)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self { writer, readers })
    }

    pub(crate) async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut connection = self.writer.acquire().await?;
        let result = write(&mut connection, batch).await;
        if result.is_err() {
            // A full disk may have rolled back already, or not: the state of this connection is not worth guessing.
            connection.close_on_drop();
        }
        Ok(result?)
    }

    pub(crate) async fn trim_events(&self, seq: i64) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM events WHERE seq <= $1").bind(seq).execute(&self.writer).await?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn delete_instance(&self, instance: InstanceId) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
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

async fn write(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    // One statement a table: the rows travel as one JSON array, which costs far less than a call per row.
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
    transaction.commit().await
}

const PUT_DOCUMENTS: &str = "INSERT INTO documents (instance, kind, id, body)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
 ON CONFLICT (instance, kind, id) DO UPDATE SET body = excluded.body";
const DELETE_DOCUMENTS: &str = "DELETE FROM documents WHERE (instance, kind, id) IN
 (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1))";
const PUT_CONTACTS: &str = "INSERT INTO contacts (instance, id, chain, ended, channel, initiation_method,
   initiated_at, connected_at, disconnected_at, queue, agent, body)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
   value ->> 8, value ->> 9, value ->> 10, value ->> 11 FROM json_each($1) WHERE true
 ON CONFLICT (instance, id) DO UPDATE SET ended = excluded.ended, connected_at = excluded.connected_at,
   disconnected_at = excluded.disconnected_at, queue = excluded.queue, agent = excluded.agent, body = excluded.body";
const PUT_ITEMS: &str = "INSERT INTO items (instance, chain, seq, id, contact, at, token, visibility, body)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
   value ->> 8 FROM json_each($1)";
const PUT_RECEIPTS: &str = "INSERT INTO receipts (instance, chain, message, recipient, delivered_at, read_at)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1) WHERE true
 ON CONFLICT (instance, chain, message, recipient) DO UPDATE SET
   delivered_at = coalesce(receipts.delivered_at, excluded.delivered_at),
   read_at = coalesce(receipts.read_at, excluded.read_at)";
const PUT_EVENTS: &str = "INSERT INTO events (instance, at, body)
 SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) ORDER BY key";
const PUT_FLOW_LOGS: &str = "INSERT INTO flow_logs (instance, at, contact, flow, body)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) ORDER BY key";
const PUT_CHANGES: &str = "INSERT INTO changes (instance, at, kind, resource, name, author, body)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
   FROM json_each($1) ORDER BY key";
