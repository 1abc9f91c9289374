import * as z from 'zod';
import type { WebhookReceiver } from '../../../../../infra/local/webhook-receiver/webhook-receiver.ts';
import type { Say } from './spoken-telemetry.ts';

const Named = z.object({ name: z.string() });

/** What of an event is worth a line. */
const EventBody = z.object({
  type: z.string(),
  data: z.object({
    reason: z.string().optional(),
    project: Named.optional(),
    connection: Named.optional(),
    actor: z.object({ principal: z.string().optional(), sessionName: z.string().optional() }).optional(),
  }),
});

/** Says what the webhook receiver has got since the last time. */
export function watchReceiver(
  { received }: Pick<WebhookReceiver, 'received'>,
  say: Say,
): { readonly tell: () => void } {
  let shown = received.length;
  return {
    tell() {
      for (const { body } of received.slice(shown)) say('webhook', lineOf(body));
      shown = received.length;
    },
  };
}

function lineOf(body: string): string {
  const { success, data: event } = EventBody.safeParse(JSON.parse(body));
  if (!success) return 'Something came that is no event.';
  const { project, connection, reason, actor } = event.data;
  const place = [project?.name, connection?.name].filter((part) => part !== undefined).join(' / ');
  const by = actor ? (actor.sessionName ?? actor.principal ?? 'somebody unknown') : undefined;
  const details = [place, reason, by === undefined ? undefined : `by ${by}`];
  return [event.type, ...details.filter((part) => part !== undefined && part !== '')].join('  ');
}
