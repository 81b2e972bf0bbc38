//! Durable chat messages end to end: sent by `SendMessage`, received on the other side's websocket.
//!
//! Customers and agents write in turns, each chat on a keep-alive connection of its own. A closed loop finds the most
//! messages per second; an open loop sends at a fixed rate whatever the answers do, and counts latency from the moment
//! a message was due, so that a server that stalls cannot hide it. A server acknowledges a message after its commit:
//! every acknowledged message must arrive once and in order.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use bench::figures::Latencies;
use bench::load::chats;
use bench::load::customer::{self, Chat};
use bench::load::http::Connection;
use bench::load::integrator::Integrator;
use bench::load::marked::{Book, Mark, Side};
use bench::load::server::Server;
use bench::load::socket::Socket;
use bench::load::{LoadError, Result};
use clap::Parser;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};

/// Chat messages per second, end to end.
#[derive(Parser)]
struct Arguments {
    /// The server's bootstrap.json.
    #[arg(long)]
    bootstrap: PathBuf,
    /// Chats at once; ten to an agent.
    #[arg(long, default_value_t = 200)]
    chats: usize,
    /// Length of each measurement, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Unmeasured seconds at the beginning.
    #[arg(long, default_value_t = 3)]
    warm_up: u64,
    /// Messages per second of the open loop; 0 = no open loop.
    #[arg(long, default_value_t = 5000)]
    rate: u32,
}

/// How messages are timed.
#[derive(Clone, Copy)]
enum Pace {
    /// The next message when the last is acknowledged.
    Closed,
    /// So many messages per second from all chats together.
    Open(u32),
}

/// How long messages may be under way when a measurement is over.
const STRAGGLERS: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(&arguments)),
        Err(error) => Err(LoadError::Socket(error.to_string())),
    };
    match result {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("chat_load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Value> {
    let server = Server::read(&arguments.bootstrap)?;
    let mut house = House::open(&server, arguments.chats).await?;
    house.measure(Pace::Closed, Duration::from_secs(arguments.warm_up)).await?;
    let length = Duration::from_secs(arguments.seconds);
    let closed = house.measure(Pace::Closed, length).await?;
    let open = match arguments.rate {
        0 => Value::Null,
        rate => house.measure(Pace::Open(rate), length).await?,
    };
    Ok(json!({
        "bench": "chat", "chats": arguments.chats, "agents": house.agents, "sockets": house.listeners.len(),
        "closed": closed, "open": open,
    }))
}

/// Customers and agents in conversation.
struct House {
    server: Server,
    begin: Instant,
    agents: usize,
    chats: Vec<Rc<Mutex<Line>>>,
    /// What each socket has received since the measurement began; customers first, then agents.
    books: Vec<Rc<RefCell<Book>>>,
    listeners: Vec<JoinHandle<Result<()>>>,
}

/// Both sides of a chat, as far as they write.
struct Line {
    connection: Connection,
    customer: HeaderMap,
    agent: HeaderMap,
}

impl House {
    async fn open(server: &Server, count: usize) -> Result<Self> {
        let begin = Instant::now();
        let instance = &server.instance;
        let mut integrator = Integrator::new(server);
        let flow = chats::flow(&mut integrator, instance).await?;
        let mut agents =
            chats::agents(&mut integrator, server, count.div_ceil(chats::CHATS_PER_AGENT)).await?;
        let mut connection = Connection::new(server.address);
        let customers = chats::start(&mut integrator, &mut connection, instance, &flow, count).await?;
        let mut house = House {
            server: server.clone(),
            begin,
            agents: agents.len(),
            chats: Vec::new(),
            books: Vec::new(),
            listeners: Vec::new(),
        };
        for customer in &customers {
            house.hear(&customer.socket, Side::Agent).await?;
        }
        for agent in &mut agents {
            let url = agent.socket().await?;
            house.hear(&url, Side::Customer).await?;
        }
        let accepted = chats::accept(&mut agents, count, Duration::from_secs(60)).await?;
        for Chat { contact, bearer, .. } in &customers {
            let agent = accepted.iter().find(|accepted| accepted.contact == *contact).ok_or_else(|| {
                LoadError::Incomplete { what: "the agents' panels".to_owned(), member: contact.clone() }
            })?;
            house.chats.push(Rc::new(Mutex::new(Line {
                connection: Connection::new(server.address),
                customer: bearer.clone(),
                agent: customer::bearer(&agent.token)?,
            })));
        }
        Ok(house)
    }

    /// Opens a socket and enters what it receives of the other side.
    async fn hear(&mut self, url: &str, other: Side) -> Result<()> {
        let socket = Socket::open(self.server.address, url).await?;
        let book = Rc::new(RefCell::new(Book::default()));
        let (mine, begin) = (book.clone(), self.begin);
        self.books.push(book);
        self.listeners.push(spawn_local(socket.listen(move |frame| {
            if let Some(mark) = Mark::find(frame).filter(|mark| mark.side == other) {
                mine.borrow_mut().enter(mark, nanos(begin));
            }
        })));
        Ok(())
    }

    async fn measure(&mut self, pace: Pace, length: Duration) -> Result<Value> {
        for book in &self.books {
            book.take();
        }
        let start = Instant::now();
        let until = start + length;
        let writers: Vec<_> = self
            .chats
            .iter()
            .enumerate()
            .map(|(chat, line)| {
                let interval = match pace {
                    Pace::Closed => None,
                    Pace::Open(rate) => Some(Duration::from_secs(self.chats.len() as u64) / rate),
                };
                let writer = Writer { line: line.clone(), chat, chats: self.chats.len(), begin: self.begin };
                spawn_local(writer.write(start, until, interval))
            })
            .collect();
        let mut acknowledged = Latencies::default();
        let (mut sent, mut errors, mut first_error) = (0, 0, None);
        let mut last = start;
        for writer in writers {
            let written = writer.await.map_err(|error| LoadError::Socket(error.to_string()))?;
            sent += written.sent;
            errors += written.errors;
            first_error = first_error.or(written.first_error);
            last = last.max(written.last.unwrap_or(start));
            acknowledged.append(written.acknowledged);
        }
        let deadline = Instant::now() + STRAGGLERS;
        while self.received() < sent && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await; // until the last push is there, bounded
        }
        if let Some(gone) = self.listeners.iter().position(JoinHandle::is_finished) {
            let result =
                (&mut self.listeners[gone]).await.map_err(|error| LoadError::Socket(error.to_string()))?;
            return Err(LoadError::Socket(format!("socket {gone} was closed by the server: {result:?}")));
        }
        let mut latencies = Latencies::default();
        let (mut received, mut disordered) = (0, 0);
        for book in &self.books {
            let book = book.take();
            received += book.received;
            disordered += book.disordered;
            latencies.append(book.latencies);
        }
        let seconds = last.duration_since(start).as_secs_f64();
        Ok(json!({
            "rate": match pace { Pace::Closed => None, Pace::Open(rate) => Some(rate) },
            "seconds": seconds, "acknowledged": sent, "received": received, "disordered": disordered,
            "lost": sent.saturating_sub(received + disordered), "errors": errors, "first_error": first_error,
            "messages_per_second": sent as f64 / seconds,
            "end_to_end": latencies.summary(), "acknowledgement": acknowledged.summary(),
        }))
    }

    fn received(&self) -> u64 {
        self.books.iter().map(|book| book.borrow().received + book.borrow().disordered).sum()
    }
}

