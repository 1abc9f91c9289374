import * as z from 'zod';
import { parseAccountId, parseOrganizationId, parseProjectId } from '../../domain/kernel/ids.ts';
import type {
  AccountSweep,
  ChangesMessage,
  DiscoverMessage,
  ReconcileMessage,
  ReportMessage,
} from '../../domain/discovery/queue-message.ts';
import { parseJson } from '../../domain/kernel/json.ts';

/** How messages look in a queue. The infrastructure's schedules write the discover message by hand: keep them in step. */
function idText<Id extends string>(parse: (text: string) => Id | undefined) {
  return z.string().transform((text, context) => {
    const id = parse(text);
    if (id !== undefined) return id;
    context.addIssue({ code: 'custom', message: 'is not an id' });
    return z.NEVER;
  });
}

// RoleName: 1 to 64 of these (IAM service model).
const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/);

const workId = z.string().regex(/^\w{1,64}$/);

const discoverMessage = z.strictObject({
  organizationId: idText(parseOrganizationId),
  projectId: idText(parseProjectId).exactOptional(),
  audit: z.literal(true).exactOptional(),
  remote: workId.exactOptional(),
});

const accountSweep = z.strictObject({ sweep: z.literal('accounts') });

const changesMessage = z.strictObject({ account: idText(parseAccountId), changes: z.int().nonnegative() });

const reconcileMessage = z.strictObject({
  account: idText(parseAccountId),
  roles: z.array(roleName).min(1).exactOptional(),
  discovery: workId.exactOptional(),
  remote: workId.exactOptional(),
  round: z.int().positive().exactOptional(),
});

const remoteStart = z.strictObject({
  remote: z.strictObject({ accounts: z.array(idText(parseAccountId)).min(1).exactOptional() }),
});

const reportMessage = z.strictObject({ report: z.literal(true) });

/** `undefined` for a text that is no discover message: it will never be one, so trying again helps nobody. */
export function parseDiscoverMessage(text: string): DiscoverMessage | undefined {
  return parse(discoverMessage, text);
}

/** `undefined` for a text that asks for no sweep. */
export const parseAccountSweep = (text: string): AccountSweep | undefined => parse(accountSweep, text);

/** `undefined` for a text that names no slot of changes. */
export const parseChangesMessage = (text: string): ChangesMessage | undefined => parse(changesMessage, text);

/** `undefined` for a text that is no reconcile message. */
export function parseReconcileMessage(text: string): ReconcileMessage | undefined {
  return parse(reconcileMessage, text);
}

/** `undefined` for an event that no person has sent who starts a run. */
export function parseRemoteStart(event: unknown): z.output<typeof remoteStart>['remote'] | undefined {
  return remoteStart.safeParse(event).data?.remote;
}

/** `undefined` for a text that is no report message. */
export const parseReportMessage = (text: string): ReportMessage | undefined => parse(reportMessage, text);

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  return schema.safeParse(parseJson(text)).data;
}
