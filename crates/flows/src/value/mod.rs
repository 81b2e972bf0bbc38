//! Values of parameters: literals, references and templates (spec 10 §1.6–1.7).

pub mod reference;
pub mod roots;
pub mod template;
pub mod text;

pub use reference::Reference;
pub use template::{Piece, pieces};
