/** The channels of routing: names, limits, and how a profile keeps them. */
import type { MediaConcurrency } from "@aws-sdk/client-connect";
import type { I18n } from "@kit/i18n";

export const channels = ["VOICE", "CHAT", "TASK", "EMAIL"] as const;
export type ChannelName = (typeof channels)[number];

/** Most contacts of a channel an agent can have at a time. */
export const mostOf: Record<ChannelName, number> = { VOICE: 1, CHAT: 10, TASK: 10, EMAIL: 10 };

export function channelText(channel: string | undefined, t: I18n["t"]): string {
  const known = channels.find((one) => one === channel);
  return known ? t(`channelName.${known}`) : (channel ?? "");
}

/** One channel of the form. */
export interface ChannelSetting {
  on: boolean;
  most: string;
  /** Other channels may ring while one of this channel is handled. */
  others: boolean;
}

export function readChannels(list: MediaConcurrency[] | undefined): Record<ChannelName, ChannelSetting> {
  const read = (channel: ChannelName): ChannelSetting => {
    const found = list?.find((one) => one.Channel === channel);
    return {
      on: Boolean(found),
      most: String(found?.Concurrency ?? (channel === "CHAT" ? 3 : 1)),
      others: found?.CrossChannelBehavior?.BehaviorType === "ROUTE_ANY_CHANNEL",
    };
  };
  return { VOICE: read("VOICE"), CHAT: read("CHAT"), TASK: read("TASK"), EMAIL: read("EMAIL") };
}

export function writeChannels(settings: Record<ChannelName, ChannelSetting>): MediaConcurrency[] {
  return channels
    .filter((channel) => settings[channel].on)
    .map((channel) => ({
      Channel: channel,
      Concurrency: Number(settings[channel].most),
      CrossChannelBehavior: {
        BehaviorType: settings[channel].others ? "ROUTE_ANY_CHANNEL" : "ROUTE_CURRENT_CHANNEL_ONLY",
      },
    }));
}
