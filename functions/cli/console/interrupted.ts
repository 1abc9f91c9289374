/** Resolves when somebody ends the command: Ctrl-C, or a kill that lets it end by itself. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
