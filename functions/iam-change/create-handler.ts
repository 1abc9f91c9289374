import type { EventBridgeEvent } from 'aws-lambda';
import type { IamChangePorts } from '../../shared/application/intake/receive-iam-change.ts';
import { receiveIamChange } from '../../shared/application/intake/receive-iam-change.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';

export interface IamChangeDependencies {
  readonly ports: IamChangePorts;
  readonly accounts: readonly Account[];
}

type TrailEvent = Pick<EventBridgeEvent<string, unknown>, 'account' | 'detail'>;

export function createHandler({ ports, accounts }: IamChangeDependencies) {
  return async ({ account: sender, detail: record }: TrailEvent): Promise<void> => {
    await receiveIamChange(ports, accounts, { sender, record });
  };
}
