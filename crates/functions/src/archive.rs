//! Unpacks an uploaded zip archive in memory, with limits that hold whatever the archive says of itself.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use crate::package::{BYTES, FILES, PackageError, normal};

/// The text files of an archive by their place.
pub(crate) fn unpack(content: &[u8]) -> Result<BTreeMap<String, String>, PackageError> {
    let broken = |error: zip::result::ZipError| PackageError::Archive(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(broken)?;
    if archive.len() > FILES {
        return Err(PackageError::TooLarge(format!("{FILES} files")));
    }
    let mut files = BTreeMap::new();
    let mut left = BYTES as u64;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(broken)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().map_err(broken)?.into_owned();
        let refuse = || PackageError::Place(name.chars().take(100).collect());
        if file.is_symlink() || name.contains('\\') || name.contains('\0') || name.starts_with('/') {
            return Err(refuse());
        }
        let place = normal(&name).filter(|_| !name.split('/').any(|part| part == "..")).ok_or_else(refuse)?;
        if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(PackageError::Archive("only the methods store and deflate are read".to_owned()));
        }
        let mut bytes = Vec::new();
        // One byte more than is left tells a file that is too long from one that just fits.
        file.by_ref()
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| PackageError::Archive(error.to_string()))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| PackageError::TooLarge(format!("{} MiB", BYTES / 1024 / 1024)))?;
        if let Ok(text) = String::from_utf8(bytes)
            && files.insert(place, text).is_some()
        {
            return Err(refuse());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in files {
            writer.start_file(*name, options).expect("starts");
            writer.write_all(content).expect("writes");
        }
        writer.finish().expect("finishes").into_inner()
    }

    #[test]
    fn text_files_are_unpacked() {
        let content = archive(&[("index.mjs", b"export"), ("./lib/a.js", b"a"), ("logo.png", b"\xff\xd8")]);
        let files = unpack(&content).expect("unpacks");
        assert_eq!(files.keys().collect::<Vec<_>>(), ["/index.mjs", "/lib/a.js"]);
        assert_eq!(files["/lib/a.js"], "a");
    }

    #[test]
    fn places_outside_are_refused() {
        for name in ["../evil.js", "a/../../evil.js", "/etc/evil.js", "a\\..\\evil.js", "a/../b.js"] {
            let result = unpack(&archive(&[(name, b"x")]));
            assert!(matches!(result, Err(PackageError::Place(_))), "{name}: {result:?}");
        }
    }

    #[test]
    fn a_link_is_refused() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("index.js", "/etc/passwd", SimpleFileOptions::default()).expect("adds");
        let content = writer.finish().expect("finishes").into_inner();
        assert!(matches!(unpack(&content), Err(PackageError::Place(_))));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let zeros = vec![b'0'; BYTES / 2 + 1];
        let content = archive(&[("a.js", &zeros), ("b.js", &zeros)]);
        assert!(content.len() < 100_000, "{}", content.len());
        assert_eq!(unpack(&content), Err(PackageError::TooLarge("16 MiB".into())));
    }

    #[test]
    fn too_many_files_are_refused() {
        let names: Vec<String> = (0..=FILES).map(|number| format!("{number}.js")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
        assert_eq!(unpack(&archive(&files)), Err(PackageError::TooLarge("1000 files".into())));
    }

    #[test]
    fn broken_archives_are_errors() {
        let whole = archive(&[("index.mjs", &b"export const handler = () => 1;".repeat(50))]);
        assert!(unpack(b"").is_err());
        assert!(unpack(b"PK\x05\x06").is_err());
        for length in 0..whole.len() {
            // Whatever is cut off is an error, never a panic and never half a package.
            assert!(unpack(&whole[..length]).is_err(), "{length}");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0xff;
            // May be read or not; what matters is that it ends.
            let _ = unpack(&changed);
        }
    }
}
