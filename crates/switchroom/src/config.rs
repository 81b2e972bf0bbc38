//! Configuration: every key is declared once, with its default and its meaning.
//!
//! Later sources win: defaults, the file, environment variables `SWITCHROOM_<SECTION>_<KEY>`, the command line.

mod identity_providers;
mod trunks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use center::identity::IdentityProvider;
use directory::Inventory;
use model::FunctionName;
use toml::{Table, Value};

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the configuration file {path} cannot be read: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("the configuration file {path} is not TOML: {message}")]
    Toml { path: String, message: String },
    #[error("{origin}: there is no key '{key}'. `switchroom config` prints all keys")]
    Unknown { origin: String, key: String },
    #[error("{origin}: '{key}' must be {expected}")]
    Type { origin: String, key: String, expected: &'static str },
    #[error("'{key}' {reason}")]
    Value { key: &'static str, reason: String },
    #[error("'telephony.trunks.numbers' of the trunk {trunk:?}: {source}")]
    Numbers { trunk: String, source: directory::inventory::InventoryError },
    #[error("'{key}' {reason}")]
    Provider { key: String, reason: String },
}

/// Environment variables that only tests and tools read.
const NOT_OURS: [&str; 2] = ["SWITCHROOM_TEST_", "SWITCHROOM_BIN"];

trait Setting: Sized {
    const EXPECTED: &'static str;
    fn from_value(value: &Value) -> Option<Self>;
    fn from_text(text: &str) -> Option<Self>;
    fn show(&self) -> String;
}

impl Setting for String {
    const EXPECTED: &'static str = "a text";
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn show(&self) -> String {
        format!("{self:?}")
    }
}

impl Setting for u64 {
    const EXPECTED: &'static str = "a whole number that is not negative";
    fn from_value(value: &Value) -> Option<Self> {
        value.as_integer().and_then(|number| number.try_into().ok())
    }
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";
    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for f64 {
    const EXPECTED: &'static str = "a number that is not negative";
    fn from_value(value: &Value) -> Option<Self> {
        value.as_float().or(value.as_integer().map(|number| number as f64)).filter(|number| *number >= 0.0)
    }
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number| *number >= 0.0)
    }
    fn show(&self) -> String {
        format!("{self:?}")
    }
}

/// Texts by name, such as addresses of functions.
pub(crate) type Texts = BTreeMap<String, String>;

impl Setting for Texts {
    const EXPECTED: &'static str = "a table of texts";
    fn from_value(value: &Value) -> Option<Self> {
        let texts = value.as_table()?.iter();
        texts.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    }
    fn from_text(text: &str) -> Option<Self> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect()
    }
    fn show(&self) -> String {
        let pairs: Vec<String> = self.iter().map(|(name, text)| format!("{name:?} = {text:?}")).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }
}

impl Setting for BTreeMap<String, Texts> {
    const EXPECTED: &'static str = "a table of tables of texts";
    fn from_value(value: &Value) -> Option<Self> {
        let tables = value.as_table()?.iter();
        tables.map(|(name, value)| Some((name.clone(), Texts::from_value(value)?))).collect()
    }
    /// A file says this better than a variable can.
    fn from_text(_: &str) -> Option<Self> {
        None
    }
    fn show(&self) -> String {
        let pairs: Vec<String> =
            self.iter().map(|(name, texts)| format!("{name:?} = {}", texts.show())).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }
}

