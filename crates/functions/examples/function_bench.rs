//! Calls an embedded function again and again and prints calls per second and their latency as one line of JSON.

use std::sync::Arc;
use std::time::{Duration, Instant};

use functions::{Functions, Options, Target};
use model::FunctionName;
use store::{Blobs, Store};

/// What a usual function does: reads the event, looks something up, answers.
const SOURCE: &str = "const tiers = new Map([['gold', 1], ['silver', 2]]);
exports.handler = async (event) => {
  const { Parameters, ContactData } = event.Details;
  await null;
  console.log('asked for', Parameters.tier);
  return { tier: String(tiers.get(Parameters.tier) ?? 3), channel: ContactData.Channel, id: crypto.randomUUID() };
};";
const EVENT: &str = r#"{"Name":"ContactFlowEvent","Details":{"ContactData":{"Attributes":{"color":"green"},"Channel":"CHAT",
"ContactId":"11111111-2222-4333-8444-555555555555"},"Parameters":{"tier":"gold"}}}"#;
const FOR: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("tier.js"), SOURCE)?;
    let store = Store::open_sqlite(&folder.path().join("db")).await?;
    let mut options = Options::uploads_only("us-east-1", "123456789012");
    options.folder = Some(folder.path().to_owned());
    let functions = Arc::new(Functions::open(options, store, Blobs::new(folder.path().join("files"))).await?);
    let target = Target::Name(FunctionName::parse("tier", "", "").ok_or("a name")?);
    let callers = std::thread::available_parallelism()?.get();
    let begun = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (functions, target) = (functions.clone(), target.clone());
            tokio::spawn(async move {
                let (mut times, mut errors) = (Vec::new(), 0);
                while begun.elapsed() < FOR {
                    let since = Instant::now();
                    let called = functions.invoke(&target, EVENT, Duration::from_secs(8), 32 * 1024).await;
                    errors += usize::from(!called.is_ok_and(|report| report.outcome.is_ok()));
                    times.push(since.elapsed());
                }
                (times, errors)
            })
        })
        .collect();
    let (mut times, mut errors) = (Vec::new(), 0);
    for task in tasks {
        let (own, wrong) = task.await?;
        times.extend(own);
        errors += wrong;
    }
    let seconds = begun.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{}",
        serde_json::json!({"calls": times.len(), "errors": errors, "callers": callers,
            "calls_per_second": times.len() as f64 / seconds, "p50_ms": at(0.5), "p99_ms": at(0.99)})
    );
    Ok(())
}
