import type { IamChangePorts } from '../../shared/application/intake/receive-iam-change.ts';
import { createIamChangeReceiver } from '../../shared/application/intake/receive-iam-change.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { isRecord } from '../../shared/domain/kernel/json.ts';

export interface IamChangeDependencies {
  readonly ports: IamChangePorts;
  readonly configuration: Configuration;
}

export function createHandler({ ports, configuration }: IamChangeDependencies) {
  const receive = createIamChangeReceiver(ports, configuration);
  /** An event of EventBridge; what is none is ignored as unreadable. */
  return async (event: unknown): Promise<void> => {
    const { account: sender, detail: record } = isRecord(event) ? event : {};
    await receive({ sender, record });
  };
}
