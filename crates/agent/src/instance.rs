//! Which instance a page means that names none.

use std::sync::Arc;

use center::Center;
use engine::Engine;

/// The instance with this alias; without one the first that was made.
pub(crate) async fn choose(center: &Center, alias: Option<&str>) -> Option<Arc<Engine>> {
    let Some(alias) = alias else { return center.first_instance().await };
    for engine in center.instances() {
        // An instance that is recovering is not found for now; the page tries again.
        if engine.read(|core, _| core.directory().instance().alias == alias).await.unwrap_or(false) {
            return Some(engine);
        }
    }
    None
}