macro_rules! settings {
    ($($section:ident: $section_doc:literal { $($field:ident $key:ident: $type:ty = $default:expr, $doc:literal;)* })*) => {
        /// Everything that can be configured.
        #[derive(Clone, Debug)]
        pub(crate) struct Config {
            $($(#[doc = $doc] pub $field: $type,)*)*
            /// Where customers sign in.
            pub identity_providers: Vec<IdentityProvider>,
            /// Where calls come from and go to.
            pub trunks: Vec<trunks::Trunk>,
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($($field: $default.into(),)*)* identity_providers: Vec::new(), trunks: Vec::new() }
            }
        }

        impl Config {
            fn set(&mut self, origin: &str, section: &str, key: &str, value: &Value) -> Result<(), ConfigError> {
                let name = format!("{section}.{key}");
                match (section, key) {
                    $($((stringify!($section), stringify!($key)) => {
                        self.$field = Setting::from_value(value).ok_or(ConfigError::Type {
                            origin: origin.to_owned(), key: name, expected: <$type as Setting>::EXPECTED,
                        })?;
                    })*)*
                    _ => return Err(ConfigError::Unknown { origin: origin.to_owned(), key: name }),
                }
                Ok(())
            }

            fn set_text(&mut self, variable: &str, text: &str) -> Result<(), ConfigError> {
                $($(
                    let name = concat!("SWITCHROOM_", stringify!($section), "_", stringify!($key));
                    if variable.eq_ignore_ascii_case(name) {
                        self.$field = Setting::from_text(text).ok_or(ConfigError::Type {
                            origin: "the environment".to_owned(), key: variable.to_owned(),
                            expected: <$type as Setting>::EXPECTED,
                        })?;
                        return Ok(());
                    }
                )*)*
                Err(ConfigError::Unknown { origin: "the environment".to_owned(), key: variable.to_owned() })
            }
        }

        /// A configuration file with every key at its default.
        pub(crate) fn reference() -> String {
            let defaults = Config::default();
            let mut text = String::from(
                "# Switchroom configuration. Every key is shown with its default.\n\
                 # The environment variable SWITCHROOM_<SECTION>_<KEY> overrides the file.\n",
            );
            $(
                text.push_str(concat!("\n# ", $section_doc, "\n[", stringify!($section), "]\n"));
                $(text.push_str(&format!("# {}\n{} = {}\n", $doc, stringify!($key), defaults.$field.show()));)*
            )*
            text.push_str(identity_providers::REFERENCE);
            text.push_str(trunks::REFERENCE);
            text
        }
    };
}

settings! {
    server: "Where the server listens and how it is reached." {
        http http: String = "127.0.0.1:8080", "Address to listen on. Put a reverse proxy with TLS in front for other machines.";
        public_url public_url: String = "", "Address under which browsers reach the server, such as https://cc.example.com. Empty: as each request says.";
        connections connections: u64 = 50_000u64, "Connections at once, websockets among them.";
        drain_seconds drain_seconds: u64 = 10u64, "How long calls and sockets may go on when the server is told to stop.";
    }
    data: "What is kept and where." {
        folder folder: String = "./data", "Folder for the database, files and streams.";
        postgres postgres: String = "", "Address of a PostgreSQL database to use instead of the embedded one, such as postgres://user@host/switchroom.";
        flow_log_days flow_log_days: u64 = 30u64, "Days for which flow logs can be searched. 0 = for ever. The stream flow-logs is not cut.";
        change_history_days change_history_days: u64 = 730u64, "Days for which changes of configured resources are kept. 0 = for ever.";
    }
    instance: "The instance that the first start creates." {
        alias alias: String = "dev", "Its alias: letters, digits and dashes.";
        region region: String = "us-east-1", "Region name used in resource names.";
        account account: String = "000000000000", "Account used in resource names: 12 digits.";
    }
    limits: "Limits that protect the server." {
        api_rate_factor api_rate_factor: f64 = 100.0, "API calls per second, as a multiple of the published rates. 1 = as published, 0 = no limit.";
        calls calls: u64 = 500u64, "Calls that may be active at once in an instance. Those above it get the busy answer.";
        chats chats: u64 = 10_000u64, "Chats that may be active at once in an instance.";
        tasks tasks: u64 = 100_000u64, "Tasks that may be active at once in an instance.";
        message_characters message_characters: u64 = 1024u64, "Longest text message of a chat, in characters.";
        socket_seconds socket_seconds: u64 = 3600u64, "Seconds for which clients keep one websocket before they open another. The agent library takes no less than 300.";
    }
    agents: "How contacts are offered to agents." {
        offer_seconds offer_seconds: u64 = 20u64, "Seconds a chat is offered before it is missed.";
        task_offer_seconds task_offer_seconds: u64 = 30u64, "Seconds a task is offered before it is missed.";
    }
    functions: "Functions that flows call, besides those that are uploaded and those at plain HTTP addresses." {
        functions_folder folder: String = "", "Folder of functions: NAME.js, NAME.mjs or NAME/index.js. Empty: the folder functions in the data folder.";
        functions_at_once at_once: u64 = 16u64, "Calls that run at once; one function gets at most half of them.";
        functions_memory_mb memory_mb: u64 = 128u64, "Most memory of one call in MiB.";
        functions_fetch fetch: String = "public", "Where functions may call: off, public, private (and private networks) or local (and this machine).";
        functions_remote remote: Texts = Texts::new(), "Functions elsewhere: NAME = the base address of a server that speaks the invoke API.";
        functions_env env: BTreeMap<String, Texts> = BTreeMap::new(), "process.env by function: a table [functions.env.NAME] for each.";
    }
    speech: "Text to speech." {
        speech_engine engine: String = "espeak-ng", "Who usually speaks: espeak-ng (a program on this machine), http (the server below) or none.";
        speech_espeak espeak: String = "", "Where the program espeak-ng is. Empty: on the search path, as `apt-get install espeak-ng` puts it.";
        speech_url url: String = "", "A server that speaks /audio/speech, such as https://speech.example.com/v1. Instances that want the best available voice use it first.";
        speech_key key: String = "", "Its key, sent as bearer token.";
        speech_model model: String = "tts-1", "Its model.";
        speech_format format: String = "wav", "How it answers: wav, or pcm (16 bits, 24 kHz, one channel).";
        speech_voices voices: Texts = Texts::new(), "Its names of the published voices, such as { Joanna = \"nova\" }. A voice without one is asked for by its own name.";
        speech_at_once at_once: u64 = 4u64, "Prompts that are spoken at once; more wait.";
        speech_seconds seconds: u64 = 20u64, "Longest time that one prompt may take.";
        speech_cache_mb cache_mb: u64 = 64u64, "Memory for what was spoken before, in MiB.";
    }
    prompts: "Prompts, the sound files that flows play." {
        prompts_fetch fetch: String = "public", "Where the file of a new prompt may be fetched from: off, public, private (and private networks) or local (and this machine).";
    }
    telephony: "Calls: sound between browsers and this server." {
        telephony_enabled enabled: bool = true, "Whether this server takes calls.";
        telephony_address address: String = "", "Address that sound is exchanged on. Empty: as server.http. 0.0.0.0: every address of the machine.";
        telephony_port port: u64 = 3480u64, "UDP port of the sound of all calls; further threads take the ports that follow. 0: any free one.";
        telephony_advertised advertised: String = "", "Addresses that browsers are told instead of the machine's own, with commas between them, such as the public address of a NAT.";
        telephony_relay relay: bool = true, "Whether this server is the TURN server that the pages of agents need. It relays to the sound of this server only.";
        telephony_relay_port relay_port: u64 = 3478u64, "UDP and TCP port of the TURN server. 0: any free one.";
        telephony_relay_urls relay_urls: String = "", "TURN addresses that pages are told, with commas between them, such as turn:cc.example.com:3478?transport=udp. Empty: as the page reaches this server.";
        telephony_relay_secret relay_secret: String = "", "Secret shared with another TURN server that stands at these addresses. Empty: one of its own.";
        telephony_threads threads: u64 = 1u64, "Threads that work on sound.";
        telephony_legs legs: u64 = 1000u64, "Legs of calls at once: a caller and an agent are two.";
    }
    web: "The pages." {
        web_folder folder: String = "", "Serve the pages from this folder instead of those built into the program.";
    }
    log: "What is written to standard error." {
        log level: String = "info", "error, warn, info, debug or trace.";
    }
}

