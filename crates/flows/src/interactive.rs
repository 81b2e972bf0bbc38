//! Interactive chat messages: the templates, their limits, and what a customer's selection says (spec 05 D16).

use serde_json::Value;

/// Media type of a template sent to the customer.
pub const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
/// Media type of a customer's selection.
pub const INTERACTIVE_RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";
/// Most bytes of a template.
pub const SIZE_LIMIT: usize = 20 * 1024;

/// What is wrong with an interactive message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct TemplateProblem {
    /// Where, such as `data.content.elements[2].title`.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// Checks that a text is one of the templates. Lengths of shown texts are the client's business (they are cut off
/// there); everything else must hold.
pub fn check(content: &str) -> Result<(), TemplateProblem> {
    if content.len() > SIZE_LIMIT {
        return problem("", "is larger than 20 KB");
    }
    let Ok(message) = serde_json::from_str(content) else {
        return problem("", "is not JSON");
    };
    envelope(&message, "", &["ListPicker", "TimePicker", "Panel", "QuickReply", "Carousel"])
}

/// The text that a customer's message says: the selection of a template's answer, else the message itself.
pub fn selected_text(text: &str, content_type: &str) -> String {
    if content_type == INTERACTIVE_RESPONSE || text.trim_start().starts_with('{') {
        let answer: Option<Value> = serde_json::from_str(text).ok();
        if let Some(selection) = answer.as_ref().and_then(|answer| answer.get("selectionText")?.as_str()) {
            return selection.to_owned();
        }
    }
    text.to_owned()
}

impl std::fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "it" } else { &self.path };
        write!(f, "The interactive message is not valid: {path} {}.", self.reason)
    }
}

type Checked = Result<(), TemplateProblem>;

fn problem(path: &str, reason: impl Into<String>) -> Checked {
    Err(TemplateProblem { path: path.to_owned(), reason: reason.into() })
}

fn envelope(message: &Value, path: &str, allowed: &[&str]) -> Checked {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let kind = message.get("templateType").and_then(Value::as_str).unwrap_or_default();
    if !allowed.contains(&kind) {
        return problem(&at("templateType"), format!("is not one of {}", allowed.join(", ")));
    }
    if message.get("version").and_then(Value::as_str) != Some("1.0") {
        return problem(&at("version"), "is not \"1.0\"");
    }
    let Some(content) = message.get("data").and_then(|data| data.get("content")) else {
        return problem(&at("data.content"), "is missing");
    };
    let path = at("data.content");
    title(content, &path)?;
    image(content, &path)?;
    match kind {
        "ListPicker" => elements(content, &path, 1..=6, element)?,
        "Panel" => elements(content, &path, 1..=10, element)?,
        "QuickReply" => elements(content, &path, 2..=5, title)?,
        "Carousel" => carousel(content, &path)?,
        _ => time_picker(content, &path)?,
    }
    match message.get("data").and_then(|data| data.get("replyMessage")) {
        Some(reply) => {
            let path = at("data.replyMessage");
            title(reply, &path)?;
            image(reply, &path)
        }
        None => Ok(()),
    }
}

fn title(item: &Value, path: &str) -> Checked {
    match item.get("title").and_then(Value::as_str) {
        Some(title) if !title.is_empty() => Ok(()),
        _ => problem(&format!("{path}.title"), "is missing"),
    }
}

fn image(item: &Value, path: &str) -> Checked {
    let data = item.get("imageData");
    if item.get("imageType").is_some_and(|kind| kind != "URL") {
        return problem(&format!("{path}.imageType"), "is not \"URL\"");
    }
    if data.is_some_and(|data| !data.as_str().is_some_and(is_web_address)) {
        return problem(&format!("{path}.imageData"), "is not a web address");
    }
    if item.get("imageDescription").is_some() && data.is_none() {
        return problem(&format!("{path}.imageDescription"), "stands without an image");
    }
    Ok(())
}

