//! What calls cost: processor time and memory per call, on packets in memory.
//!
//! `cargo run --release -p media --example media_bench [CALLS] [SECONDS]`
//!
//! A call is two telephones that talk all the time, or one that listens to music. The figure is the share of one core that
//! a call takes in real time, without the system calls of sockets and without making the packets that come in.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;

use media::codec::{Codec, Encoder, Rate};
use media::prompt::{Prompt, PromptId, PromptLibrary};
use media::rtp::{Header, write_header};
use media::sdp::{AudioFormat, Direction};
use media::session::command::{Command, LegId, LegKeys, LegSpec, Party, PlayId, RecordingId, Seat, Source};
use media::session::{Channel, Outlet, Session, SessionConfig};
use media::srtp::{MasterKey, Outbound, Suite};
use media::{Latching, MediaTime};

/// Counts what is sent and looks at it.
#[derive(Default)]
struct Wire {
    datagrams: u64,
    bytes: u64,
}

impl Outlet for Wire {
    fn send(&mut self, _: LegId, _: Channel, _: Option<SocketAddr>, datagram: &[u8]) {
        self.datagrams += 1;
        self.bytes += black_box(datagram).len() as u64;
    }
}

#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    codecs: &'static [Codec],
    recorded: bool,
    encrypted: bool,
    target: &'static str,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "relayed, G.711",
        codecs: &[Codec::Pcmu, Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "0.08",
    },
    Scenario {
        name: "relayed, Opus",
        codecs: &[Codec::Opus, Codec::Opus],
        recorded: false,
        encrypted: false,
        target: "0.08",
    },
    Scenario {
        name: "relayed, SRTP both sides",
        codecs: &[Codec::Pcmu, Codec::Pcmu],
        recorded: false,
        encrypted: true,
        target: "",
    },
    Scenario {
        name: "recorded, G.711",
        codecs: &[Codec::Pcmu, Codec::Pcmu],
        recorded: true,
        encrypted: false,
        target: "0.14",
    },
    Scenario {
        name: "queued with music, G.711",
        codecs: &[Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "0.05",
    },
    Scenario {
        name: "queued with music, Opus",
        codecs: &[Codec::Opus],
        recorded: false,
        encrypted: false,
        target: "0.05",
    },
    Scenario {
        name: "A-law to µ-law",
        codecs: &[Codec::Pcma, Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "",
    },
    Scenario {
        name: "G.722 to µ-law",
        codecs: &[Codec::G722, Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "",
    },
    Scenario {
        name: "Opus to µ-law",
        codecs: &[Codec::Opus, Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "",
    },
    Scenario {
        name: "Opus to µ-law, recorded",
        codecs: &[Codec::Opus, Codec::Pcmu],
        recorded: true,
        encrypted: false,
        target: "",
    },
    Scenario {
        name: "three parties, G.711",
        codecs: &[Codec::Pcmu, Codec::Pcma, Codec::Pcmu],
        recorded: false,
        encrypted: false,
        target: "",
    },
];

/// One telephone's packets.
struct Phone {
    leg: LegId,
    address: SocketAddr,
    header: Header,
    units: u32,
    keys: Option<Outbound>,
    datagram: Vec<u8>,
}

impl Phone {
    fn next(&mut self, payload: &[u8]) -> &mut [u8] {
        self.datagram.clear();
        write_header(&self.header, &mut self.datagram);
        self.datagram.extend_from_slice(payload);
        if let Some(keys) = &mut self.keys {
            keys.protect(&mut self.datagram).expect("the packet is in order");
        }
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(self.units);
        &mut self.datagram
    }
}

fn voice(rate: Rate) -> Vec<i16> {
    let hertz = f64::from(rate.hertz());
    (0..rate.hertz())
        .map(|at| {
            let time = f64::from(at) / hertz;
            let swell = 0.6 + 0.4 * (time * 2.0 * std::f64::consts::TAU).sin();
            let sum: f64 = (1..8)
                .map(|k| (time * 130.0 * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k))
                .sum();
            (sum * swell * 7_000.0) as i16
        })
        .collect()
}

fn payloads(codec: Codec) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(codec, Rate::Narrow);
    let frames = voice(Rate::Narrow);
    let encoded = frames.chunks_exact(160).map(|frame| {
        let mut payload = Vec::new();
        encoder.encode(frame, &mut payload);
        payload
    });
    encoded.collect()
}

fn key(number: u8) -> MasterKey {
    MasterKey::new([number; 30])
}

fn spec(leg: u8, codec: Codec, encrypted: bool) -> LegSpec {
    let suite = Suite::AesCm128HmacSha1_80;
    LegSpec {
        party: if leg == 1 { Party::Customer } else { Party::Agent },
        format: AudioFormat { codec, send: 96, receive: 96 },
        events: Some((101, 101)),
        direction: Direction::SendRecv,
        remote: Some(SocketAddr::from(([192, 0, 2, leg], 4_000))),
        remote_rtcp: None,
        latching: Latching::Symmetric,
        keys: encrypted.then(|| LegKeys { suite, ours: key(leg), theirs: key(10 + leg) }),
        ssrc: u32::from(leg),
        first_sequence: 1,
        first_timestamp: 1,
        silent_after_ms: None,
    }
}

fn call(scenario: &Scenario, library: &PromptLibrary, wire: &mut Wire) -> (Session, Vec<Phone>) {
    let now = MediaTime::from_millis(0);
    let mut session = Session::new(now, SessionConfig { rate: Rate::Narrow, cname: "bench".into() });
    let mut apply = |command| session.apply(now, command, library, wire).expect("the command is in order");
    let mut phones = Vec::new();
    for (index, codec) in scenario.codecs.iter().enumerate() {
        let number = index as u8 + 1;
        let leg = LegId(u64::from(number));
        apply(Command::AddLeg { leg, spec: Box::new(spec(number, *codec, scenario.encrypted)) });
        apply(Command::Bridge { seats: vec![(leg, Seat::Talk)] });
        let suite = Suite::AesCm128HmacSha1_80;
        phones.push(Phone {
            leg,
            address: SocketAddr::from(([192, 0, 2, number], 4_000)),
            header: Header {
                marker: false,
                payload_type: 96,
                sequence: 1,
                timestamp: 1,
                ssrc: 77 + u32::from(number),
            },
            units: codec.frame_units(),
            keys: scenario
                .encrypted
                .then(|| Outbound::new(suite, &key(10 + number)).expect("a key of 30 bytes")),
            datagram: Vec::new(),
        });
    }
    if scenario.codecs.len() == 1 {
        let sources = vec![Source::Prompt(PromptId(1))];
        apply(Command::Play { leg: LegId(1), play: PlayId(1), sources, repeat: true });
    }
    if scenario.recorded {
        apply(Command::StartRecording { recording: RecordingId(1), spec: Default::default() });
    }
    (session, phones)
}

/// Nanoseconds that this thread ran.
fn processor_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("its first number")
}

/// Bytes in use by the process.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux tells it");
    let pages: usize =
        text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("its second number");
    pages * 4_096
}

