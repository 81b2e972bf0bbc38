//! The list `[[telephony.trunks]]` of the configuration file: which numbers come to this server.

use directory::Inventory;
use directory::inventory::{InventoryError, Stock};
use toml::{Table, Value};

use super::{ConfigError, Setting};

/// Section and key of the list.
pub(super) const PLACE: (&str, &str) = ("telephony", "trunks");
const NAME: &str = "telephony.trunks";

/// Every key with its meaning and an example, as comments: the list is empty unless the file fills it.
pub(super) const REFERENCE: &str = r#"
# Trunks, and the phone numbers that come with them, which instances can claim. One such part for each; there is none by
# default.
# [[telephony.trunks]]
# Name of the trunk, as errors and logs tell it.
# name = "carrier"
# Numbers and ranges. Country and type (DID, TOLL_FREE or UIFN) are told from the number unless an entry gives them.
# numbers = ["+12065550100-+12065550199", "+18005550100", { numbers = "+80012345678", country = "DE", type = "UIFN" }]
"#;

/// One trunk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trunk {
    /// What it is called.
    pub name: String,
    /// The numbers it brings.
    pub numbers: Vec<Stock>,
}

/// Reads the list.
pub(super) fn read(origin: &str, value: &Value) -> Result<Vec<Trunk>, ConfigError> {
    let list = value.as_array().and_then(|list| list.iter().map(Value::as_table).collect::<Option<Vec<_>>>());
    let list = list.ok_or_else(|| wrong(origin, NAME, "a list: [[telephony.trunks]]"))?;
    let trunks: Vec<_> = list.into_iter().map(|table| one(origin, table)).collect::<Result<_, _>>()?;
    for (index, trunk) in trunks.iter().enumerate() {
        if trunks[..index].iter().any(|other| other.name == trunk.name) {
            return Err(problem("name", format!("is there twice: {:?}", trunk.name)));
        }
    }
    Ok(trunks)
}

/// The numbers of all trunks.
pub(super) fn inventory(trunks: &[Trunk]) -> Result<Inventory, ConfigError> {
    let stocks = trunks.iter().flat_map(|trunk| trunk.numbers.clone()).collect();
    Inventory::new(stocks).map_err(|error| problem("numbers", error.to_string()))
}

fn one(origin: &str, table: &Table) -> Result<Trunk, ConfigError> {
    let mut trunk = Trunk { name: String::new(), numbers: Vec::new() };
    let mut numbers = None;
    for (key, value) in table {
        match key.as_str() {
            "name" => trunk.name = text(origin, "name", value)?,
            "numbers" => numbers = Some(value),
            _ => return Err(unknown(origin, key)),
        }
    }
    if trunk.name.is_empty() {
        return Err(problem("name", "is missing".to_owned()));
    }
    let Some(numbers) = numbers else { return Ok(trunk) };
    let expected = "a list of numbers and ranges";
    let list = numbers.as_array().ok_or_else(|| wrong(origin, &format!("{NAME}.numbers"), expected))?;
    for entry in list {
        trunk.numbers.push(stock(origin, &trunk.name, entry)?);
    }
    Ok(trunk)
}

/// One entry: a text, or a table with the text and what cannot be told from it.
fn stock(origin: &str, trunk: &str, entry: &Value) -> Result<Stock, ConfigError> {
    let of_trunk = |source: InventoryError| ConfigError::Numbers { trunk: trunk.to_owned(), source };
    let Some(table) = entry.as_table() else {
        return Stock::parse(&text(origin, "numbers", entry)?, None, None).map_err(of_trunk);
    };
    let (mut numbers, mut kind, mut country) = (String::new(), None, None);
    for (key, value) in table {
        match key.as_str() {
            "numbers" => numbers = text(origin, "numbers.numbers", value)?,
            "type" => kind = Some(text(origin, "numbers.type", value)?),
            "country" => country = Some(text(origin, "numbers.country", value)?),
            _ => return Err(unknown(origin, &format!("numbers.{key}"))),
        }
    }
    Stock::parse(&numbers, kind.as_deref(), country.as_deref()).map_err(of_trunk)
}