fn is_web_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn elements(
    content: &Value,
    path: &str,
    count: std::ops::RangeInclusive<usize>,
    check: impl Fn(&Value, &str) -> Checked,
) -> Checked {
    let items = list(content, "elements", path, count)?;
    items.iter().enumerate().try_for_each(|(index, item)| check(item, &format!("{path}.elements[{index}]")))
}

fn list<'a>(
    content: &'a Value,
    name: &str,
    path: &str,
    count: std::ops::RangeInclusive<usize>,
) -> Result<&'a [Value], TemplateProblem> {
    match content.get(name).and_then(Value::as_array) {
        Some(items) if count.contains(&items.len()) => Ok(items),
        _ => Err(TemplateProblem {
            path: format!("{path}.{name}"),
            reason: format!("must have {} to {} entries", count.start(), count.end()),
        }),
    }
}

fn element(item: &Value, path: &str) -> Checked {
    title(item, path)?;
    image(item, path)?;
    let action = item.get("actionDetail");
    if action.is_some_and(|action| action != "PREVIOUS_OPTIONS" && action != "SHOW_MORE") {
        return problem(&format!("{path}.actionDetail"), "is neither PREVIOUS_OPTIONS nor SHOW_MORE");
    }
    let is_link = item.get("type").is_some_and(|kind| kind == "hyperlink");
    if is_link && !item.get("url").and_then(Value::as_str).is_some_and(is_web_address) {
        return problem(&format!("{path}.url"), "is not a web address");
    }
    Ok(())
}

fn carousel(content: &Value, path: &str) -> Checked {
    let mut kind = None;
    elements(content, path, 2..=5, |item, path| {
        if !item.get("templateIdentifier").is_some_and(|id| id.is_string() || id.is_number()) {
            return problem(&format!("{path}.templateIdentifier"), "is missing");
        }
        envelope(item, path, &["ListPicker", "Panel"])
    })?;
    for item in content.get("elements").and_then(Value::as_array).into_iter().flatten() {
        if *kind.get_or_insert(&item["templateType"]) != &item["templateType"] {
            return problem(&format!("{path}.elements"), "mixes ListPicker and Panel");
        }
    }
    Ok(())
}

fn time_picker(content: &Value, path: &str) -> Checked {
    let within =
        |item: &Value, name: &str, path: &str, low: f64, high: f64, needed: bool| match item.get(name) {
            None if !needed => Ok(()),
            Some(number) if number.as_f64().is_some_and(|number| (low..=high).contains(&number)) => Ok(()),
            _ => problem(&format!("{path}.{name}"), format!("is not a number from {low} to {high}")),
        };
    within(content, "timeZoneOffset", path, -720.0, 840.0, false)?;
    if let Some(location) = content.get("location") {
        let path = format!("{path}.location");
        title(location, &path)?;
        within(location, "longitude", &path, -180.0, 180.0, true)?;
        within(location, "latitude", &path, -90.0, 90.0, true)?;
        within(location, "radius", &path, 0.0, 200.0, false)?;
    }
    for (index, slot) in list(content, "timeslots", path, 1..=40)?.iter().enumerate() {
        let path = format!("{path}.timeslots[{index}]");
        if !slot.get("date").and_then(Value::as_str).is_some_and(is_slot_date) {
            return problem(&format!("{path}.date"), "is not a date such as 2020-10-31T17:00+00:00");
        }
        within(slot, "duration", &path, 1.0, 3600.0, true)?;
    }
    Ok(())
}

