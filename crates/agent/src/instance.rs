//! Which instance a page means that names none.

use std::sync::Arc;

use center::Center;
use engine::Engine;

/// The instance with this alias; without one the server's default: the first in the order of ids.
pub(crate) async fn choose(center: &Center, alias: Option<&str>) -> Option<Arc<Engine>> {
    let engines = center.instances();
    let Some(alias) = alias else { return engines.into_iter().next() };
    for engine in engines {
        // An instance that is recovering is not found for now; the page tries again.
        if engine.read(|core, _| core.directory().instance().alias == alias).await.unwrap_or(false) {
            return Some(engine);
        }
    }
    None
}
