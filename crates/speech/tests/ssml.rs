//! Speech markup: what every documented element does, what is ignored, what is refused.

use proptest::prelude::*;
use speech::{Plan, Prosody, Segment, TextError};

/// The plan in one line: words, `~ms` for pauses, `!ms` for bleeps, `#name` for marks, styles in brackets.
fn plan(inside: &str) -> String {
    shown(&format!("<speak>{inside}</speak>"), "en-US")
}

fn shown(markup: &str, language: &str) -> String {
    match Plan::of_ssml(markup, language) {
        Ok(plan) => plan.segments.iter().map(segment).collect::<Vec<_>>().join(" | "),
        Err(error) => format!("error: {error}"),
    }
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Pause(ms) => format!("~{ms}"),
        Segment::Bleep(ms) => format!("!{ms}"),
        Segment::Mark(name) => format!("#{name}"),
        Segment::Words(words) => {
            let Prosody { rate, pitch, gain } = words.style.prosody;
            let mut styles = Vec::new();
            styles.extend(words.style.language.clone());
            styles.extend((rate != 1.0).then(|| format!("rate {rate}")));
            styles.extend((pitch != 1.0).then(|| format!("pitch {pitch}")));
            styles.extend((gain != 0.0).then(|| format!("gain {gain}")));
            styles.extend(words.style.whispered.then(|| "whispered".to_owned()));
            let styles = if styles.is_empty() { String::new() } else { format!("[{}] ", styles.join(", ")) };
            format!("{styles}{}", words.text)
        }
    }
}

