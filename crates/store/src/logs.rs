//! The two logs people search, flow logs and the change history: reading a stretch, and trimming what is too old.

/// The text of a query for a stretch of a log. The filter that `$lead` names has an index of its own.
macro_rules! stretch_sql {
    ($columns:literal, $filters:literal, $lead:literal, $beyond:literal, $order:literal) => {
        concat!(
            "SELECT at, seq, ",
            $columns,
            " WHERE instance = $1 AND at BETWEEN $2 AND $3 AND (at, seq) ",
            $beyond,
            " ($4, $5) AND ",
            $lead,
            $filters,
            " ORDER BY at ",
            $order,
            ", seq ",
            $order,
            " LIMIT $6"
        )
    };
    ($columns:literal, $filters:literal, $lead:literal, $ascending:expr) => {
        if $ascending {
            $crate::logs::stretch_sql!($columns, $filters, $lead, ">", "ASC")
        } else {
            $crate::logs::stretch_sql!($columns, $filters, $lead, "<", "DESC")
        }
    };
}
pub(crate) use stretch_sql;

macro_rules! flow_log_sql {
    ($lead:literal, $ascending:expr) => {
        $crate::logs::stretch_sql!(
            "flow, body FROM flow_logs",
            " AND (CAST($7 AS TEXT) IS NULL OR contact = $7) AND (CAST($8 AS TEXT) IS NULL OR flow = $8)",
            $lead,
            $ascending
        )
    };
}
pub(crate) use flow_log_sql;

macro_rules! change_sql {
    ($lead:literal, $ascending:expr) => {
        $crate::logs::stretch_sql!(
            "kind, resource, name, author, body FROM changes",
            " AND (CAST($7 AS TEXT) IS NULL OR kind = $7) AND (CAST($8 AS TEXT) IS NULL OR resource = $8)
              AND (CAST($9 AS TEXT) IS NULL OR author = $9)",
            $lead,
            $ascending
        )
    };
}
pub(crate) use change_sql;

/// Implements the logs for an engine with pools `readers` and `writer`.
macro_rules! implement_logs {
    ($engine:ty) => {
        impl $engine {
            pub(crate) async fn flow_logs(
                &self,
                instance: InstanceId,
                filter: &FlowLogFilter,
                stretch: &Stretch,
            ) -> Result<Vec<FlowLogRow>, StoreError> {
                let sql = match filter {
                    FlowLogFilter { contact: Some(_), .. } => {
                        flow_log_sql!("contact = $7", stretch.ascending)
                    }
                    FlowLogFilter { flow: Some(_), .. } => flow_log_sql!("flow = $8", stretch.ascending),
                    _ => flow_log_sql!("TRUE", stretch.ascending),
                };
                let (behind, (from, to)) = (stretch.behind(), stretch.moments());
                let rows = sqlx::query(sql)
                    .bind(instance.to_string())
                    .bind(from.0)
                    .bind(to.0)
                    .bind(behind.at.0)
                    .bind(behind.seq)
                    .bind(i64::from(stretch.limit))
                    .bind(filter.contact.as_deref())
                    .bind(filter.flow.as_deref())
                    .fetch_all(&self.readers)
                    .await?;
                rows.iter()
                    .map(|row| {
                        let place = Place { at: Timestamp(row.try_get(0)?), seq: row.try_get(1)? };
                        Ok(FlowLogRow { place, flow: row.try_get(2)?, body: row.try_get(3)? })
                    })
                    .collect()
            }

            pub(crate) async fn changes(
                &self,
                instance: InstanceId,
                filter: &ChangeFilter,
                stretch: &Stretch,
            ) -> Result<Vec<ChangeRow>, StoreError> {
                let sql = match filter {
                    ChangeFilter { resource: Some(_), .. } => change_sql!("resource = $8", stretch.ascending),
                    ChangeFilter { kind: Some(_), .. } => change_sql!("kind = $7", stretch.ascending),
                    _ => change_sql!("TRUE", stretch.ascending),
                };
                let (behind, (from, to)) = (stretch.behind(), stretch.moments());
                let rows = sqlx::query(sql)
                    .bind(instance.to_string())
                    .bind(from.0)
                    .bind(to.0)
                    .bind(behind.at.0)
                    .bind(behind.seq)
                    .bind(i64::from(stretch.limit))
                    .bind(filter.kind.as_deref())
                    .bind(filter.resource.as_deref())
                    .bind(filter.author.as_deref())
                    .fetch_all(&self.readers)
                    .await?;
                rows.iter()
                    .map(|row| {
                        Ok(ChangeRow {
                            place: Place { at: Timestamp(row.try_get(0)?), seq: row.try_get(1)? },
                            kind: row.try_get(2)?,
                            resource: row.try_get(3)?,
                            name: row.try_get(4)?,
                            author: row.try_get(5)?,
                            body: row.try_get(6)?,
                        })
                    })
                    .collect()
            }

            pub(crate) async fn trim_flow_logs(
                &self,
                instance: InstanceId,
                before: Timestamp,
                limit: u32,
            ) -> Result<u64, StoreError> {
                let done = sqlx::query(
                    "DELETE FROM flow_logs WHERE seq IN (SELECT seq FROM flow_logs
                     WHERE instance = $1 AND at < $2 ORDER BY at, seq LIMIT $3)",
                )
                .bind(instance.to_string())
                .bind(before.0)
                .bind(i64::from(limit))
                .execute(&self.writer)
                .await?;
                Ok(done.rows_affected())
            }

            pub(crate) async fn trim_changes(
                &self,
                instance: InstanceId,
                before: Timestamp,
                limit: u32,
            ) -> Result<u64, StoreError> {
                let done = sqlx::query(
                    "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes
                     WHERE instance = $1 AND at < $2 ORDER BY at, seq LIMIT $3)",
                )
                .bind(instance.to_string())
                .bind(before.0)
                .bind(i64::from(limit))
                .execute(&self.writer)
                .await?;
                Ok(done.rows_affected())
            }
        }
    };
}
pub(crate) use implement_logs;
