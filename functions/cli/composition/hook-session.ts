import { createHookSession } from '../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import {
  createHookPasswordSource,
  createHookPasswordWriter,
} from '../../../shared/adapters/secrets/secret-source.ts';
import type { RotationPorts } from '../../../shared/application/hooks/hooks.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { openDeployment } from './deployment.ts';
import { resolveSettings, type Invocation } from '../command-line/command.ts';
import type { HookReceiver } from '../../../shared/domain/azure-devops/hook-subscription.ts';
import { secretsOptions } from '../../runtime/connect.ts';

export interface OpenHooks {
  readonly ports: RotationPorts;
  readonly configuration: Configuration;
}

export async function openHooks(invocation: Invocation): Promise<OpenHooks> {
  const { ports, configuration, operator } = await openDeployment(invocation);
  const { local } = resolveSettings(invocation);
  const secret = configuration.hooks?.secret ?? '';
  const secrets = secretsOptions(local);
  return {
    configuration,
    ports: {
      connections: ports.connections,
      session: createHookSession(operator),
      state: ports.state,
      passwords: {
        ...createHookPasswordSource(secret, ports.clock, secrets),
        ...createHookPasswordWriter(secret, secrets),
      },
      ids: ports.ids,
      clock: ports.clock,
    },
  };
}

/** Throws ConfigError. */
export function requireReceiver({ hooks }: Configuration): HookReceiver {
  if (hooks) return hooks;
  throw new ConfigError({
    where: 'hooks',
    what: 'The configuration does not say where service hooks go.',
    fix: 'Write hooks: { url: <output HookUrl>, secret: <output HookSecret> } of the deployment into it.',
  });
}
