// Promises whose jobs the SDK runs. The bundler turns `async` functions into generators that use the global `Promise`,
// so that all asynchronous code of a plugin comes here.

import { enqueue } from "./jobs.js";

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

class Promise {
  constructor(executor) {
    if (typeof executor !== "function") throw new TypeError("a promise needs a function");
    this._state = PENDING;
    this._result = undefined;
    this._waiting = [];
    const { resolve, reject } = settlersOf(this);
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  get [Symbol.toStringTag]() {
    return "Promise";
  }

  static get [Symbol.species]() {
    return this;
  }

  then(onFulfilled, onRejected) {
    const { promise, resolve, reject } = this.constructor.withResolvers();
    const react = () => {
      const handler = this._state === FULFILLED ? onFulfilled : onRejected;
      if (typeof handler !== "function") {
        return this._state === FULFILLED ? resolve(this._result) : reject(this._result);
      }
      let answer;
      try {
        answer = handler(this._result);
      } catch (error) {
        return reject(error);
      }
      return resolve(answer);
    };
    if (this._state === PENDING) this._waiting.push(react);
    else enqueue(react);
    return promise;
  }

  catch(onRejected) {
    return this.then(undefined, onRejected);
  }

  finally(onSettled) {
    if (typeof onSettled !== "function") return this.then(onSettled, onSettled);
    const after = (outcome) => this.constructor.resolve(onSettled()).then(outcome);
    return this.then(
      (value) => after(() => value),
      (error) =>
        after(() => {
          throw error;
        }),
    );
  }

  static withResolvers() {
    let resolve;
    let reject;
    const promise = new this((first, second) => {
      resolve = first;
      reject = second;
    });
    return { promise, resolve, reject };
  }

  static resolve(value) {
    if (value instanceof Promise && value.constructor === this) return value;
    return new this((resolve) => resolve(value));
  }

  static reject(error) {
    return new this((_, reject) => reject(error));
  }

  static try(body, ...values) {
    return new this((resolve) => resolve(body(...values)));
  }

  static all(items) {
    return collect(this, items, (promise, keep, reject) => promise.then(keep, reject));
  }

  static allSettled(items) {
    return collect(this, items, (promise, keep) =>
      promise.then(
        (value) => keep({ status: "fulfilled", value }),
        (reason) => keep({ status: "rejected", reason }),
      ),
    );
  }

  static any(items) {
    const none = (errors) => {
      throw new AggregateError(errors, "All promises were rejected");
    };
    return new this((resolve, reject) => {
      collect(this, items, (promise, keep) => promise.then(resolve, keep))
        .then(none)
        .catch(reject);
    });
  }

  static race(items) {
    return new this((resolve, reject) => {
      for (const item of items) this.resolve(item).then(resolve, reject);
    });
  }
}

/** One place in an array for each item, filled by `watch`; resolves when all places are filled. */
function collect(constructor, items, watch) {
  return new constructor((resolve, reject) => {
    const results = [];
    let missing = 1;
    const done = () => {
      missing -= 1;
      if (missing === 0) resolve(results);
    };
    let index = 0;
    for (const item of items) {
      const place = index;
      index += 1;
      missing += 1;
      results.push(undefined);
      watch(
        constructor.resolve(item),
        (result) => {
          results[place] = result;
          done();
        },
        reject,
      );
    }
    done();
  });
}

/** The functions that settle a promise: whichever is called first counts. */
function settlersOf(promise) {
  let isCalled = false;
  const once = (settle) => (value) => {
    if (isCalled) return;
    isCalled = true;
    settle(value);
  };
  return {
    resolve: once((value) => follow(promise, value)),
    reject: once((error) => settle(promise, REJECTED, error)),
  };
}

function follow(promise, value) {
  if (value === promise) {
    settle(promise, REJECTED, new TypeError("a promise cannot be resolved with itself"));
    return;
  }
  let then;
  try {
    then = value !== null && (typeof value === "object" || typeof value === "function") ? value.then : undefined;
  } catch (error) {
    settle(promise, REJECTED, error);
    return;
  }
  if (typeof then !== "function") {
    settle(promise, FULFILLED, value);
    return;
  }
  enqueue(() => {
    const { resolve, reject } = settlersOf(promise);
    try {
      then.call(value, resolve, reject);
    } catch (error) {
      reject(error);
    }
  });
}

function settle(promise, state, result) {
  promise._state = state;
  promise._result = result;
  for (const react of promise._waiting) enqueue(react);
  promise._waiting = [];
}

/** What has become of a promise: `{value}`, `{error}` or, while it is pending, `undefined`. */
export function outcomeOf(promise) {
  switch (promise._state) {
    case FULFILLED:
      return { value: promise._result };
    case REJECTED:
      return { error: promise._result };
    default:
      return undefined;
  }
}

export { Promise };
