import type { EventBridgeEvent } from 'aws-lambda';
import type { IamChangePorts } from '../../shared/application/intake/receive-iam-change.ts';
import { createIamChangeReceiver } from '../../shared/application/intake/receive-iam-change.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';

export interface IamChangeDependencies {
  readonly ports: IamChangePorts;
  readonly configuration: Configuration;
}

type TrailEvent = Pick<EventBridgeEvent<string, unknown>, 'account' | 'detail'>;

export function createHandler({ ports, configuration }: IamChangeDependencies) {
  const receive = createIamChangeReceiver(ports, configuration);
  return async ({ account: sender, detail: record }: TrailEvent): Promise<void> => {
    await receive({ sender, record });
  };
}
