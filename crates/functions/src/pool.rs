//! A limited number of threads that run functions.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::sandbox::{self, Fault, Report, Task};

/// Stack of a thread: what the engine may use, and room for what surrounds it.
pub(crate) const THREAD_STACK: usize = 4 * 1024 * 1024;
/// How long after its deadline a function may take to notice before its thread is given up.
const GRACE: Duration = Duration::from_secs(2);

/// Why a function did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotRun {
    /// All places were taken for as long as the call had time.
    NoPlace,
    /// This code has shown that it cannot be stopped.
    Unstoppable,
}

/// The threads, and who may use them.
pub(crate) struct Pool {
    places: Arc<Semaphore>,
    /// Places of one function at most, so that one that hangs leaves room for the others.
    each: usize,
    by_function: Mutex<HashMap<String, Arc<Semaphore>>>,
    jobs: mpsc::Sender<Job>,
    queue: Arc<Mutex<mpsc::Receiver<Job>>>,
    idle: Arc<AtomicUsize>,
    /// Code that outlived its deadline, by digest.
    unstoppable: Mutex<HashSet<String>>,
}

struct Job {
    task: Task,
    tokio: tokio::runtime::Handle,
    begun: Arc<AtomicBool>,
    given_up: Arc<AtomicBool>,
    answer: oneshot::Sender<Report>,
}

/// Stops a function when nobody awaits it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Pool {
    /// A pool with room for so many calls at once; threads are made when they are needed.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let (jobs, queue) = mpsc::channel();
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            each: at_once.div_ceil(2),
            by_function: Mutex::default(),
            jobs,
            queue: Arc::new(Mutex::new(queue)),
            idle: Arc::default(),
            unstoppable: Mutex::default(),
        }
    }

    /// Runs a call: waits for a place within the call's time, then for the answer.
    pub async fn run(&self, task: Task) -> Result<Report, NotRun> {
        let digest = task.package.digest.clone();
        if self.unstoppable.lock().contains(&digest) {
            return Err(NotRun::Unstoppable);
        }
        let deadline = task.deadline;
        let _places = tokio::time::timeout_at(deadline.into(), self.place(&task.name))
            .await
            .map_err(|_| NotRun::NoPlace)?;
        let _stop = StopOnDrop(task.stop.clone());
        let (answer, answered) = oneshot::channel();
        let (begun, given_up) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (request_id, time) = (task.request_id.clone(), task.time);
        let name = task.name.clone();
        let tokio = tokio::runtime::Handle::current();
        // The pool keeps the receiver, so that sending cannot fail.
        let _ = self.jobs.send(Job { task, tokio, begun: begun.clone(), given_up: given_up.clone(), answer });
        self.need_thread();
        match tokio::time::timeout_at((deadline + GRACE).into(), answered).await {
            Ok(Ok(report)) => Ok(report),
            Ok(Err(_)) => {
                let fault = Fault::new("Runtime.Unknown", "the function's thread broke");
                Ok(Report { outcome: Err(fault), lines: Vec::new(), took: Duration::ZERO })
            }
            Err(_) => {
                // The thread is left to itself and ends when the function does.
                given_up.store(true, Ordering::SeqCst);
                if begun.load(Ordering::SeqCst) {
                    self.unstoppable.lock().insert(digest);
                    tracing::error!(
                        function = name,
                        "a function cannot be stopped; this code is not run again"
                    );
                } else {
                    // The machine was too slow, or had no thread: that says nothing about the code.
                    tracing::error!(function = name, "a function did not begin within its time");
                }
                let seconds = time.as_secs_f64();
                let text =
                    format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
                let fault = Fault::new("Sandbox.Timedout", text);
                Ok(Report { outcome: Err(fault), lines: Vec::new(), took: time })
            }
        }
    }

    async fn place(&self, function: &str) -> (OwnedSemaphorePermit, OwnedSemaphorePermit) {
        let own = {
            let mut all = self.by_function.lock();
            if all.len() > 1_000 {
                all.retain(|_, places| places.available_permits() < self.each);
            }
            all.entry(function.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone()
        };
        let open = "places are never closed";
        let own = own.acquire_owned().await.expect(open);
        (own, self.places.clone().acquire_owned().await.expect(open))
    }

    /// Makes a thread unless one is free. Every waiting thread is counted once, so that a job finds one or makes one.
    fn need_thread(&self) {
        let free = self.idle.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |idle| idle.checked_sub(1));
        if free.is_ok() {
            return;
        }
        let (queue, idle) = (self.queue.clone(), self.idle.clone());
        let thread = std::thread::Builder::new().name("function".to_owned()).stack_size(THREAD_STACK);
        let made = thread.spawn(move || {
            loop {
                let next = queue.lock().recv();
                let Ok(job) = next else { return };
                job.begun.store(true, Ordering::SeqCst);
                let report = sandbox::run(&job.task, &job.tokio);
                if job.given_up.load(Ordering::SeqCst) {
                    return;
                }
                idle.fetch_add(1, Ordering::SeqCst);
                // The caller may have left.
                let _ = job.answer.send(report);
            }
        });
        if let Err(error) = made {
            // The job stays in the queue for the next thread that is free, or times out.
            tracing::error!(%error, "no thread for a function");
        }
    }
}
