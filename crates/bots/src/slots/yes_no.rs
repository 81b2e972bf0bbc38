//! Yes and no.

use crate::language::Language;
use crate::text::{fold, is_dense, words};

const fn lists(language: Language) -> (&'static [&'static str], &'static [&'static str]) {
    match language {
        Language::English | Language::Other => (
            &[
                "yes",
                "yeah",
                "yep",
                "yup",
                "sure",
                "ok",
                "okay",
                "correct",
                "right",
                "y",
                "of course",
                "please do",
                "go ahead",
                "absolutely",
                "definitely",
                "thats right",
                "do it",
                "confirm",
                "true",
                "affirmative",
                "sounds good",
                "fine",
                "certainly",
                "i do",
                "i am",
                "it is",
                "👍",
            ],
            &[
                "no",
                "nope",
                "nah",
                "n",
                "not",
                "dont",
                "do not",
                "never",
                "cancel",
                "wrong",
                "incorrect",
                "stop",
                "false",
                "negative",
                "no way",
                "👎",
            ],
        ),
        Language::Spanish => (
            &[
                "si",
                "claro",
                "vale",
                "correcto",
                "de acuerdo",
                "por supuesto",
                "exacto",
                "ok",
                "adelante",
                "s",
                "confirmo",
                "eso es",
                "asi es",
                "esta bien",
                "bueno",
                "👍",
            ],
            &[
                "no",
                "nunca",
                "cancela",
                "cancelar",
                "incorrecto",
                "para nada",
                "mejor no",
                "tampoco",
                "n",
                "👎",
            ],
        ),
        Language::Portuguese => (
            &[
                "sim",
                "claro",
                "certo",
                "correto",
                "com certeza",
                "ok",
                "isso",
                "pode",
                "confirmo",
                "s",
                "exato",
                "tudo bem",
                "esta bem",
                "pode ser",
                "👍",
            ],
            &["nao", "nunca", "cancela", "cancelar", "errado", "incorreto", "de jeito nenhum", "n", "👎"],
        ),
        Language::Japanese => (
            &[
                "はい",
                "うん",
                "ええ",
                "そうです",
                "お願いします",
                "いいです",
                "大丈夫です",
                "もちろん",
                "ok",
                "オッケー",
                "オーケー",
                "了解",
                "正しい",
                "合っています",
                "あっています",
                "👍",
            ],
            &[
                "いいえ",
                "いや",
                "違います",
                "ちがいます",
                "やめ",
                "キャンセル",
                "結構です",
                "ノー",
                "しない",
                "しません",
                "違う",
                "👎",
            ],
        ),
        Language::Korean => (
            &[
                "네",
                "예",
                "응",
                "맞아요",
                "맞습니다",
                "좋아요",
                "그래요",
                "그렇습니다",
                "물론",
                "확인",
                "ok",
                "오케이",
                "부탁",
                "👍",
            ],
            &["아니", "아니요", "아뇨", "아닙니다", "취소", "싫어", "틀렸", "안 해", "안돼", "말아", "👎"],
        ),
    }
}

/// Whether a text says yes or no; none when it says neither, or both. A no takes precedence where a sentence is
/// denied ("no, that's right" is not taken as either).
pub fn yes_or_no(text: &str, language: Language) -> Option<bool> {
    let folded = fold(text);
    let (yes, no) = lists(language);
    let spoken = words(&folded).join(" ");
    let has = |list: &[&str]| {
        list.iter().any(|entry| {
            let dense = entry.chars().next().is_some_and(is_dense);
            let letters = entry.chars().any(char::is_alphanumeric);
            match (dense, letters) {
                (true, _) => folded.contains(entry),
                (false, true) => format!(" {spoken} ").contains(&format!(" {entry} ")),
                (false, false) => folded.contains(entry),
            }
        })
    };
    match (has(yes), has(no)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        // "No, that's wrong" has one of them only; "not right" has both and is a no.
        (true, true) if language == Language::English && spoken.contains("not ") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hears_yes_and_no() {
        for (language, text, expected) in [
            (Language::English, "Yes please", Some(true)),
            (Language::English, "That's right!", Some(true)),
            (Language::English, "nope", Some(false)),
            (Language::English, "that is not correct", Some(false)),
            (Language::English, "maybe", None),
            (Language::English, "yes and no", None),
            (Language::English, "I know", None),
            (Language::English, "👍", Some(true)),
            (Language::Spanish, "Sí, claro", Some(true)),
            (Language::Spanish, "mejor no", Some(false)),
            (Language::Portuguese, "Não, obrigado", Some(false)),
            (Language::Portuguese, "sim", Some(true)),
            (Language::Japanese, "はい、お願いします", Some(true)),
            (Language::Japanese, "いいえ違います", Some(false)),
            (Language::Korean, "네 맞아요", Some(true)),
            (Language::Korean, "아니요", Some(false)),
            (Language::Other, "ok", Some(true)),
            (Language::English, "", None),
        ] {
            assert_eq!(yes_or_no(text, language), expected, "{text}");
        }
    }
}
