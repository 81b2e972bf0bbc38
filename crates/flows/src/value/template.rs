//! Text with references in it.

use crate::value::Reference;

/// A stretch of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands.
    Text(&'a str),
    /// A reference, with its spelling.
    Reference(Reference, &'a str),
}

/// Takes a template apart. Nothing is escaped: every `$.name` and `$['name']` is a reference.
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(offset) = template[at..].find('$') {
        let start = at + offset;
        match Reference::scan(&template[start..]) {
            Some((reference, length)) => {
                let mut end = start + length;
                let mut text_end = start;
                // Backticks around a path belong to the path (spec 10 §1.6).
                if text_end > from
                    && template.as_bytes()[text_end - 1] == b'`'
                    && template.as_bytes().get(end) == Some(&b'`')
                {
                    text_end -= 1;
                    end += 1;
                }
                if text_end > from {
                    pieces.push(Piece::Text(&template[from..text_end]));
                }
                pieces.push(Piece::Reference(reference, &template[start..start + length]));
                (from, at) = (end, end);
            }
            None => at = start + 1,
        }
    }
    if from < template.len() {
        pieces.push(Piece::Text(&template[from..]));
    }
    pieces
}

/// True when the text contains at least one reference.
pub fn has_reference(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if Reference::scan(&rest[at..]).is_some() {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_templates_apart() {
        let show = |template| {
            pieces(template)
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => format!("[{text}]"),
                    Piece::Reference(_, spelling) => format!("<{spelling}>"),
                })
                .collect::<String>()
        };
        for (template, expected) in [
            ("", ""),
            ("plain", "[plain]"),
            ("Hi $.Attributes.name.", "[Hi ]<$.Attributes.name>[.]"),
            ("'$.A.b'", "[']<$.A.b>[']"),
            ("`$.A.b[0]`!", "<$.A.b[0]>[!]"),
            ("$.A.b$.C.d", "<$.A.b><$.C.d>"),
            ("costs $5, ${X} and $", "[costs $5, ${X} and $]"),
            ("$$.A", "[$]<$.A>"),
            ("é$.A.é", "[é]<$.A>[.é]"),
            ("https://h/$['Attributes']['L']/1.wav", "[https://h/]<$['Attributes']['L']>[/1.wav]"),
        ] {
            assert_eq!(show(template), expected, "{template}");
            assert_eq!(has_reference(template), expected.contains('<'), "{template}");
        }
    }
}
