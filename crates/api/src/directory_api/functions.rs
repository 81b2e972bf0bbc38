//! The functions that flows of an instance may call.

use axum::http::Method;
use directory::Directory;
use directory::functions::{AssociateLambdaFunction, DisassociateLambdaFunction, ListLambdaFunctions};
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::Subject;
use super::published::CLIENT_TOKEN;
use super::row::{Answer, INSTANCE_ID, Items, change, configure, list};
use crate::App;

const FUNCTION_ARN: Rule = Rule::Length(1, 140);

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::put("AssociateLambdaFunction", "/instance/{InstanceId}/lambda-function", associate)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("FunctionArn", FUNCTION_ARN)
            .constraint("ClientToken", CLIENT_TOKEN),
        change::<DisassociateLambdaFunction, _, _>(
            Method::DELETE,
            "DisassociateLambdaFunction",
            "/instance/{InstanceId}/lambda-function",
            |_| Subject::none(),
            |directory, _, input| directory.disassociate_lambda_function(input),
        )
        .query("functionArn", "FunctionArn", Kind::String)
        .query("clientToken", "ClientToken", Kind::String)
        .constraint("FunctionArn", FUNCTION_ARN)
        .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListLambdaFunctions, _>(
            "ListLambdaFunctions",
            "/instance/{InstanceId}/lambda-functions",
            Items::plain("LambdaFunctions", 25),
            Directory::list_lambda_functions,
        ),
    ]
}

/// A function must be there before it is associated: a slip of the pen should not show only in a flow.
async fn associate(call: Call<App>, input: AssociateLambdaFunction) -> Answer {
    let functions = call.state.center.functions();
    let there = match functions.name(&input.function_arn) {
        Some(name) => functions.exists(&name).await,
        // The directory says what is wrong with it.
        None => true,
    };
    let missing = || ApiError::resource_not_found(format!("There is no function {}.", input.function_arn));
    let refusal = (!there).then(missing);
    configure(
        &call,
        &Subject::none(),
        input,
        |_, _| refusal.map_or(Ok(()), Err),
        |directory, _, input| directory.associate_lambda_function(input),
    )
    .await
    .map(|()| json!({}) as Value)
}