/// `YYYY-MM-DDTHH:MM` with an offset; a dot in place of the colon of the offset is tolerated.
fn is_slot_date(text: &str) -> bool {
    let pattern = b"dddd-dd-ddTdd:dd";
    let bytes = text.as_bytes();
    let fits = |bytes: &[u8], pattern: &[u8]| {
        bytes.len() == pattern.len()
            && bytes.iter().zip(pattern).all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                b's' => matches!(byte, b'+' | b'-'),
                b'.' => matches!(byte, b'.' | b':'),
                wanted => byte == wanted,
            })
    };
    let Some((date, offset)) = bytes.split_at_checked(pattern.len()) else { return false };
    fits(date, pattern) && (offset == b"Z" || fits(offset, b"sdd.dd"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(kind: &str, content: Value) -> Value {
        json!({"templateType": kind, "version": "1.0", "data": {"content": content}})
    }

    #[test]
    fn templates_hold_or_name_their_problem() {
        let items =
            |count: usize| -> Value { (0..count).map(|n| json!({"title": format!("o{n}")})).collect() };
        let panel = |id: &str| {
            let mut panel = template("Panel", json!({"title": "t", "elements": items(2)}));
            panel["templateIdentifier"] = json!(id);
            panel
        };
        let list_in_carousel = {
            let mut list = template("ListPicker", json!({"title": "t", "elements": items(2)}));
            list["templateIdentifier"] = json!("b");
            list
        };
        let slot = json!({"date": "2020-10-31T17:00+00:00", "duration": 60});
        for (message, expected) in [
            (template("ListPicker", json!({"title": "t", "elements": items(6)})), None),
            (
                template("ListPicker", json!({"title": "t", "elements": items(7)})),
                Some("data.content.elements"),
            ),
            (template("ListPicker", json!({"elements": items(2)})), Some("data.content.title")),
            (template("Panel", json!({"title": "t", "elements": items(10)})), None),
            (
                template("QuickReply", json!({"title": "t", "elements": items(1)})),
                Some("data.content.elements"),
            ),
            (
                template("QuickReply", json!({"title": "t", "elements": [{"title": "a"}, {}]})),
                Some("data.content.elements[1].title"),
            ),
            (
                template("Panel", json!({"title": "t", "imageDescription": "x", "elements": items(1)})),
                Some("data.content.imageDescription"),
            ),
            (
                template(
                    "ListPicker",
                    json!({"title": "t", "elements": [{"title": "x", "actionDetail": "MORE"}]}),
                ),
                Some("data.content.elements[0].actionDetail"),
            ),
            (template("Carousel", json!({"title": "t", "elements": [panel("a"), panel("b")]})), None),
            (
                template("Carousel", json!({"title": "t", "elements": [panel("a"), list_in_carousel]})),
                Some("data.content.elements"),
            ),
            (template("TimePicker", json!({"title": "t", "timeslots": [slot]})), None),
            (
                template(
                    "TimePicker",
                    json!({"title": "t", "timeslots": [{"date": "soon", "duration": 60}]}),
                ),
                Some("data.content.timeslots[0].date"),
            ),
            (
                template("TimePicker", json!({"title": "t", "timeZoneOffset": 900, "timeslots": [slot]})),
                Some("data.content.timeZoneOffset"),
            ),
            (template("Wheel", json!({"title": "t"})), Some("templateType")),
            (json!([]), Some("templateType")),
        ] {
            let found = check(&message.to_string()).err().map(|problem| problem.path);
            assert_eq!(found.as_deref(), expected, "{message}");
        }
        assert_eq!(check("{").map_err(|problem| problem.reason), Err("is not JSON".to_owned()));
        let sized = |bytes: usize| {
            let empty = template("Panel", json!({"title": "", "elements": items(1)})).to_string().len();
            template("Panel", json!({"title": "x".repeat(bytes - empty), "elements": items(1)})).to_string()
        };
        assert_eq!(sized(SIZE_LIMIT).len(), SIZE_LIMIT);
        assert_eq!(check(&sized(SIZE_LIMIT)), Ok(()));
        let problem = check(&sized(SIZE_LIMIT + 1)).expect_err("is too large");
        assert_eq!(problem.to_string(), "The interactive message is not valid: it is larger than 20 KB.");
    }

    #[test]
    fn reads_selections() {
        let answer = r#"{"templateIdentifier":"t0","listTitle":"California","selectionText":"Book hotels"}"#;
        assert_eq!(selected_text(answer, INTERACTIVE_RESPONSE), "Book hotels");
        assert_eq!(selected_text("Book hotels", INTERACTIVE_RESPONSE), "Book hotels");
        assert_eq!(selected_text("{not json", "text/plain"), "{not json");
    }
}
