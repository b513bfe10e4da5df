// What is to be done later: the jobs of promises, and timers. QuickJS runs its own jobs only between calls, which is
// too late for a call that waits for its result, so the promises of `promise.js` queue theirs here.

let jobs = [];
let timers = [];
let nextTimer = 1;

/** Runs `job` when the current one is done. */
export function enqueue(job) {
  jobs.push(job);
}

/** Forgets what an earlier call left undone. */
export function forget() {
  if (jobs.length > 0) jobs = [];
  if (timers.length > 0) timers = [];
}

/** Runs jobs, and then timers in the order of their delays, until `isDone` or until there are none. */
export function runUntil(isDone) {
  while (!isDone()) {
    if (jobs.length > 0) runJobs(isDone);
    else if (timers.length > 0) runNextTimer();
    else return;
  }
}

/** Runs the timer with the shortest delay, where there is one. */
export function runNextTimer() {
  timers.shift()?.run();
}

function runJobs(isDone) {
  let done = 0;
  while (done < jobs.length && !isDone()) {
    const job = jobs[done];
    done += 1;
    job();
  }
  jobs = jobs.slice(done);
}

/** Timers without a clock: nothing waits, but what has the shorter delay runs first. */
export function setTimeout(callback, delay = 0, ...values) {
  const id = nextTimer;
  nextTimer += 1;
  const due = Math.max(0, Number(delay) || 0);
  let index = timers.length;
  while (index > 0 && timers[index - 1].due > due) index -= 1;
  timers.splice(index, 0, { id, due, run: () => callback(...values) });
  return id;
}

export function clearTimeout(id) {
  timers = timers.filter((timer) => timer.id !== id);
}