#[test]
fn the_documented_elements() {
    for (markup, expected) in [
        ("Hello,\n   world", "Hello, world"),
        ("a &amp; b &lt; c &#233; <![CDATA[<d>]]>", "a & b < c é <d>"),
        ("<!-- no --><?pi no?>yes", "yes"),
        (r#"one<break time="3s"/>two"#, "one | ~3000 | two"),
        (r#"one<break time="250ms"/>two"#, "one | ~250 | two"),
        (r#"one<break time="10s"></break>"#, "one | ~10000"),
        (
            r#"one<break/>two<break strength="x-strong"/>three<break strength="none"/>four"#,
            "one | ~200 | two | ~800 | three four",
        ),
        (r#"Say <lang xml:lang="fr-FR">bonjour</lang> now"#, "Say | [fr-FR] bonjour | now"),
        (r#"a <mark name="here"/> b"#, "a | #here | b"),
        ("<p>One.</p><p>Two.</p>", "One. | ~800 | Two."),
        ("before <p><s>One.</s><s>Two.</s></p> after", "before | ~800 | One. | ~400 | Two. | ~800 | after"),
        (r#"<p>One.</p><break time="1s"/>Two"#, "One. | ~1000 | Two"),
        (r#"You say <phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>."#, "You say pecan."),
        (
            r#"<prosody rate="slow" pitch="+10%" volume="loud">x</prosody>"#,
            "[rate 0.75, pitch 1.1, gain 6] x",
        ),
        (
            r#"<prosody rate="150%"><prosody volume="-6dB">x</prosody> y</prosody>"#,
            "[rate 1.5, gain -6] x | [rate 1.5] y",
        ),
        (r#"<prosody volume="silent">x</prosody>"#, "[gain -inf] x"),
        (
            r#"The <sub alias="World Wide Web Consortium">W3C</sub> says"#,
            "The World Wide Web Consortium says",
        ),
        (r#"Please <w role="amazon:VB">read</w> it"#, "Please read it"),
        (r#"<amazon:effect name="whispered">secret</amazon:effect> known"#, "[whispered] secret | known"),
        (r#"Balance <say-as interpret-as="characters">A1-b</say-as> euros"#, "Balance ay 1 dash B euros"),
        (r#"No <say-as interpret-as="expletive">darn</say-as> way"#, "No | !320 | way"),
    ] {
        assert_eq!(plan(markup), expected, "{markup}");
    }
}

#[test]
fn what_is_not_known_is_ignored_and_its_text_kept() {
    for (markup, expected) in [
        (r#"<audio src="x.mp3">instead</audio> after"#, "instead after"),
        (r#"<amazon:domain name="news">From London.</amazon:domain>"#, "From London."),
        (r#"<amazon:effect vocal-tract-length="+15%">big</amazon:effect>"#, "big"),
        (r#"<emphasis level="strong">so</emphasis> <unknown a="b">what</unknown>"#, "so what"),
        (r#"<say-as interpret-as="currency">$5</say-as>"#, "$5"),
        (r#"<say-as interpret-as="date">soon</say-as>"#, "soon"),
        (r#"<sub alias="x"><prosody rate="nonsense">y</prosody></sub>"#, "x"),
    ] {
        assert_eq!(plan(markup), expected, "{markup}");
    }
}

#[test]
fn say_as() {
    for (language, attributes, text, expected) in [
        ("en-US", "spell-out", "cat", "C ay T"),
        ("en-US", "characters", "a@b.c", "ay at B dot C"),
        ("en-US", "digits", "1234", "1 2 3 4"),
        ("en-US", "telephone", "+1 (555) 010-4477", "plus 1, 5 5 5, 0 1 0, 4 4 7 7"),
        ("en-US", "telephone", "5550104477x12", "5 5 5 0 1 0 4 4 7 7, extension 1 2"),
        ("en-US", "cardinal", "12,345", "twelve thousand three hundred forty-five"),
        ("en-US", "number", "-3.14", "minus three point one four"),
        ("en-US", "number", "1000000", "one million"),
        ("en-US", "number", "12,34", "12,34"),
        ("en-US", "number", "99999999999999999999", "99999999999999999999"),
        ("en-US", "ordinal", "1", "first"),
        ("en-US", "ordinal", "22nd", "twenty-second"),
        ("en-US", "ordinal", "112", "one hundred twelfth"),
        ("en-US", "ordinal", "30", "thirtieth"),
        ("en-US", "fraction", "1/2", "one half"),
        ("en-US", "fraction", "2 3/4", "two and three quarters"),
        ("en-US", "fraction", "1+5/20", "one and five twentieths"),
        ("en-US", "fraction", "1/0", "1/0"),
        ("en-US", "unit", "5kg", "five kilograms"),
        ("en-US", "unit", "1/2inch", "one half inches"),
        ("en-US", "date", "9/22/2018", "September twenty-second, twenty eighteen"),
        ("en-GB", "date", "22/9/2018", "the twenty-second of September, twenty eighteen"),
        ("en-US", r#"date" format="dmy"#, "1-2-1905", "February first, nineteen oh five"),
        ("en-US", r#"date" format="md"#, "12/25", "December twenty-fifth"),
        ("en-US", r#"date" format="my"#, "3/2000", "March two thousand"),
        ("en-US", r#"date" format="yyyymmdd"#, "20190922", "September twenty-second, twenty nineteen"),
        ("en-US", r#"date" format="yyyymmdd"#, "????0922", "September twenty-second"),
        ("en-US", "date", "2024-02-29", "February twenty-ninth, twenty twenty-four"),
        ("en-US", "date", "13/13/2018", "13/13/2018"),
        ("en-US", "time", "1'21\"", "one minute twenty-one seconds"),
        ("en-US", "time", "14:30", "fourteen thirty"),
        ("en-US", "time", "2:05pm", "two oh five P M"),
        ("en-US", "time", "25:00", "25:00"),
        ("en-US", "address", "1 Main St", "1 Main St"),
        ("de-DE", "cardinal", "1.234,5", "eintausendzweihundertvierunddreißig Komma fünf"),
        ("de-DE", "cardinal", "2.000.001", "zwei Millionen eins"),
        ("de-DE", "ordinal", "21.", "einundzwanzigster"),
        ("de-DE", "ordinal", "3", "dritter"),
        ("de-DE", "fraction", "3/4", "drei Viertel"),
        ("de-DE", "date", "7.10.1989", "siebter Oktober neunzehnhundertneunundachtzig"),
        ("de-DE", "time", "13:05", "dreizehn Uhr fünf"),
        ("de-DE", "unit", "1km", "ein Kilometer"),
        ("de-DE", "unit", "1min", "eine Minute"),
        ("de-DE", "characters", "ä.", "Ä Punkt"),
        ("es-US", "ordinal", "3", "3º"),
        ("es-US", "date", "5/2/2020", "5 de febrero de 2020"),
        ("fr-FR", "cardinal", "1 234", "1 234"),
        ("ja-JP", "digits", "090", "0 9 0"),
    ] {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let markup = format!(r#"<speak><say-as interpret-as="{attributes}">{text}</say-as></speak>"#);
        assert_eq!(shown(&markup, language), expected, "{language} {attributes} {text}");
    }
}

#[test]
fn another_language_words_its_own_numbers() {
    assert_eq!(
        plan(r#"<lang xml:lang="de-DE"><say-as interpret-as="ordinal">2</say-as></lang>"#),
        "[de-DE] zweiter"
    );
}

#[test]
fn damaged_markup_is_refused() {
    let fails = |markup: &str, reason: &str| {
        let error = Plan::of_ssml(markup, "en-US").expect_err(markup).to_string();
        assert!(error.contains(reason), "{markup}: {error}");
    };
    fails("no markup", "one <speak> element");
    fails("<p>x</p>", "one <speak> element");
    fails("<speak>x</speak> y", "one <speak> element");
    fails("<speak>x</speak><speak>y</speak>", "one <speak> element");
    fails("<speak>x<speak>y</speak></speak>", "inside of <speak>");
    fails("<speak>x", "not closed");
    fails("<speak><p>x</speak>", "expected");
    fails("<speak>x</p></speak>", "expected");
    fails("<speak>a & b</speak>", "character");
    fails("<speak>&nbsp;</speak>", "no entity '&nbsp;'");
    fails("<speak>&#xFFFFFFFF;</speak>", "no such character");
    fails("<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>x</speak>", "document type");
    fails(r#"<speak><break time="11s"/></speak>"#, "longer than 10 seconds");
    fails(r#"<speak><break time="soon"/></speak>"#, "'soon'");
    fails(r#"<speak><break time="-1s"/></speak>"#, "'-1s'");
    fails(r#"<speak><break strength="huge"/></speak>"#, "'huge'");
    fails(r#"<speak><prosody rate="900%">x</prosody></speak>"#, "no rate '900%'");
    fails(r#"<speak><prosody pitch="10%">x</prosody></speak>"#, "no pitch '10%'");
    fails(r#"<speak><prosody volume="6dB">x</prosody></speak>"#, "no volume '6dB'");
    fails(r#"<speak><prosody volume="NaNdB">x</prosody></speak>"#, "no volume");
    fails("<speak><say-as>x</say-as></speak>", "interpret-as");
    fails("<speak><sub>x</sub></speak>", "alias");
    fails("<speak><mark/></speak>", "name");
    fails("<speak><lang>x</lang></speak>", "xml:lang");
    fails(r#"<speak><lang xml:lang="-v x">x</lang></speak>"#, "no language");
    fails(r#"<speak><p a="1" a="2">x</p></speak>"#, "character");
    fails(&format!("<speak>{}x{}</speak>", "<a>".repeat(70), "</a>".repeat(70)), "64 deep");
    fails(&format!("<speak>{}</speak>", r#"<break time="10s"/>"#.repeat(40)), "longer than 5 minutes");
    fails("<speak> </speak>", "no text");
    fails(r#"<speak><mark name="x"/></speak>"#, "no text");
    assert_eq!(
        Plan::of_ssml("<speak>é<break time='x'/></speak>", "en-US"),
        Err(TextError::Markup { at: 9, reason: "a pause has no time 'x'; write 3s or 250ms".into() })
    );
}

#[test]
fn lengths_are_limited() {
    assert_eq!(Plan::of_text(" \n "), Err(TextError::Empty));
    assert!(Plan::of_text(&"ä".repeat(3_000)).is_ok());
    assert_eq!(Plan::of_text(&"ä".repeat(3_001)), Err(TextError::TooMuchSpoken { found: 3_001 }));
    assert_eq!(Plan::of_text(&"a ".repeat(3_001)), Err(TextError::TooLong { found: 6_002 }));
    let markup = |text: &str| format!("<speak><p>{text}</p></speak>");
    assert!(Plan::of_ssml(&markup(&"x".repeat(3_000)), "en-US").is_ok());
    assert_eq!(
        Plan::of_ssml(&markup(&"x".repeat(3_001)), "en-US"),
        Err(TextError::TooMuchSpoken { found: 3_001 })
    );
    let many = markup(&"<p>x</p>".repeat(800));
    assert_eq!(Plan::of_ssml(&many, "en-US"), Err(TextError::TooLong { found: many.len() }));
}

#[test]
fn plain_text_is_not_markup() {
    let plan = Plan::of_text("a <b> & \u{1}c").expect("plain text");
    assert_eq!(plan.segments.iter().map(segment).collect::<Vec<_>>(), ["a <b> & c"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = Plan::of_ssml(&text, "en-US");
        let _ = Plan::of_text(&text);
    }

    #[test]
    fn no_markup_panics(parts in proptest::collection::vec(part(), 0..12)) {
        let markup = format!("<speak>{}</speak>", parts.concat());
        if let Ok(plan) = Plan::of_ssml(&markup, "de-DE") {
            prop_assert!(!plan.segments.is_empty());
        }
    }

    #[test]
    fn nothing_that_is_said_in_a_way_panics(
        way in "characters|digits|telephone|cardinal|ordinal|fraction|unit|date|time|expletive",
        text in "[0-9a-zäß,./:'\"?+ %-]{0,12}",
        format in "mdy|dmy|ymd|y|d|yyyymmdd|x{0,3}",
        language in "en-US|en-GB|de-DE|es-US|ja-JP|é",
    ) {
        let text = text.replace('"', "&quot;");
        let markup = format!(r#"<speak>x<say-as interpret-as="{way}" format="{format}">{text}</say-as></speak>"#);
        prop_assert!(Plan::of_ssml(&markup, &language).is_ok());
    }
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 .,é日]{0,10}",
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<break time='1s'/>".to_owned()),
        Just("<break".to_owned()),
        Just("<say-as interpret-as='date'>".to_owned()),
        Just("</say-as>".to_owned()),
        Just("<prosody rate='fast'>".to_owned()),
        Just("</prosody>".to_owned()),
        Just("&amp;".to_owned()),
        Just("&".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
    ]
}
