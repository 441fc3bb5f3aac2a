// What the marks in a source call, and what came of promises that nobody waited for. Read only for runs that need it.
((told) => {
  'use strict';
  const { HERE, Promised, apply, then, toldSafely, unheard, watched } = told;
  const { defineProperty, getPrototypeOf, isExtensible, values } = Object;
  const { prototype } = Promised;
  const MOST = 100;
  const unsettled = Object.create(null);
  let last = 0;

  // Functions named so are no place in the function's own source, should its time end in them.
  const named = (work) => defineProperty(work, 'name', { value: HERE });
  const fresh = named((value) => value instanceof Promised && getPrototypeOf(value) === prototype && isExtensible(value));
  // What may be a promise of the function's own.
  const marked = named((value, line) => (fresh(value) ? watched(value, { line, heard: false }) : value));
  // An async function that others will call.
  const answering = (work, line) => {
    const { asked } = { asked(...args) { return marked(apply(work, this, args), line); } };
    return defineProperty(named(asked), 'length', { value: work.length, configurable: true });
  };
  // A promise that may never be settled.
  const settling = (value, line) => {
    if (!fresh(value)) return value;
    const about = { line, heard: false };
    const id = ++last;
    const settled = () => { delete unsettled[id]; };
    unsettled[id] = about;
    apply(then, value, [settled, settled]);
    return watched(value, about);
  };
  const SORTS = [marked, named(answering), named(settling)];
  return {
    mark: named((value, line, sort = 0) => SORTS[sort](value, line)),
    // Known only at the end: whose failure nobody heard of.
    lost: () =>
      unheard
        .filter(({ about }) => !about.heard)
        .slice(0, MOST)
        .map(({ about: { label, line, stack }, error }) => ({ label, line: line ?? Number(/<input>:(\d+)/.exec(stack)?.[1]), ...toldSafely(error) })),
    // The line of the last promise that something waits for and nothing settled.
    stuck: () => values(unsettled).findLast(({ heard }) => heard)?.line,
  };
})
