import { readFunctionEnvironment } from '../../../shared/config/function-environment.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

const whole = {
  AZFED_TABLE: 'azfed',
  AZFED_CONFIG_BUCKET: 'azfed-config',
  AZFED_CONFIG_KEY: 'federation.yaml',
  AZFED_CONFIG_SHA256: 'a'.repeat(64),
  AZFED_DISCOVER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/discover.fifo',
  AZFED_RECONCILE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/reconcile.fifo',
  AZFED_HOOK_SECRET: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:hook-AbCdEf',
};

describe('the environment of a function', () => {
  it('gives the settings that are asked for, and no others', () => {
    expect(readFunctionEnvironment(['table', 'hookSecret'], whole)).toStrictEqual({
      table: 'azfed',
      hookSecret: whole.AZFED_HOOK_SECRET,
    });
  });

  it('does not miss what is not asked for', () => {
    expect(readFunctionEnvironment(['table'], { AZFED_TABLE: 'azfed' })).toStrictEqual({ table: 'azfed' });
  });

  it('is refused with every problem at once, and without a value', () => {
    const read = () =>
      readFunctionEnvironment(
        [
          'table',
          'configurationBucket',
          'configurationKey',
          'configurationHash',
          'discoverQueue',
          'reconcileQueue',
          'hookSecret',
        ],
        {
          AZFED_TABLE: 'planted table',
          AZFED_CONFIG_BUCKET: 'Planted',
          AZFED_CONFIG_KEY: '',
          AZFED_CONFIG_SHA256: 'planted',
          AZFED_DISCOVER_QUEUE_URL: 'planted',
          AZFED_RECONCILE_QUEUE_URL: 'ftp://planted/x.fifo',
        },
      );
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      expect(
        error instanceof ConfigError && error.problems.map(({ where }) => where.split(' ').at(-1)),
      ).toEqual(Object.keys(whole));
      expect(String(error)).not.toMatch(/planted/i);
    }
  });
});
