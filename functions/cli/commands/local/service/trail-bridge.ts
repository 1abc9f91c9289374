import type { EventBridgeEvent } from 'aws-lambda';
import type { TrailEvent } from '../../../../../infra/local/aws/cloudtrail/trail.ts';

export interface TrailBridge {
  /** What was written in IAM since the last time, as EventBridge tells it. Not what was written before the first time. */
  next(): readonly EventBridgeEvent<string, TrailEvent>[];
}

/** From CloudTrail to EventBridge, by the rule of the service: successful writes in IAM. */
export function createTrailBridge(events: () => readonly TrailEvent[]): TrailBridge {
  let shown = events().length;
  return {
    next() {
      const fresh = events().slice(shown);
      shown += fresh.length;
      return fresh
        .filter(
          ({ eventSource, errorCode }) => eventSource === 'iam.amazonaws.com' && errorCode === undefined,
        )
        .map(bridged);
    },
  };
}

/** EventBridge User Guide, AWS service events delivered via CloudTrail. */
function bridged(detail: TrailEvent): EventBridgeEvent<string, TrailEvent> {
  return {
    version: '0',
    id: detail.eventID,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.iam',
    account: detail.recipientAccountId,
    time: detail.eventTime,
    region: detail.awsRegion,
    resources: [],
    detail,
  };
}
