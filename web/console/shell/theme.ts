/** The Switchroom theme for Cloudscape: the same colours as the agent pages. */
import type { Theme } from "@cloudscape-design/components/theming";

const accent = { light: "#0b6b74", dark: "#4cc1cc" };
const accentHover = { light: "#08565d", dark: "#74d3dc" };
const onAccent = { light: "#ffffff", dark: "#06262a" };
const soft = { light: "#dff0f1", dark: "#14363b" };
const onNotice = "#ffffff";

export const theme: Theme = {
  tokens: {
    fontFamilyBase:
      '"Inter", "Open Sans", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
    colorBackgroundButtonPrimaryDefault: accent,
    colorBackgroundButtonPrimaryHover: accentHover,
    colorBackgroundButtonPrimaryActive: accentHover,
    colorTextButtonPrimaryDefault: onAccent,
    colorTextButtonPrimaryHover: onAccent,
    colorTextButtonPrimaryActive: onAccent,
    colorBorderButtonNormalDefault: accent,
    colorBorderButtonNormalHover: accentHover,
    colorTextButtonNormalDefault: accent,
    colorTextButtonNormalHover: accentHover,
    colorBackgroundButtonNormalHover: soft,
    colorTextLinkDefault: accent,
    colorTextLinkHover: accentHover,
    colorTextAccent: accent,
    colorBorderItemFocused: { light: "#1467c7", dark: "#7db8ff" },
    colorBackgroundControlChecked: accent,
    colorBackgroundSegmentActive: accent,
    colorTextSegmentActive: onAccent,
    colorBorderItemSelected: accent,
    colorBackgroundItemSelected: soft,
    borderRadiusButton: "8px",
    borderRadiusContainer: "12px",
    borderRadiusInput: "8px",
  },
  contexts: {
    // Notices have a coloured ground of their own.
    flashbar: {
      tokens: {
        colorTextButtonNormalDefault: onNotice,
        colorTextButtonNormalHover: onNotice,
        colorBorderButtonNormalDefault: onNotice,
        colorBorderButtonNormalHover: onNotice,
        colorBackgroundButtonNormalHover: "rgba(0, 0, 0, 0.2)",
        colorTextLinkDefault: onNotice,
        colorTextLinkHover: onNotice,
      },
    },
  },
};
