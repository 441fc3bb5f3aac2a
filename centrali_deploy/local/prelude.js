// What a function finds when it runs: `api`, `triggerParams`, `executionParams`, and a language without the host.
//
// The value of this text is one function, host(what, text), which only the process around the engine holds. Nothing in
// here can call out: calls of `api` are queued, taken by that process, and settled when their answers are there.
(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { setPrototypeOf } = Object;
  const own = (value) => setPrototypeOf(value, null); // what the function adds to Object.prototype, toJSON say, is not in it
  const read = eval; // the function may replace it
  const capture = Error.captureStackTrace;
  const Promised = Promise;
  const { then } = Promise.prototype;
  const { apply } = Reflect;
  const PURE = ['base64', 'chunk', 'evaluate', 'formatDate', 'math', 'merge', 'renderTemplate', 'toCSV', 'toJSON', 'uuid'];
  const CRYPTO = ['sha256', 'hmacSha256', 'rsaSign', 'signJwt'];
  const WAITING = 10_000;
  const MOST = 10_000_000, LOGGED = 1_000_000;
  const HERE = 'the local workspace'; // a name that tells frames of what is called by marks in the source from the function's own
  let queue = [], unheard = [], logs = [], logged = 0, last = 0, over = false, end = null;
  const waiting = new Map();
  let pureMembers, watching, lost;

  // Blocking the process, measuring it, or what a browser adds: none of this is there on the platform [S: it runs SES].
  for (const name of ['Atomics', 'SharedArrayBuffer', 'performance', 'DOMException', 'atob', 'btoa', 'queueMicrotask']) delete globalThis[name];

  const withoutIntl = (owner, name) => {
    const plain = owner[name];
    owner[name] = function local(...args) {
      if (args.length === 0) return plain.call(this);
      const error = new Error(`${name} with a locale or a time zone needs Intl, which the local workspace has not: use api.formatDate or write it out`);
      capture(error, local);
      throw error;
    };
  };
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) withoutIntl(Date.prototype, name);
  withoutIntl(Number.prototype, 'toLocaleString');

  // An object that says what it has when asked for what it has not. `then` and `toJSON` are asked for by the language.
  const closed = (label, members, gone = {}) => {
    const get = (target, key) => {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON') return target[key];
      const close = pureMembers().near(key, Object.keys(members));
      const hint = Object.hasOwn(gone, key) ? gone[key] : close ? `Did you mean ${label}.${close}?` : `It has: ${Object.keys(members).join(', ')}.`;
      const error = new TypeError(`${label}.${key} is not there. ${hint}`);
      capture(error, get);
      throw error;
    };
    return new Proxy(Object.freeze(members), { get });
  };

  // Errors carry the place in the function's own source, not one in here.
  const pure = (label, work) => {
    const member = (...args) => {
      try {
        return work(...args);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof InternalError) throw error; // no memory, no stack
        const told = new (error instanceof TypeError ? TypeError : Error)(`${label}: ${error.message}`);
        capture(told, member);
        throw told;
      }
    };
    return member;
  };
  const called = (label, guard) => {
    const member = (...args) => {
      if (waiting.size >= WAITING) throw placed(new RangeError(`api.${label}: ${WAITING} calls wait for their answers already`), traced(member));
      const about = { label, stack: traced(member), heard: false };
      const promise = new Promise((resolve, reject) => Object.assign(about, { resolve, reject }));
      watched(promise, about);
      let text;
      try {
        text = stringify(args);
      } catch (error) {
        failed(about, new TypeError(`api.${label}: the arguments are not JSON: ${error.message}`));
      }
      if (text?.length > MOST) failed(about, new RangeError(`api.${label}: the arguments are larger than 10 MB`));
      else if (text !== undefined) {
        const id = ++last;
        waiting.set(id, about);
        queue.push(own({ id, method: label, args: text, at: about.stack, ...(over && { late: true }) }));
      }
      return guard ? guard(promise, label) : promise;
    };
    return member;
  };
  // Whether anybody waits for a promise: await, then() and Promise.all() all ask it for its constructor. What then() gives is
  // watched as well.
  class Watched extends (class { constructor(promise) { return promise; } }) {
    #about; // out of the function's reach
    constructor(promise, about) {
      super(promise);
      this.#about = about;
    }
    static about(promise) { return #about in promise ? promise.#about : {}; }
  }
  const { about: aboutOf } = Watched;
  const { [HERE]: watched } = {
    [HERE](promise, about) {
      apply(then, promise, [undefined, (error) => about.heard || unheard.push({ about, error })]);
      new Watched(promise, about);
      return setPrototypeOf(promise, WATCHED);
    },
  };
  const { [HERE]: value } = {
    [HERE](done, failed) {
      const { line, stack } = aboutOf(this);
      return watched(apply(then, this, [done, failed]), { line, stack, heard: false });
    },
  };
  const get = function () { return (aboutOf(this).heard = true), Promised; };
  const WATCHED = Object.create(Promise.prototype, { constructor: { get }, then: { value, writable: true } });
  const failed = (about, error) => about.reject(placed(error, about.stack));
  const traced = (member) => {
    const at = {};
    capture(at, member);
    return at.stack;
  };
  const placed = (error, stack) => Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });

  // A promise used as if it were the text itself would quietly become "[object Promise]".
  const awaited = (promise, label) => {
    const refuse = () => {
      const error = new TypeError(`api.${label} answers later: write await api.${label}(...)`);
      capture(error, refuse);
      throw error;
    };
    return Object.defineProperties(promise, { toString: { value: refuse }, toJSON: { value: refuse }, [Symbol.toPrimitive]: { value: refuse } });
  };

  const write = (level, said, context) => {
    const entry = own({ level, message: '' });
    const rest = {};
    if (said instanceof Error) Object.assign(entry, { message: said.message }), Object.assign(rest, { name: said.name });
    else if (said !== null && typeof said === 'object') {
      const { message, level: _level, ...more } = said;
      entry.message = message === undefined ? '' : String(message);
      Object.assign(rest, more);
    } else entry.message = String(said);
    if (context instanceof Error) Object.assign(rest, { name: context.name, error: context.message });
    else if (context !== null && typeof context === 'object') Object.assign(rest, context);
    else if (context !== undefined) rest.context = context;
    if (Object.keys(rest).length > 0) entry.data = rest;
    const text = stringify(entry);
    logged += text.length;
    if (logged <= LOGGED) logs.push(text);
    else if (logged - text.length <= LOGGED) logs.push(stringify(own({ level: 'warn', message: 'More than 1 MB was logged: the rest is left out' })));
  };

  const told = (error) => {
    if (error === null || typeof error !== 'object') return { thrown: String(error) };
    if (!(error instanceof Error)) return { thrown: stringify(error) };
    const frames = String(error.stack).split('\n');
    while (frames[0].startsWith(`    at ${error.constructor.name} (`)) frames.shift(); // the class of the error is not the place
    return { thrown: error.message === '' ? String(error.name) : `${error.name}: ${error.message}`, stack: frames.join('\n') };
  };
  const toldSafely = (error) => {
    try {
      return told(error);
    } catch {
      return { thrown: 'something that cannot be shown' };
    }
  };
  const ended = (value) => {
    let text;
    try {
      text = stringify(value === undefined ? null : value) ?? 'null';
    } catch (error) {
      return { end: 'not-json', ...told(error) };
    }
    return text.length > MOST ? { end: 'too-large' } : { end: 'completed', output: text };
  };

  const steps = {
    begin(text, members, marks) {
      const { gone, names, triggerParams, executionParams, ahead, mark: name } = parse(text);
      const api = {
        crypto: closed('api.crypto', Object.fromEntries(CRYPTO.map((name) => [name, called(`crypto.${name}`, awaited)]))),
        log: pure('api.log', (said, context) => write('info', said, context)),
        logError: pure('api.logError', (said, context) => write('error', said, context)),
      };
      let made; // reading them takes as long as all the rest, and few functions need them
      pureMembers = () => (made ??= read(members)({ pure, closed }));
      for (const name of PURE) Object.defineProperty(api, name, { enumerable: true, get: () => pureMembers()[name] });
      for (const name of names) if (!Object.hasOwn(api, name)) api[name] = called(name);
      if (ahead) {
        const { Date } = globalThis;
        const now = Date.now.bind(Date);
        Date.now = () => now() + ahead;
        globalThis.Date = new Proxy(Date, {
          construct: (target, args, made) => Reflect.construct(target, args.length > 0 ? args : [target.now()], made),
          apply: (target) => new target(target.now()).toString(),
        });
        Date.prototype.constructor = globalThis.Date;
      }
      const watcher = () => (watching ??= read(marks)({ HERE, Promised, apply, then, toldSafely, unheard, watched }));
      lost = () => (unheard.length > 0 ? watcher().lost() : []);
      if (name) Object.defineProperty(globalThis, name, { value: watcher().mark });
      const inputs = { api: closed('api', api, gone), triggerParams, executionParams };
      for (const [name, value] of Object.entries(inputs)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    },
    run(_text, run) {
      (async () => {
        try {
          const value = await run();
          end = ended(value);
        } catch (error) {
          end = { end: 'thrown', ...toldSafely(error) };
        }
      })();
    },
    take(unfinished) {
      if (unfinished) end ??= { end: unfinished, line: watching?.stuck() };
      const unawaited = end ? lost() : [];
      const taken = own({ calls: own(queue), logs: own(logs), ...end, ...(unawaited.length > 0 && { unawaited }) });
      over = end !== null;
      queue = [];
      logs = [];
      return stringify(taken);
    },
    settle(text) {
      for (const { id, value, error } of parse(text)) {
        const about = waiting.get(id);
        waiting.delete(id);
        if (value === undefined && error === undefined) continue; // it was not carried out
        if (error === undefined) about.resolve(value);
        else failed(about, Object.assign(new Error(error.message), error.status === undefined ? {} : { status: error.status }));
      }
    },
  };
  return (what, text, more, most) => steps[what](text, more, most);
})()
