//! Pages of the logs people search: a stretch is read piece by piece, and what was not asked for or may not be seen is
//! left out. Work is bounded: a page may hold less than there is room for and still lead on.

use directory::Directory;
use engine::Engine;
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Place, Stretch};
use wire::{ApiError, Call, PageRequest};

use super::row::Answer;
use crate::{App, errors};

/// Lines looked at for one page.
const MOST_READ: usize = 5_000;
/// Lines read at once.
const PIECE: usize = 500;
/// The size of a page unless the caller says otherwise, and the largest.
const DEFAULT_PAGE: u32 = 100;
pub(super) const LARGEST_PAGE: u32 = 1_000;

/// Oldest or newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Order {
    Ascending,
    #[default]
    Descending,
}

/// What every search of a log asks for.
pub(super) struct Asked<'a> {
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
    pub order: Order,
    pub page: PageRequest<'a>,
    /// The member of the answer that holds the lines.
    pub member: &'static str,
    /// What tells this search from others: a token leads on in the same one only.
    pub scope: String,
}

/// A log that is searched.
pub(super) trait Log: Sync {
    /// One line of it.
    type Row: Send + Sync;

    /// A piece of what was asked for.
    fn read(
        &self,
        engine: &Engine,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Vec<Self::Row>, ApiError>> + Send;

    /// Where a line stands.
    fn place(row: &Self::Row) -> Place;

    /// Whether the caller may see a line.
    fn sees(&self, directory: &Directory, row: &Self::Row) -> bool;

    /// A line as it is answered; none if it is not one that was asked for.
    fn show(&self, row: Self::Row) -> Result<Option<Value>, ApiError>;
}

/// Answers a page.
pub(super) async fn answer<L: Log>(call: &Call<App>, engine: &Engine, asked: Asked<'_>, log: &L) -> Answer {
    let scope = format!("{} {} {}", call.operation, engine.id(), asked.scope);
    let pager = &call.state.pager;
    let size = pager.size(asked.page, DEFAULT_PAGE, LARGEST_PAGE)?;
    let after = pager.after(&scope, asked.page)?.map(|text| read_place(&text)).transpose()?;
    let moment = |seconds: Option<f64>, edge| {
        seconds.map_or(Timestamp(edge), |time| Timestamp((time * 1000.0) as i64))
    };
    let (from, to) = (moment(asked.start_time, i64::MIN), moment(asked.end_time, i64::MAX));
    if from > to {
        return Err(ApiError::invalid_parameter("StartTime lies after EndTime."));
    }
    let ascending = asked.order == Order::Ascending;
    let mut stretch = Stretch { from, to, ascending, after, limit: 0 };
    let (mut lines, mut looked_at) = (Vec::new(), 0);
    let mut next = None;
    'pieces: loop {
        let limit = if looked_at == 0 { (size + 1).min(PIECE) } else { PIECE };
        stretch.limit = limit as u32;
        let rows = log.read(engine, &stretch).await?;
        let full = rows.len() == limit;
        looked_at += rows.len();
        let seen = engine.read(|core, _| {
            let directory = core.directory();
            rows.iter().map(|row| log.sees(directory, row)).collect::<Vec<_>>()
        });
        let seen = seen.await.map_err(errors::engine)?;
        for (row, seen) in rows.into_iter().zip(seen) {
            if lines.len() == size {
                next = stretch.after;
                break 'pieces;
            }
            stretch.after = Some(L::place(&row));
            if seen {
                lines.extend(log.show(row)?);
            }
        }
        if !full {
            break;
        }
        if looked_at >= MOST_READ {
            next = stretch.after;
            break;
        }
    }
    let mut answer = json!({});
    answer[asked.member] = Value::Array(lines);
    if let Some(place) = next {
        answer["NextToken"] = json!(pager.token(&scope, &format!("{}/{}", place.at.0, place.seq)));
        answer["ReachedTime"] = json!(place.at.as_secs_f64());
    }
    Ok(answer)
}

fn read_place(text: &str) -> Result<Place, ApiError> {
    let place = text
        .split_once('/')
        .and_then(|(at, seq)| Some(Place { at: Timestamp(at.parse().ok()?), seq: seq.parse().ok()? }));
    place.ok_or_else(|| ApiError::invalid_parameter("NextToken is not valid."))
}