/// The parts of a text with commas between them.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

impl Config {
    /// Reads all sources.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        data: Option<PathBuf>,
        http: Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some(path) = file {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Read { path: name.clone(), source })?;
            config.read(&name, &text)?;
        }
        for (variable, text) in environment {
            let ours =
                variable.starts_with("SWITCHROOM_") && !NOT_OURS.iter().any(|one| variable.starts_with(one));
            if ours {
                config.set_text(&variable, &text)?;
            }
        }
        if let Some(data) = data {
            config.folder = data.to_string_lossy().into_owned();
        }
        if let Some(http) = http {
            config.http = http;
        }
        config.check()?;
        Ok(config)
    }

    fn read(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Toml {
            path: name.to_owned(),
            message: error.to_string(),
        })?;
        for (section, content) in &table {
            if section == identity_providers::SECTION {
                self.identity_providers = identity_providers::read(name, content)?;
                continue;
            }
            let Some(keys) = content.as_table() else {
                return Err(ConfigError::Unknown { origin: name.to_owned(), key: section.clone() });
            };
            for (key, value) in keys {
                if (section.as_str(), key.as_str()) == trunks::PLACE {
                    self.trunks = trunks::read(name, value)?;
                    continue;
                }
                self.set(name, section, key, value)?;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, reason: &str| Err(ConfigError::Value { key, reason: reason.to_owned() });
        if self.account.len() != 12 || !self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("instance.account", "must have 12 digits");
        }
        if self.region.is_empty()
            || !self.region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return wrong("instance.region", "must consist of letters, digits and dashes");
        }
        if !self.public_url.is_empty()
            && !self.public_url.starts_with("http://")
            && !self.public_url.starts_with("https://")
        {
            return wrong("server.public_url", "must begin with http:// or https://");
        }
        if self.log.parse::<tracing::Level>().is_err() {
            return wrong("log.level", "must be error, warn, info, debug or trace");
        }
        if self.functions_at_once == 0 || self.functions_at_once > 1000 {
            return wrong("functions.at_once", "must be from 1 to 1000");
        }
        if self.functions_memory_mb < 8 || self.functions_memory_mb > 4096 {
            return wrong("functions.memory_mb", "must be from 8 to 4096");
        }
        if self.functions_fetch.parse::<functions::Reach>().is_err() {
            return wrong("functions.fetch", "must be off, public, private or local");
        }
        if self.prompts_fetch.parse::<functions::Reach>().is_err() {
            return wrong("prompts.fetch", "must be off, public, private or local");
        }
        self.check_speech()?;
        let here = |name: &String| FunctionName::parse(name, "", "").is_some_and(|one| one.as_str() == name);
        if !self.functions_env.keys().all(here) || !self.functions_remote.keys().all(here) {
            return wrong("functions", "has a table for a name that no function can have");
        }
        let address = |text: &String| text.starts_with("http://") || text.starts_with("https://");
        if !self.functions_remote.values().all(address) {
            return wrong("functions.remote", "must have addresses that begin with http:// or https://");
        }
        let address = &self.telephony_address;
        if !address.is_empty() && address.parse::<std::net::IpAddr>().is_err() {
            return wrong("telephony.address", "must be an IP address");
        }
        if self.telephony_port > 65_535 || self.telephony_relay_port > 65_535 {
            return wrong("telephony.port", "and telephony.relay_port must be at most 65535");
        }
        if list(&self.telephony_advertised).any(|one| one.parse::<std::net::IpAddr>().is_err()) {
            return wrong("telephony.advertised", "must be IP addresses with commas between them");
        }
        let is_turn = |one: &str| one.starts_with("turn:") || one.starts_with("turns:");
        if !list(&self.telephony_relay_urls).all(is_turn) {
            return wrong("telephony.relay_urls", "must begin with turn: or turns:");
        }
        if !(1..=64).contains(&self.telephony_threads) {
            return wrong("telephony.threads", "must be from 1 to 64");
        }
        if !(1..=100_000).contains(&self.telephony_legs) {
            return wrong("telephony.legs", "must be from 1 to 100000");
        }
        self.inventory()?;
        if self.offer_seconds == 0 || self.task_offer_seconds == 0 {
            return wrong("agents.offer_seconds", "must be at least 1");
        }
        if !(1..=86_400).contains(&self.socket_seconds) {
            return wrong("limits.socket_seconds", "must be 1 to 86400");
        }
        Ok(())
    }

    fn check_speech(&self) -> Result<(), ConfigError> {
        let wrong = |key, reason: &str| Err(ConfigError::Value { key, reason: reason.to_owned() });
        if !matches!(self.speech_engine.as_str(), "espeak-ng" | "http" | "none") {
            return wrong("speech.engine", "must be espeak-ng, http or none");
        }
        if self.speech_engine == "http" && self.speech_url.is_empty() {
            return wrong("speech.url", "must be given for the engine http");
        }
        if !self.speech_url.is_empty()
            && !self.speech_url.starts_with("http://")
            && !self.speech_url.starts_with("https://")
        {
            return wrong("speech.url", "must begin with http:// or https://");
        }
        if !matches!(self.speech_format.as_str(), "wav" | "pcm") {
            return wrong("speech.format", "must be wav or pcm");
        }
        if !(1..=64).contains(&self.speech_at_once) {
            return wrong("speech.at_once", "must be from 1 to 64");
        }
        if !(1..=300).contains(&self.speech_seconds) {
            return wrong("speech.seconds", "must be from 1 to 300");
        }
        if self.speech_cache_mb > 65_536 {
            return wrong("speech.cache_mb", "must be at most 65536");
        }
        Ok(())
    }

    /// The numbers that trunks bring.
    pub(crate) fn inventory(&self) -> Result<Inventory, ConfigError> {
        trunks::inventory(&self.trunks)
    }

    /// The level of the log.
    pub(crate) fn log_level(&self) -> tracing::Level {
        self.log.parse().unwrap_or(tracing::Level::INFO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("switchroom.toml");
        std::fs::write(&path, file).expect("writes");
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&path), environment, None, None)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn later_sources_win() {
        let config = load(
            "[server]\nhttp = \"0.0.0.0:1\"\n[limits]\napi_rate_factor = 2",
            &[("SWITCHROOM_SERVER_HTTP", "127.0.0.1:2"), ("PATH", "x"), ("SWITCHROOM_BIN", "y")],
        )
        .expect("loads");
        assert_eq!((config.http.as_str(), config.api_rate_factor), ("127.0.0.1:2", 2.0));
        let config =
            Config::load(None, std::iter::empty(), Some("d".into()), Some("h".into())).expect("loads");
        assert_eq!((config.folder.as_str(), config.http.as_str()), ("d", "h"));
    }

    #[test]
    fn functions_have_tables_of_their_own() {
        let config = load(
            "[functions.env.tier]\nCOLOR = \"green\"",
            &[("SWITCHROOM_FUNCTIONS_REMOTE", "a=http://127.0.0.1:9001/x?y=z, b=https://b")],
        )
        .expect("loads");
        assert_eq!(config.functions_env["tier"]["COLOR"], "green");
        assert_eq!(config.functions_remote["a"], "http://127.0.0.1:9001/x?y=z");
        assert_eq!(config.functions_remote["b"], "https://b");
    }

    #[test]
    fn mistakes_are_named() {
        for (file, environment, message) in [
            (
                "[server]\nhtpp = 1",
                ("A", ""),
                "FILE: there is no key 'server.htpp'. `switchroom config` prints all keys",
            ),
            ("http = 1", ("A", ""), "FILE: there is no key 'http'. `switchroom config` prints all keys"),
            ("[server]\nhttp = 1", ("A", ""), "FILE: 'server.http' must be a text"),
            (
                "[limits]\nchats = -1",
                ("A", ""),
                "FILE: 'limits.chats' must be a whole number that is not negative",
            ),
            (
                "[functions]\nfetch = \"all\"",
                ("A", ""),
                "'functions.fetch' must be off, public, private or local",
            ),
            ("[speech]\nengine = \"http\"", ("A", ""), "'speech.url' must be given for the engine http"),
            ("[speech]\nengine = \"polly\"", ("A", ""), "'speech.engine' must be espeak-ng, http or none"),
            (
                "[prompts]\nfetch = \"all\"",
                ("A", ""),
                "'prompts.fetch' must be off, public, private or local",
            ),
            ("[functions]\nremote = {a = 1}", ("A", ""), "FILE: 'functions.remote' must be a table of texts"),
            (
                "[functions.remote]\na = \"b\"",
                ("A", ""),
                "'functions.remote' must have addresses that begin with http:// or https://",
            ),
            (
                "[functions.env.\"a/b\"]\nX = \"1\"",
                ("A", ""),
                "'functions' has a table for a name that no function can have",
            ),
            ("[instance]\naccount = \"1\"", ("A", ""), "'instance.account' must have 12 digits"),
            ("[telephony]\naddress = \"here\"", ("A", ""), "'telephony.address' must be an IP address"),
            (
                "",
                ("SWITCHROOM_TELEPHONY_ADVERTISED", "203.0.113.9, x"),
                "'telephony.advertised' must be IP addresses with commas between them",
            ),
            ("[telephony]\nenabled = 1", ("A", ""), "FILE: 'telephony.enabled' must be true or false"),
            (
                "",
                ("SWITCHROOM_SERVER_PORT", "1"),
                "the environment: there is no key 'SWITCHROOM_SERVER_PORT'. `switchroom config` prints all keys",
            ),
            (
                "",
                ("SWITCHROOM_LIMITS_CHATS", "many"),
                "the environment: 'SWITCHROOM_LIMITS_CHATS' must be a whole number that is not negative",
            ),
        ] {
            assert_eq!(load(file, &[environment]).expect_err(file), message);
        }
        assert!(
            load("[server", &[])
                .expect_err("not TOML")
                .starts_with("the configuration file FILE is not TOML")
        );
    }

    #[test]
    fn the_reference_is_a_valid_file_with_the_defaults_and_is_documented() {
        let reference = reference();
        let config = load(&reference, &[]).expect("loads");
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
        let documented = include_str!("../../../docs/configuration.md");
        assert!(
            documented.contains(&reference),
            "docs/configuration.md is behind; it should contain:\n{reference}"
        );
    }
}
