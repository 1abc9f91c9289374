/** What the work returns or throws, as a port has it. */
export function promiseOf<Value>(work: () => Value): Promise<Value> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
