import { text } from 'node:stream/consumers';

/** A function as Lambda runs it, in a process of its own: the path of its handler, and events on standard input. */
const [, , path = ''] = process.argv;
const { handler } = await import(path);
for (const event of JSON.parse(await text(process.stdin))) {
  const outcome = await handler(event, { getRemainingTimeInMillis: () => 10_000 }).catch((error) => ({
    rejected: error.name,
  }));
  process.stdout.write(`${JSON.stringify({ outcome })}\n`);
}
