//! What each leg is sent, decided from who sits where: relayed packets wherever that is enough.

use super::command::{LegId, Seat};
use crate::codec::Codec;

/// What of a leg the plan depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub id: LegId,
    pub seat: Seat,
    pub muted: bool,
    pub held: bool,
    /// Whether it may be sent anything.
    pub sends: bool,
    pub codec: Codec,
    pub playing: bool,
}

/// What a leg is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Nothing: the other side does not want any.
    Nothing,
    /// Silence, so that the line stays open.
    Silence,
    /// What is played to it alone.
    Player,
    /// The packets of the leg at that index, without decoding them.
    Relay(usize),
    /// The sum of all that it hears.
    Mix,
}

/// The legs that one of them hears, as a set of indices.
pub(crate) fn hears(places: &[Place], listener: usize) -> u32 {
    let me = &places[listener];
    if me.held || me.seat == Seat::Apart {
        return 0;
    }
    let mut set = 0;
    for (index, place) in places.iter().enumerate() {
        let to_me = match place.seat {
            Seat::Talk => true,
            Seat::Coach(to) => to == me.id && me.seat == Seat::Talk,
            Seat::Apart | Seat::Listen => false,
        };
        if index != listener && to_me && !place.muted && !place.held {
            set |= 1 << index;
        }
    }
    set
}

/// What a leg is sent, given whom it hears.
pub(crate) fn output(places: &[Place], listener: usize, heard: u32) -> Output {
    let me = &places[listener];
    match (me.sends, heard.count_ones(), me.playing) {
        (false, ..) => Output::Nothing,
        (true, 0, false) => Output::Silence,
        (true, 0, true) => Output::Player,
        (true, 1, false) if places[heard.trailing_zeros() as usize].codec == me.codec => {
            Output::Relay(heard.trailing_zeros() as usize)
        }
        _ => Output::Mix,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Output::{Mix, Nothing, Player, Relay, Silence};
    use Seat::{Apart, Coach, Listen, Talk};

    fn place(id: u64, seat: Seat, codec: Codec) -> Place {
        Place { id: LegId(id), seat, muted: false, held: false, sends: true, codec, playing: false }
    }

    fn plan(places: &[Place]) -> Vec<Output> {
        (0..places.len()).map(|index| output(places, index, hears(places, index))).collect()
    }

    #[test]
    fn two_of_one_codec_are_relayed() {
        let (a, b) = (place(1, Talk, Codec::Pcma), place(2, Talk, Codec::Pcma));
        assert_eq!(plan(&[a, b]), [Relay(1), Relay(0)]);
        assert_eq!(plan(&[a, place(2, Talk, Codec::Opus)]), [Mix, Mix]);
        assert_eq!(plan(&[a, Place { playing: true, ..b }]), [Relay(1), Mix]);
        assert_eq!(plan(&[a, Place { muted: true, ..b }]), [Silence, Relay(0)]);
        assert_eq!(plan(&[a, Place { held: true, ..b }]), [Silence, Silence]);
        assert_eq!(plan(&[a, Place { held: true, playing: true, ..b }]), [Silence, Player]);
        assert_eq!(plan(&[a, Place { sends: false, ..b }]), [Relay(1), Nothing]);
        assert_eq!(plan(&[a, place(2, Apart, Codec::Pcma)]), [Silence, Silence]);
    }

    #[test]
    fn supervisors_listen_coach_and_talk() {
        let (customer, agent) = (place(1, Talk, Codec::Pcmu), place(2, Talk, Codec::Pcmu));
        let supervisor = |seat| place(3, seat, Codec::Pcmu);
        assert_eq!(plan(&[customer, agent, supervisor(Listen)]), [Relay(1), Relay(0), Mix]);
        let coaching = [customer, agent, supervisor(Coach(LegId(2)))];
        assert_eq!(plan(&coaching), [Relay(1), Mix, Mix]);
        assert_eq!(hears(&coaching, 0), 0b010, "the customer does not hear the coach");
        assert_eq!(hears(&coaching, 1), 0b101);
        assert_eq!(hears(&coaching, 2), 0b011);
        assert_eq!(plan(&[customer, agent, supervisor(Talk)]), [Mix, Mix, Mix]);
        let listener = place(4, Listen, Codec::Pcmu);
        assert_eq!(
            hears(&[customer, agent, supervisor(Coach(LegId(4))), listener], 3),
            0b011,
            "listeners are not coached"
        );
    }
}