/// The two sides of one chat, writing in turns.
struct Writer {
    line: Rc<Mutex<Line>>,
    chat: usize,
    chats: usize,
    begin: Instant,
}

/// What a writer did.
#[derive(Default)]
struct Written {
    sent: u64,
    errors: u64,
    first_error: Option<String>,
    acknowledged: Latencies,
    /// When the last answer came.
    last: Option<Instant>,
}

impl Writer {
    async fn write(self, start: Instant, until: Instant, interval: Option<Duration>) -> Written {
        let mut written = Written::default();
        let mut sequences = [0u32; 2];
        let mut line = self.line.lock().await;
        for number in 0u32.. {
            let due = match interval {
                // Spread over the interval, so that the chats do not write at the same moment.
                Some(interval) => start + interval * number + interval * self.chat as u32 / self.chats as u32,
                None => Instant::now(),
            };
            if due >= until {
                break;
            }
            sleep_until(due).await;
            let side = if number % 2 == 0 { Side::Customer } else { Side::Agent };
            let index = (number % 2) as usize;
            let mark = Mark {
                side,
                chat: self.chat,
                sequence: sequences[index],
                due: u64::try_from(due.duration_since(self.begin).as_nanos()).unwrap_or(u64::MAX),
            };
            // Clients of the published library give every message a token.
            let token = format!("{}-{index}-{}-{}", self.chat, mark.sequence, mark.due);
            let body = json!({"ContentType": "text/plain", "Content": mark.message(), "ClientToken": token});
            let Line { connection, customer, agent } = &mut *line;
            let bearer = if side == Side::Customer { &*customer } else { &*agent };
            match customer::participant(connection, "/participant/message", bearer, &body).await {
                Ok(_) => {
                    sequences[index] += 1;
                    written.sent += 1;
                    written.acknowledged.add(due.elapsed());
                }
                Err(error) => {
                    written.errors += 1;
                    written.first_error.get_or_insert(error.to_string());
                }
            }
            written.last = Some(Instant::now());
        }
        written
    }
}

fn nanos(begin: Instant) -> u64 {
    u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
