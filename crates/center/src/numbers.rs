//! Phone numbers across the instances of a server: one inventory, of which each number is with one instance at most.
//!
//! Every instance decides about its own numbers. What concerns two of them, claims and moves, happens one after the
//! other under a lock of this server, after the other instances were asked.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

use directory::{DirectoryError, Inventory};
use engine::{Engine, EngineError};
use model::{InstanceId, PhoneNumberId};
use tokio::sync::{Mutex, MutexGuard};

use crate::Center;

/// Who ends a move that a stop of the server cut short, as the change history names it.
const SYSTEM: &str = "system";

static NONE: LazyLock<Inventory> = LazyLock::new(Inventory::default);

/// What the server knows about numbers beyond its instances.
#[derive(Default)]
pub(crate) struct Numbers {
    inventory: OnceLock<Inventory>,
    changing: Mutex<()>,
}

impl Center {
    /// Gives the server the numbers that its trunks bring; before, there are none to claim.
    pub fn stock_numbers(&self, inventory: Inventory) {
        if self.numbers.inventory.set(inventory).is_err() {
            tracing::error!("the inventory of phone numbers was given twice; the first one counts");
        }
    }

    /// The numbers that its trunks bring.
    pub fn inventory(&self) -> &Inventory {
        self.numbers.inventory.get().unwrap_or(&NONE)
    }

    /// Held while a number comes to an instance, from the question who has it until that is stored.
    pub async fn changing_numbers(&self) -> MutexGuard<'_, ()> {
        self.numbers.changing.lock().await
    }

    /// The numbers that nobody can claim now.
    pub async fn withheld_numbers(&self) -> Result<BTreeSet<String>, EngineError> {
        let mut withheld = BTreeSet::new();
        for engine in self.instances() {
            let mut own = |core: &contacts::Core, now| {
                withheld.extend(core.directory().withheld_numbers(now).map(str::to_owned));
            };
            engine.read(&mut own).await?;
        }
        Ok(withheld)
    }

    /// Whether another instance keeps this one from claiming the number.
    pub async fn withheld_elsewhere(&self, e164: &str, own: InstanceId) -> Result<bool, EngineError> {
        for engine in self.instances().into_iter().filter(|engine| engine.id() != own) {
            if engine.read(|core, now| core.directory().withholds(e164, now)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The instance that has claimed this number in E.164 form: where a call to it goes. What the call meets there is
    /// told by [`directory::Directory::number`].
    pub async fn instance_with_number(&self, e164: &str) -> Result<Option<Arc<Engine>>, EngineError> {
        self.first_with(|directory| directory.phone_number_named(e164).map(|number| number.moving_to)).await
    }

    /// The instance that has claimed the number with this id or resource name.
    pub async fn instance_of_number(&self, reference: &str) -> Result<Option<Arc<Engine>>, EngineError> {
        self.first_with(|directory| directory.phone_number_at(reference).ok().map(|number| number.moving_to))
            .await
    }

    /// Moves a number to another instance; the number keeps its id and loses its flow.
    pub async fn move_number(
        &self,
        from: &Engine,
        to: &Engine,
        reference: &str,
        author: &str,
    ) -> Result<Result<PhoneNumberId, DirectoryError>, EngineError> {
        let _changing = self.changing_numbers().await;
        self.end_moves_now().await?;
        let target = to.id();
        let begin = |core: &mut contacts::Core, cx: &mut contacts::Cx<'_>| {
            core.configure(cx, author, |directory, cx| directory.begin_number_move(cx, reference, target))
        };
        let number = match from.apply(begin).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = number.id;
        let receive = |core: &mut contacts::Core, cx: &mut contacts::Cx<'_>| {
            core.configure(cx, author, |directory, cx| directory.receive_number(cx, number))
        };
        // When this fails it is not known whether the number arrived; the next move or start asks and ends it.
        let arrived = to.apply(receive).await?;
        end_move(from, id, arrived.is_ok(), author).await?;
        Ok(arrived.map(|()| id))
    }

    /// Ends moves that a stop or a failing store cut short.
    pub(crate) async fn end_moves(&self) -> Result<(), EngineError> {
        let _changing = self.changing_numbers().await;
        self.end_moves_now().await
    }

    async fn end_moves_now(&self) -> Result<(), EngineError> {
        for engine in self.instances() {
            let moving = engine.read(|core, _| -> Vec<_> {
                let numbers = core.directory().phone_numbers();
                numbers.filter_map(|number| Some((number.id, number.moving_to?))).collect()
            });
            for (id, to) in moving.await? {
                let arrived = match self.instance(to) {
                    Some(target) => {
                        target.read(|core, _| core.directory().phone_number(id).is_some()).await?
                    }
                    None => false,
                };
                end_move(&engine, id, arrived, SYSTEM).await?;
            }
        }
        Ok(())
    }

    /// The first instance with a number; while the number moves, the one it moves to.
    async fn first_with(
        &self,
        find: impl Fn(&directory::Directory) -> Option<Option<InstanceId>>,
    ) -> Result<Option<Arc<Engine>>, EngineError> {
        let mut source = None;
        for engine in self.instances() {
            match engine.read(|core, _| find(core.directory())).await? {
                Some(None) => return Ok(Some(engine)),
                Some(Some(_)) => source = Some(engine),
                None => {}
            }
        }
        Ok(source)
    }
}

async fn end_move(from: &Engine, id: PhoneNumberId, arrived: bool, author: &str) -> Result<(), EngineError> {
    from.apply(|core, cx| {
        let ended = core.configure(cx, author, |directory, cx| {
            directory.end_number_move(cx, id, arrived);
            Ok::<_, DirectoryError>(())
        });
        debug_assert!(ended.is_ok(), "ending a move refuses nothing");
    })
    .await
}
