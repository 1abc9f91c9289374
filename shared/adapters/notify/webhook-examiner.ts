import type { ChatWebhook, SignedWebhook } from '../../domain/configuration/configuration.ts';
import { isChat, isOfAws } from '../../domain/configuration/configuration.ts';
import type { WebhookExamination } from '../../domain/doctor/examination.ts';
import { complete, unknown, unreadBecause, type Reading } from '../../domain/kernel/result.ts';
import type { WebhookExaminer } from '../../ports/examination.ts';
import { resolveHost, checkTarget, type ResolveHost } from './target.ts';
import { signatureHeaders } from './cloud-event.ts';
import { examineAwsTarget } from './aws-target.ts';
import { requireAws, type WebhookSenderOptions } from './webhook-sender.ts';

/** Looks at where events would go and what they would be signed with, as the sender does, and sends nothing. */
export function createWebhookExaminer(
  options: Pick<WebhookSenderOptions, 'getSecrets' | 'allowLoopback' | 'resolve' | 'aws'>,
): WebhookExaminer {
  const { getSecrets, allowLoopback = false, resolve = resolveHost } = options;
  return {
    async examine(webhook): Promise<WebhookExamination> {
      if (isOfAws(webhook))
        return { address: await examineAwsTarget(requireAws(options), webhook), secret: complete('usable') };
      if (isChat(webhook))
        return examineChat(webhook, getSecrets, (url) => readAddress(url, allowLoopback, resolve));
      const [address, secret] = await Promise.all([
        readAddress(webhook.url, allowLoopback, resolve),
        readSecret(webhook, getSecrets),
      ]);
      return { address, secret };
    },
  };
}

/** Its secret is its address. */
async function examineChat(
  webhook: ChatWebhook,
  getSecrets: WebhookSenderOptions['getSecrets'],
  readChatAddress: (url: string) => Promise<WebhookExamination['address']>,
): Promise<WebhookExamination> {
  try {
    const [url = ''] = await getSecrets(webhook);
    return { address: await readChatAddress(url), secret: complete('usable') };
  } catch (error) {
    const secret = unreadBecause(error);
    return { address: unknown('no-secret', 'Its address is its secret, which could not be read.'), secret };
  }
}

async function readAddress(
  url: string,
  allowLoopback: boolean,
  resolve: ResolveHost,
): Promise<WebhookExamination['address']> {
  const target = checkTarget(url, allowLoopback);
  if ('refusal' in target) return unknown('refused-address', target.refusal);
  const { hostname } = target.url;
  try {
    const addresses = await resolve(hostname);
    const forbidden = addresses.find(({ address }) => !target.isAllowed(address));
    return forbidden
      ? unknown('refused-address', `${hostname} resolves to ${forbidden.address}, where no webhook may go.`)
      : complete(hostname);
  } catch (error) {
    return unresolved(hostname, error);
  }
}

/** No such name is an answer; that nobody could be asked is none (getaddrinfo). */
function unresolved(hostname: string, error: unknown): Reading<never> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
  return code === 'ENOTFOUND'
    ? unknown('not-found', `There is no host ${hostname}.`)
    : unknown('unresolved', `It cannot be found out where ${hostname} is (${code}).`);
}

/** The secret is tried on a text that goes nowhere. */
async function readSecret(
  webhook: SignedWebhook,
  getSecrets: WebhookSenderOptions['getSecrets'],
): Promise<WebhookExamination['secret']> {
  try {
    signatureHeaders(webhook.name, await getSecrets(webhook), 'evt_doctor', '', 0);
    return complete('usable');
  } catch (error) {
    return unreadBecause(error);
  }
}
