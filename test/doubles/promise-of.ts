/** What the work returns or throws, as a port has it. */
export function toPromise<Value>(work: () => Value): Promise<Value> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
