//! The numbers that trunks bring to the server: what instances can claim (spec 02 §1.6). It comes from the
//! configuration and is an input of the decisions about phone numbers.

use model::resource::PhoneNumberType;
use phonenumber::Type;
use phonenumber::metadata::DATABASE;

/// Why numbers of the configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    /// Not a number or range.
    #[error("{0:?} is neither a number such as +12065550100 nor a range such as +12065550100-+12065550199")]
    Form(String),
    /// The ends of a range do not fit together.
    #[error("the range {0:?} must go up, within one length of number")]
    Order(String),
    /// The range is too long.
    #[error("the range {0:?} has more than {MOST_IN_RANGE} numbers; split it")]
    Long(String),
    /// No country is known for the number.
    #[error(
        "the country of {0:?} cannot be told from the number; write {{ numbers = {0:?}, country = \"US\" }}"
    )]
    Country(String),
    /// The range begins in one country and ends in another, or so with types.
    #[error("the range {0:?} does not lie in one country with one type; split it")]
    Mixed(String),
    /// A country is not two letters.
    #[error("{0:?} is not a country; use two letters such as US")]
    CountryForm(String),
    /// There is no such type.
    #[error("there is no type {0:?}; types are DID, TOLL_FREE and UIFN")]
    Type(String),
    /// Two entries hold the same number.
    #[error("the number {0} is there twice")]
    Twice(String),
}

/// Most numbers of one range.
pub const MOST_IN_RANGE: u64 = 1_000_000;

/// Numbers without a gap that share country and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    first: u64,
    last: u64,
    /// Who pays.
    pub kind: PhoneNumberType,
    /// ISO 3166 alpha-2.
    pub country: String,
}

impl Stock {
    /// Reads a number or a range. Type and country are told from the number unless they are given.
    pub fn parse(text: &str, kind: Option<&str>, country: Option<&str>) -> Result<Self, InventoryError> {
        let owned = || text.to_owned();
        let parts: Vec<&str> = text.split('-').map(str::trim).collect();
        let ends: Option<Vec<u64>> = parts.iter().map(|part| digits(part)).collect();
        let (first, last) = match ends.as_deref() {
            Some([one]) => (*one, *one),
            Some([first, last]) => (*first, *last),
            _ => return Err(InventoryError::Form(owned())),
        };
        if first > last || first.ilog10() != last.ilog10() {
            return Err(InventoryError::Order(owned()));
        }
        if last - first >= MOST_IN_RANGE {
            return Err(InventoryError::Long(owned()));
        }
        let given = kind.map(read_type).transpose()?;
        let country = country.map(read_country).transpose()?;
        let [from, to] = [first, last].map(|end| told(&e164(end)));
        let kind = match given {
            Some(kind) => kind,
            None if from.0 == to.0 => from.0,
            None => return Err(InventoryError::Mixed(owned())),
        };
        let country = match country {
            Some(country) => country,
            None if from.1 == to.1 => from.1.ok_or_else(|| InventoryError::Country(owned()))?,
            None => return Err(InventoryError::Mixed(owned())),
        };
        Ok(Self { first, last, kind, country })
    }
}

/// All stocks of the server, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory(Vec<Stock>);

impl Inventory {
    /// An inventory in which every number is there once.
    pub fn new(mut stocks: Vec<Stock>) -> Result<Self, InventoryError> {
        stocks.sort_by_key(|stock| stock.first);
        let twice = stocks.windows(2).find(|pair| pair[1].first <= pair[0].last);
        match twice {
            Some(pair) => Err(InventoryError::Twice(e164(pair[1].first))),
            None => Ok(Self(stocks)),
        }
    }

    /// Whether there are no numbers at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stock that holds this number.
    pub fn stock_of(&self, number: &str) -> Option<&Stock> {
        let number = digits(number)?;
        let after = self.0.partition_point(|stock| stock.first <= number);
        self.0[..after].last().filter(|stock| number <= stock.last)
    }

    /// The numbers of a country and type that begin with these digits and come after a number, ascending.
    pub fn numbers<'a>(
        &'a self,
        country: &'a str,
        kind: PhoneNumberType,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = String> + 'a {
        let after = after.and_then(digits).unwrap_or(0);
        let wanted = self.0.iter().filter(move |stock| stock.kind == kind && stock.country == country);
        wanted.filter_map(move |stock| within(stock, prefix, after)).flatten().map(e164)
    }
}

/// The numbers of a stock with these first digits, beyond a number.
fn within(stock: &Stock, prefix: &str, after: u64) -> Option<std::ops::RangeInclusive<u64>> {
    let length = stock.first.ilog10() + 1;
    let (mut first, mut last) = (stock.first.max(after.saturating_add(1)), stock.last);
    if !prefix.is_empty() {
        let unit = 10_u64.pow(length.checked_sub(prefix.len() as u32)?);
        let start = prefix.parse::<u64>().ok()?.checked_mul(unit)?;
        first = first.max(start);
        last = last.min(start.saturating_add(unit - 1));
    }
    Some(first..=last)
}

