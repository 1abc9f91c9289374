import type { Configuration, Webhook } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { fixOfName } from './name-choice.ts';

/** The webhook of that name, or all of them. Throws ConfigError. */
export function chooseWebhooks({ webhooks }: Configuration, name?: string): readonly Webhook[] {
  if (name === undefined) return webhooks;
  const named = webhooks.filter((webhook) => webhook.name === name);
  if (named.length > 0) return named;
  const names = webhooks.map((webhook) => webhook.name);
  throw new ConfigError([
    {
      where: `--webhook ${name}`,
      what: 'There is no such webhook.',
      fix: fixOfName(name, names, 'federation.yaml'),
    },
  ]);
}
