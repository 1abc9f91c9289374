import { deliver, type DeliverySummary } from '../../../shared/application/delivery/deliver.ts';
import type { Deployment } from '../composition/deployment.ts';
import { inert } from '../output/sanitize.ts';
import type { Invocation } from '../command-line/command.ts';
import { describeFailure } from '../../../shared/domain/kernel/errors.ts';

/** Somebody waits. What is not sent by then is left to the service. */
const PATIENCE_MS = 60_000;

/** What is told is told at once; what a receiver refuses stays in the outbox for the next run. */
export async function deliverPending(
  { ports, configuration }: Deployment,
  { terminal }: Invocation,
): Promise<DeliverySummary | undefined> {
  try {
    return await deliver(ports, configuration.webhooks, { deadline: ports.clock.now() + PATIENCE_MS });
  } catch (error) {
    terminal.problem(`Events stay in the outbox: ${inert(describeFailure(error).message)}`);
    return undefined;
  }
}
