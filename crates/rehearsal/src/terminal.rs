//! A conversation in a terminal: what is typed is what the customer writes, and lines that begin with `/` do the rest.

use std::io::{self, BufRead, Write};

use crate::play::{Place, Play};
use crate::script::duration;

const HELP: &str = "What you type is what the customer writes or presses. Besides:
  /wait 30s    time passes (s, m, h)
  /return      the customer comes back
  /answer      an agent takes the waiting contact
  /leave       the agent leaves
  /where       where the contact is
  /value PATH  the value of a reference, such as Attributes.topic
  /quit        stop";

/// Plays until the contact has ended, the input ends or `/quit`.
pub fn converse(play: &mut Play, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HELP}\n")?;
    let mut line = String::new();
    loop {
        show(play, out)?;
        if matches!(play.place(), Place::Ended | Place::Failed) {
            let reason = play.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
            return writeln!(out, "— the contact has {}{reason}", play.place());
        }
        write!(out, "> ")?;
        out.flush()?;
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return writeln!(out);
        }
        let text = line.trim();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "" => {}
            "/quit" => return Ok(()),
            "/help" => writeln!(out, "{HELP}")?,
            "/wait" => match duration(rest) {
                Some(time) => play.passes(time),
                None => writeln!(out, "— a time such as 30s, 2m or 1h")?,
            },
            "/return" => play.returns(),
            "/answer" => told(play.agent_answers(), out)?,
            "/leave" => told(play.agent_leaves(), out)?,
            "/where" => place(play, out)?,
            "/value" => match play.stage.value(rest.trim_start_matches("$.")) {
                Some(value) => writeln!(out, "— {value}")?,
                None => writeln!(out, "— no value")?,
            },
            command if command.starts_with('/') => {
                writeln!(out, "— there is no {command}; /help lists what there is")?
            }
            _ if play.awaits_customer() => play.says(text),
            _ => {
                writeln!(out, "— nobody listens now; see /where")?;
                play.says(text);
            }
        }
    }
}

fn show(play: &mut Play, out: &mut dyn Write) -> io::Result<()> {
    while let Some(text) = play.heard() {
        writeln!(out, "  {text}")?;
    }
    for note in play.notes() {
        writeln!(out, "— {note}")?;
    }
    Ok(())
}

fn told(result: Result<(), String>, out: &mut dyn Write) -> io::Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(reason) => writeln!(out, "— {reason}"),
    }
}

fn place(play: &Play, out: &mut dyn Write) -> io::Result<()> {
    let queue = play.queue().map(|queue| format!(", queue {queue}")).unwrap_or_default();
    let block = play.block().map(|block| format!(", block {block:?}")).unwrap_or_default();
    writeln!(out, "— {}{queue}{block}", play.place())
}
