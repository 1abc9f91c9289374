import { text } from 'node:stream/consumers';

/** A function as Lambda runs it, in a process of its own: the path of its handler, and events on standard input. */
const [, , path = ''] = process.argv;
const { handler } = (await import(path)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};
const events = JSON.parse(await text(process.stdin)) as readonly unknown[];
for (const event of events) {
  const outcome = await handler(event, { getRemainingTimeInMillis: () => 10_000 }).catch(
    (error: unknown) => ({ rejected: error instanceof Error ? error.name : 'nothing' }),
  );
  process.stdout.write(`${JSON.stringify({ outcome })}\n`);
}
