//! Files of a package as modules.

use std::sync::Arc;

use rquickjs::loader::ImportAttributes;
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Module, Result};

use crate::package::Package;

/// What is there without a file, and what a module can import of it by name.
const BUILT_IN: &[(&str, &[&str])] = &[
    (
        "crypto",
        &["randomUUID", "getRandomValues", "randomBytes", "createHash", "createHmac", "timingSafeEqual"],
    ),
    ("buffer", &["Buffer"]),
    ("process", &["env", "nextTick"]),
    ("timers", &["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate"]),
    ("timers/promises", &["setTimeout"]),
    ("url", &["URL", "URLSearchParams"]),
    ("module", &["createRequire"]),
    ("util", &["format", "inspect", "promisify", "TextEncoder", "TextDecoder"]),
];

fn built_in(name: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    let plain = name.strip_prefix("node:").unwrap_or(name);
    BUILT_IN.iter().find(|(one, _)| *one == plain)
}

/// Whether a file is an ES module: its extension or its package says so, or it has imports or exports.
pub(super) fn is_module(package: &Package, path: &str) -> bool {
    if path.ends_with(".mjs") {
        return true;
    }
    if !path.ends_with(".js") {
        return false;
    }
    package.says_module(path) || package.file(path).is_some_and(|source| source.lines().any(is_module_line))
}

fn is_module_line(line: &str) -> bool {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    starts(&["export ", "export{", "export*"])
        || starts(&["import ", "import{", "import*", "import\"", "import'"])
            && line.contains(['\'', '"', '{'])
}

/// Finds what an import means.
pub(super) struct Resolver {
    pub package: Arc<Package>,
}

impl rquickjs::loader::Resolver for Resolver {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if let Some((plain, _)) = built_in(name) {
            return Ok(format!("node:{plain}"));
        }
        self.package.resolve(base, name).ok_or_else(|| {
            let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            let text = format!("Cannot find module '{name}'. Functions have their own files and {known}");
            rquickjs::Exception::throw_reference(ctx, &text)
        })
    }
}

/// Reads what was found.
pub(super) struct Loader {
    pub package: Arc<Package>,
}

impl rquickjs::loader::Loader for Loader {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        path: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if let Some((plain, names)) = path.strip_prefix("node:").and_then(built_in) {
            let names = names.join(", ");
            let source = format!(
                "const it = process.getBuiltinModule(\"{plain}\"); export default it; export const {{ {names} }} = it;"
            );
            return Module::declare(ctx.clone(), path, source);
        }
        let Some(source) = self.package.file(path) else { return Err(Error::new_loading(path)) };
        if is_module(&self.package, path) {
            return Module::declare(ctx.clone(), path, source);
        }
        // JSON and the older kind of module have one export.
        let quoted = serde_json::Value::from(path);
        let source =
            format!("export default process.getBuiltinModule(\"module\").createRequire(\"/\")({quoted});");
        Module::declare(ctx.clone(), path, source)
    }
}
