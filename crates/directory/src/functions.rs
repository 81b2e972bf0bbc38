//! The functions that flows of the instance may call (spec 05 D17).

use model::FunctionName;
use serde_json::json;

use crate::directory::Directory;
use crate::error::{Code, DirectoryError, Result};
use crate::input::inputs;
use crate::quotas::Quota;
use crate::rows::{Row, Rows};

inputs! {
    /// `AssociateLambdaFunction`.
    AssociateLambdaFunction { function_arn: String, client_token: Option<String> }
    /// `DisassociateLambdaFunction`.
    DisassociateLambdaFunction { function_arn: String, client_token: Option<String> }
    /// `ListLambdaFunctions`.
    ListLambdaFunctions {}
}

impl Directory {
    /// The resource name of a function that a name, partial ARN or ARN means; none = it is no function of this account
    /// and region.
    pub fn function_arn(&self, text: &str) -> Option<String> {
        let scope = self.scope();
        let name = FunctionName::parse(text, &scope.region, &scope.account)?;
        Some(name.arn(&scope.region, &scope.account))
    }

    /// Whether flows may call this function: it is registered, or an HTTP address, which its author typed by hand.
    pub fn may_call(&self, function: &str) -> bool {
        function.starts_with("http://")
            || function.starts_with("https://")
            || self.function_arn(function).is_some_and(|arn| self.instance.functions.contains(&arn))
    }

    /// `AssociateLambdaFunction`. Whether there is such a function is for the caller to know.
    pub fn associate_lambda_function(&mut self, input: AssociateLambdaFunction) -> Result<()> {
        self.mine(&input)?;
        let arn = self.arn_in(&input.function_arn)?;
        if self.instance.functions.contains(&arn) {
            let message = format!("The function {arn} is associated already.");
            return Err(DirectoryError::new(Code::ResourceConflict, message));
        }
        self.room_for(Quota::Functions, self.instance.functions.len())?;
        self.instance.functions.push(arn);
        self.instance.functions.sort();
        self.save_instance();
        Ok(())
    }

    /// `DisassociateLambdaFunction`.
    pub fn disassociate_lambda_function(&mut self, input: DisassociateLambdaFunction) -> Result<()> {
        self.mine(&input)?;
        let arn = self.arn_in(&input.function_arn)?;
        let before = self.instance.functions.len();
        self.instance.functions.retain(|other| *other != arn);
        if self.instance.functions.len() == before {
            return Err(DirectoryError::not_found(format!("The function {arn} is not associated.")));
        }
        self.save_instance();
        Ok(())
    }

    /// `ListLambdaFunctions`, in order.
    pub fn list_lambda_functions<'a>(
        &'a self,
        input: &ListLambdaFunctions,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.unwrap_or_default().to_owned();
        let rows = self.instance.functions.iter().filter(move |arn| **arn > after);
        Ok(Rows::new(rows.map(|arn| Row::new(arn, None, move || json!(arn)))))
    }

    fn arn_in(&self, text: &str) -> Result<String> {
        self.function_arn(text).ok_or_else(|| {
            let scope = self.scope();
            DirectoryError::parameter(format!(
                "FunctionArn must be the name or the ARN of a function in the region {} and the account {}.",
                scope.region, scope.account
            ))
        })
    }
}
