/** Says how numbers come into the inventory. */
import Box from "@cloudscape-design/components/box";
import { useI18n } from "@kit/i18n";

/** What an operator writes into the configuration file. */
const example = `[[telephony.trunks]]
name = "carrier"
numbers = ["+12065550100-+12065550199", "+18005550100"]`;

export function InventoryHelp() {
  const { t } = useI18n();
  return (
    <div data-testid="inventory-help">
      <Box color="inherit">{t("phoneNumbers.inventory")}</Box>
      <Box variant="pre" textAlign="left" display="inline-block" padding={{ top: "xs" }}>
        {example}
      </Box>
    </div>
  );
}
