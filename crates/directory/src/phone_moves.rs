//! How a phone number moves from one instance to another (spec 02 §1.5): two directories, and three steps that each are
//! stored before the next.
//!
//! | step | where | number is in |
//! |---|---|---|
//! | `begin_number_move` | source | the source, `IN_PROGRESS` |
//! | `receive_number` | target | both; the target's counts |
//! | `end_number_move` | source | the target |
//!
//! A server that stops in between ends the move at its next start: it went through if the target has the number.

use model::resource::PhoneNumber;
use model::{InstanceId, PhoneNumberId};

use crate::directory::{Cx, Directory};
use crate::error::Result;
use crate::quotas::Quota;

impl Directory {
    /// Marks a number as moving and gives it as the target is to receive it.
    pub fn begin_number_move(
        &mut self,
        cx: &mut Cx<'_>,
        reference: &str,
        to: InstanceId,
    ) -> Result<PhoneNumber> {
        let number = self.unmoved(reference)?.clone();
        self.number_is_dispensable(&number)?;
        self.touch_number(cx, PhoneNumber { moving_to: Some(to), ..number.clone() });
        Ok(PhoneNumber { contact_flow_id: None, ..number })
    }

    /// Takes a number in, without a flow.
    pub fn receive_number(&mut self, cx: &mut Cx<'_>, number: PhoneNumber) -> Result<()> {
        self.room_for(Quota::PhoneNumbers, self.table::<PhoneNumber>().len())?;
        self.touch_number(cx, number);
        Ok(())
    }

    /// Ends the move of a number: it is gone from here if the target has it, and stays otherwise.
    pub fn end_number_move(&mut self, cx: &mut Cx<'_>, id: PhoneNumberId, arrived: bool) {
        let Some(number) = self.phone_number(id).filter(|number| number.moving_to.is_some()).cloned() else {
            return;
        };
        if arrived {
            self.remove::<PhoneNumber>(&id);
        } else {
            self.touch_number(cx, PhoneNumber { moving_to: None, ..number });
        }
    }
}
