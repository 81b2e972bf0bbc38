//! The roots that references can have (spec 10 §1.7).

/// What a root stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A namespace: only what lies below it is a value.
    Namespace,
    /// A value of its own.
    Scalar,
    /// A namespace whose entirety is a value too.
    Both,
}

/// All roots, in the order of the reference.
pub const ROOTS: &[(&str, RootKind)] = &[
    ("Attributes", RootKind::Namespace),
    ("FlowAttributes", RootKind::Namespace),
    ("External", RootKind::Namespace),
    ("LambdaInvocation", RootKind::Namespace),
    ("StoredCustomerInput", RootKind::Scalar),
    ("Lex", RootKind::Namespace),
    ("Customer", RootKind::Namespace),
    ("Case", RootKind::Namespace),
    ("Metrics", RootKind::Namespace),
    ("Views", RootKind::Namespace),
    ("Modules", RootKind::Namespace),
    ("Loop", RootKind::Namespace),
    ("DataTables", RootKind::Namespace),
    ("DataTableList", RootKind::Namespace),
    ("MediaStreams", RootKind::Namespace),
    ("Media", RootKind::Namespace),
    ("SegmentAttributes", RootKind::Namespace),
    ("References", RootKind::Namespace),
    ("Tags", RootKind::Both),
    ("Email", RootKind::Namespace),
    ("AdditionalEmailRecipients", RootKind::Namespace),
    ("Capabilities", RootKind::Namespace),
    ("Wisdom", RootKind::Namespace),
    ("Task", RootKind::Namespace),
    ("CustomerEndpoint", RootKind::Namespace),
    ("SystemEndpoint", RootKind::Namespace),
    ("Queue", RootKind::Namespace),
    ("Agent", RootKind::Namespace),
    ("ContactId", RootKind::Scalar),
    ("InitialContactId", RootKind::Scalar),
    ("PreviousContactId", RootKind::Scalar),
    ("Channel", RootKind::Scalar),
    ("InstanceARN", RootKind::Scalar),
    ("InitiationMethod", RootKind::Scalar),
    ("AwsRegion", RootKind::Scalar),
    ("LanguageCode", RootKind::Scalar),
    ("Name", RootKind::Scalar),
    ("Description", RootKind::Scalar),
    ("CustomerId", RootKind::Scalar),
    ("TextToSpeechVoiceId", RootKind::Scalar),
    ("CustomerCallBackPhoneNumber", RootKind::Scalar),
];

/// What a root stands for; none when it is not known.
pub fn kind(root: &str) -> Option<RootKind> {
    ROOTS.iter().find(|(name, _)| *name == root).map(|(_, kind)| *kind)
}
