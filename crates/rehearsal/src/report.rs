//! What came of a folder of conversations, for people and for build servers.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::coverage::Coverage;

/// One conversation that was played.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub suite: String,
    pub name: String,
    pub failure: Option<String>,
    pub seconds: f64,
}

/// All conversations that were played.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(crate) cases: Vec<Case>,
    /// What of which flow was played.
    pub coverage: Coverage,
}

impl Report {
    /// Conversations that went otherwise than expected.
    pub fn failed(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }

    /// All conversations.
    pub fn played(&self) -> usize {
        self.cases.len()
    }

    /// For people: failures, coverage (with `missing`, also what was never played), and a last line that sums up.
    pub fn text(&self, missing: bool) -> String {
        let mut lines = Vec::new();
        for case in &self.cases {
            if let Some(failure) = &case.failure {
                lines.push(format!("FAILED {}: {}\n  {failure}", case.suite, case.name));
            }
        }
        lines.extend(self.coverage.lines(missing));
        lines.push(format!("{} passed, {} failed", self.played() - self.failed(), self.failed()));
        lines.join("\n")
    }

    /// For build servers, in the usual XML.
    pub fn junit(&self) -> String {
        let mut suites: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
        for case in &self.cases {
            suites.entry(&case.suite).or_default().push(case);
        }
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n",
            self.played(),
            self.failed()
        );
        // Writing to a text cannot fail.
        for (suite, cases) in suites {
            let failed = cases.iter().filter(|case| case.failure.is_some()).count();
            let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" time=\"{seconds:.3}\">",
                escaped(suite),
                cases.len()
            );
            for case in cases {
                let (name, class) = (escaped(&case.name), escaped(&case.suite));
                let head = format!(
                    "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{:.3}\"",
                    case.seconds
                );
                let _ = match &case.failure {
                    None => writeln!(xml, "{head}/>"),
                    Some(failure) => {
                        writeln!(xml, "{head}><failure message=\"{}\"/></testcase>", escaped(failure))
                    }
                };
            }
            xml.push_str("  </testsuite>\n");
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

/// Text inside an attribute of XML; characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
