import { unknownActor } from '../../../../shared/domain/attribution/actor.ts';

describe('the link to what nobody was found for', () => {
  it.each([
    {
      partition: 'aws',
      link: 'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?ReadOnly=false&ResourceName=deploy%2Bx%40y',
    },
    {
      partition: 'aws-us-gov',
      link: 'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudtrailv2/home?region=us-gov-west-1#/events?ReadOnly=false&ResourceName=deploy%2Bx%40y',
    },
    {
      partition: 'aws-cn',
      link: 'https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events?ReadOnly=false&ResourceName=deploy%2Bx%40y',
    },
  ] as const)('searches for the role in the history of $partition', ({ partition, link }) => {
    expect(unknownActor(partition, { kind: 'role', name: 'deploy+x@y' })).toEqual({
      source: 'unknown',
      link,
    });
  });
});