fn text(origin: &str, key: &str, value: &Value) -> Result<String, ConfigError> {
    String::from_value(value).ok_or_else(|| wrong(origin, &format!("{NAME}.{key}"), String::EXPECTED))
}

fn wrong(origin: &str, key: &str, expected: &'static str) -> ConfigError {
    ConfigError::Type { origin: origin.to_owned(), key: key.to_owned(), expected }
}

fn unknown(origin: &str, key: &str) -> ConfigError {
    ConfigError::Unknown { origin: origin.to_owned(), key: format!("{NAME}.{key}") }
}

fn problem(key: &str, reason: String) -> ConfigError {
    ConfigError::Provider { key: format!("{NAME}.{key}"), reason }
}

#[cfg(test)]
mod tests {
    use model::resource::PhoneNumberType;

    use super::*;

    fn load(text: &str) -> Result<Vec<Trunk>, String> {
        let table: Table = text.parse().expect("TOML");
        let trunks =
            read("FILE", &table["telephony"]["trunks"]).map_err(|error: ConfigError| error.to_string())?;
        inventory(&trunks).map_err(|error| error.to_string())?;
        Ok(trunks)
    }

    fn with_numbers(numbers: &str) -> Result<Vec<Trunk>, String> {
        load(&format!("[[telephony.trunks]]\nname = \"carrier\"\nnumbers = {numbers}"))
    }

    #[test]
    fn the_example_of_the_reference_is_read() {
        let example: String = REFERENCE
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with("[[") || line.contains(" = "))
            .map(|line| format!("{line}\n"))
            .collect();
        let trunk = load(&example).expect("reads").remove(0);
        let kinds: Vec<_> = trunk.numbers.iter().map(|stock| (stock.kind, stock.country.as_str())).collect();
        use PhoneNumberType::{Did, TollFree, Uifn};
        assert_eq!(kinds, [(Did, "US"), (TollFree, "US"), (Uifn, "DE")]);
        assert_eq!(trunk.name, "carrier");
    }

    #[test]
    fn mistakes_are_named() {
        let one = "[[telephony.trunks]]\nname = \"a\"\nnumbers = [\"+12065550100\"]\n";
        for (found, message) in [
            (
                load("[telephony]\ntrunks = 1"),
                "FILE: 'telephony.trunks' must be a list: [[telephony.trunks]]",
            ),
            (load("[[telephony.trunks]]\nnumbers = []"), "'telephony.trunks.name' is missing"),
            (
                load("[[telephony.trunks]]\nnane = \"a\""),
                "FILE: there is no key 'telephony.trunks.nane'. `switchroom config` prints all keys",
            ),
            (load(&format!("{one}{one}")), "'telephony.trunks.name' is there twice: \"a\""),
            (
                load(&format!("{one}{}", one.replace("\"a\"", "\"b\""))),
                "'telephony.trunks.numbers' the number +12065550100 is there twice",
            ),
            (with_numbers("1"), "FILE: 'telephony.trunks.numbers' must be a list of numbers and ranges"),
            (with_numbers("[1]"), "FILE: 'telephony.trunks.numbers' must be a text"),
            (
                with_numbers("[\"0123\"]"),
                "'telephony.trunks.numbers' of the trunk \"carrier\": \"0123\" is neither a number such as +12065550100 nor a range such as +12065550100-+12065550199",
            ),
            (
                with_numbers("[{ numbers = \"+12065550100\", type = \"FREE\" }]"),
                "'telephony.trunks.numbers' of the trunk \"carrier\": there is no type \"FREE\"; types are DID, TOLL_FREE and UIFN",
            ),
        ] {
            assert_eq!(found.expect_err(message), message);
        }
    }
}