fn measure(scenario: &Scenario, calls: usize, seconds: u64, library: &PromptLibrary) {
    let sounds: Vec<Vec<Vec<u8>>> = scenario.codecs.iter().map(|codec| payloads(*codec)).collect();
    let mut wire = Wire::default();
    let before = memory();
    let mut running: Vec<(Session, Vec<Phone>)> =
        (0..calls).map(|_| call(scenario, library, &mut wire)).collect();
    let mut used = 0;
    for frame in 0..seconds * 50 {
        let now = MediaTime::from_millis(frame * 20);
        let mut datagrams = Vec::with_capacity(calls * scenario.codecs.len());
        for (_, phones) in &mut running {
            for (phone, sound) in phones.iter_mut().zip(&sounds) {
                datagrams.push(phone.next(&sound[frame as usize % sound.len()]).to_vec());
            }
        }
        let start = processor_time();
        let mut next = datagrams.iter_mut();
        for (session, phones) in &mut running {
            for phone in phones {
                let datagram = next.next().expect("one for each telephone");
                session.receive(now, phone.leg, phone.address, datagram, &mut wire);
            }
            session.tick(now, &mut wire);
            while let Some(event) = session.poll_event() {
                black_box(event);
            }
        }
        used += processor_time() - start;
    }
    let share = used as f64 / (seconds * calls as u64) as f64 / 1e9 * 100.0;
    let memory = (memory().saturating_sub(before)) as f64 / calls as f64 / 1_048_576.0;
    println!("| {} | {share:.3} % | {} | {memory:.3} MB |", scenario.name, scenario.target);
    assert!(wire.bytes > 0 && wire.datagrams as usize > calls, "the calls were heard");
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>().expect("a number"));
    let calls = arguments.next().unwrap_or(200);
    let seconds = arguments.next().unwrap_or(10);
    let Some(scenario) = arguments.next() else {
        println!("| call | of one core | target | memory |\n|---|---:|---:|---:|");
        // Each in a process of its own, so that none finds memory that another has left.
        for (index, scenario) in SCENARIOS.iter().enumerate() {
            let program = std::env::current_exe().expect("the program has a path");
            let numbers = [calls, seconds, index].map(|number| number.to_string());
            let status =
                std::process::Command::new(program).args(numbers).status().expect("the program can be run");
            assert!(status.success(), "{} was not measured", scenario.name);
        }
        return;
    };
    let mut library = PromptLibrary::default();
    let music =
        Prompt::new(&voice(Rate::Narrow), 8_000, &[Rate::Narrow], &Codec::ALL).expect("8 kHz is supported");
    library.insert(PromptId(1), Arc::new(music));
    measure(&SCENARIOS[scenario], calls, seconds as u64, &library);
}
