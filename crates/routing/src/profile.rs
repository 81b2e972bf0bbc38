//! What an agent may be offered: channel limits, cross-channel rules and queue rows (spec 01 §10.1, 02 §11).

use model::resource::{BehaviorType, RoutingProfile};
use model::{Channel, QueueId};
use serde::{Deserialize, Serialize};

/// A routing profile as the router needs it; arrays are indexed by [`Channel::index`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Most contacts of each channel at once; 0 switches the channel off.
    pub max: [u32; 3],
    /// What may be offered beside a contact of the channel.
    pub cross_channel: [BehaviorType; 3],
    /// The queues served, in any order.
    pub rows: Vec<Row>,
    /// A waiting contact of a higher queue priority holds back lower ones even before its delay is over.
    pub strict_priority_includes_delayed: bool,
}

/// One queue and channel that a profile serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The queue.
    pub queue: QueueId,
    /// The channel of that queue.
    pub channel: Channel,
    /// 1 is served first.
    pub priority: u32,
    /// Milliseconds a contact must have waited in the queue before agents of this profile are offered it.
    pub delay_ms: i64,
}

impl Profile {
    /// The channels in which an agent with this many contacts per channel can take one more.
    ///
    /// A channel is open below its maximum, if every other channel the agent works in allows company.
    pub fn open_channels(&self, load: [u32; 3]) -> ChannelSet {
        let mut open = ChannelSet::EMPTY;
        for channel in Channel::ALL {
            let alone_in = |other: Channel| {
                load[other.index()] > 0
                    && self.cross_channel[other.index()] == BehaviorType::RouteCurrentChannelOnly
            };
            let below_limit = load[channel.index()] < self.max[channel.index()];
            if below_limit && !Channel::ALL.into_iter().any(|other| other != channel && alone_in(other)) {
                open.insert(channel);
            }
        }
        open
    }
}

impl From<&RoutingProfile> for Profile {
    /// Channels without an entry in `MediaConcurrencies` are off; seconds become milliseconds.
    fn from(resource: &RoutingProfile) -> Self {
        let mut profile =
            Profile { strict_priority_includes_delayed: resource.is_strict(), ..Profile::default() };
        for concurrency in &resource.media_concurrencies {
            let channel = concurrency.channel.index();
            profile.max[channel] = concurrency.concurrency;
            profile.cross_channel[channel] = concurrency.cross_channel_behavior.behavior_type;
        }
        profile.rows = (resource.queue_configs.iter())
            .map(|row| Row {
                queue: row.queue_id,
                channel: row.channel,
                priority: row.priority,
                delay_ms: i64::from(row.delay) * 1000,
            })
            .collect();
        profile
    }
}

/// A set of channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelSet(u8);

impl ChannelSet {
    /// No channel.
    pub const EMPTY: ChannelSet = ChannelSet(0);
    /// How many different sets there are; [`ChannelSet::index`] stays below.
    pub const COUNT: usize = 8;

    /// A dense index for arrays with one place per set.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All sets in the order of their indexes.
    pub fn all() -> impl Iterator<Item = ChannelSet> {
        (0..Self::COUNT as u8).map(ChannelSet)
    }

    /// Adds a channel.
    pub fn insert(&mut self, channel: Channel) {
        self.0 |= 1 << channel.index();
    }

    /// Whether the channel is in the set.
    pub const fn contains(self, channel: Channel) -> bool {
        self.0 & (1 << channel.index()) != 0
    }

    /// Whether the sets share a channel.
    pub const fn intersects(self, other: ChannelSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no channel is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The channels of the set.
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.into_iter().filter(move |&channel| self.contains(channel))
    }
}

impl FromIterator<Channel> for ChannelSet {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        let mut set = ChannelSet::EMPTY;
        channels.into_iter().for_each(|channel| set.insert(channel));
        set
    }
}