/// The digits of a number in E.164.
fn digits(text: &str) -> Option<u64> {
    crate::rules::phone_number("", text).ok()?;
    text.strip_prefix('+')?.parse().ok()
}

fn e164(number: u64) -> String {
    format!("+{number}")
}

/// Type and country as the numbering plans have them.
fn told(number: &str) -> (PhoneNumberType, Option<String>) {
    let Ok(parsed) = phonenumber::parse(None, number) else { return (PhoneNumberType::Did, None) };
    let kind = match parsed.number_type(&DATABASE) {
        Type::TollFree if parsed.country().code() == 800 => PhoneNumberType::Uifn,
        Type::TollFree => PhoneNumberType::TollFree,
        _ => PhoneNumberType::Did,
    };
    let country = parsed.country().id().map(|id| id.as_ref().to_owned());
    (kind, country.filter(|country| is_country(country)))
}

fn read_type(name: &str) -> Result<PhoneNumberType, InventoryError> {
    use PhoneNumberType::{Did, TollFree, Uifn};
    PhoneNumberType::parse(name)
        .filter(|kind| matches!(kind, Did | TollFree | Uifn))
        .ok_or_else(|| InventoryError::Type(name.to_owned()))
}

fn read_country(text: &str) -> Result<String, InventoryError> {
    if is_country(text) { Ok(text.to_owned()) } else { Err(InventoryError::CountryForm(text.to_owned())) }
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<Stock, InventoryError> {
        Stock::parse(text, None, None)
    }

    #[test]
    fn type_and_country_are_told_from_the_number() {
        use PhoneNumberType::{Did, TollFree, Uifn};
        for (text, kind, country) in [
            ("+12065550100", Did, "US"),
            ("+12065550100-+12065550199", Did, "US"),
            ("+18005550100", TollFree, "US"),
            ("+16135550100", Did, "CA"),
            ("+493012345678", Did, "DE"),
            ("+498001234567", TollFree, "DE"),
            ("+442079460100 - +442079460199", Did, "GB"),
        ] {
            let stock = one(text).expect(text);
            assert_eq!((stock.kind, stock.country.as_str()), (kind, country), "{text}");
        }
        let given = Stock::parse("+80012345678", None, Some("DE")).expect("a country is given");
        assert_eq!((given.kind, given.country.as_str()), (Uifn, "DE"));
        let given = Stock::parse("+4930123456", Some("TOLL_FREE"), Some("AT")).expect("both are given");
        assert_eq!((given.kind, given.country.as_str()), (TollFree, "AT"));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, problem) in [
            ("2065550100", InventoryError::Form("2065550100".into())),
            ("+1206555x", InventoryError::Form("+1206555x".into())),
            ("+1-+2-+3", InventoryError::Form("+1-+2-+3".into())),
            ("+12065550199-+12065550100", InventoryError::Order("+12065550199-+12065550100".into())),
            ("+4930999-+49301000", InventoryError::Order("+4930999-+49301000".into())),
            ("+12060000000-+12069999999", InventoryError::Long("+12060000000-+12069999999".into())),
            ("+80012345678", InventoryError::Country("+80012345678".into())),
        ] {
            assert_eq!(one(text), Err(problem), "{text}");
        }
        let wrong = |kind, country| Stock::parse("+12065550100", kind, country).expect_err("is wrong");
        assert_eq!(wrong(Some("SHORT_CODE"), None), InventoryError::Type("SHORT_CODE".into()));
        assert_eq!(wrong(None, Some("USA")), InventoryError::CountryForm("USA".into()));
        let stocks = ["+12065550100-+12065550109", "+12065550105"].map(|text| one(text).expect(text));
        assert_eq!(Inventory::new(stocks.to_vec()), Err(InventoryError::Twice("+12065550105".into())));
    }

    #[test]
    fn numbers_are_found_and_listed() {
        let stocks = ["+12065550108-+12065550112", "+12065550100", "+493012345678"];
        let inventory = Inventory::new(stocks.map(|text| one(text).expect(text)).to_vec()).expect("apart");
        let listed = |country, prefix, after| -> Vec<String> {
            inventory.numbers(country, PhoneNumberType::Did, prefix, after).collect()
        };
        let us =
            ["+12065550100", "+12065550108", "+12065550109", "+12065550110", "+12065550111", "+12065550112"];
        assert_eq!(listed("US", "", None), us);
        assert_eq!(listed("US", "1206555011", None), us[3..]);
        assert_eq!(listed("US", "", Some("+12065550109")), us[3..]);
        assert_eq!(listed("US", "1206555010", Some("+12065550105")), us[1..3]);
        assert_eq!(listed("US", "1206555010012345", None), [""; 0]);
        assert_eq!(listed("DE", "", None), ["+493012345678"]);
        assert_eq!(inventory.numbers("US", PhoneNumberType::TollFree, "", None).count(), 0);
        for (number, there) in
            [("+12065550100", true), ("+12065550110", true), ("+12065550101", false), ("x", false)]
        {
            assert_eq!(inventory.stock_of(number).is_some(), there, "{number}");
        }
    }
}
