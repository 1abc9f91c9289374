import {
  parseDiscoverMessage,
  parseReconcileMessage,
  parseReportMessage,
} from '../../../../shared/adapters/sqs/queue-messages.ts';
import { ACCOUNT, organizationId, projectId } from '../../../builders/domain-ids.ts';

describe('a message of a queue', () => {
  it('is read as it was written', () => {
    const whole = { organizationId: organizationId(1) };
    const project = { ...whole, projectId: projectId(1) };
    expect(parseDiscoverMessage(JSON.stringify(whole))).toStrictEqual(whole);
    expect(parseDiscoverMessage(JSON.stringify(project))).toStrictEqual(project);
    const audit = { ...whole, audit: true };
    expect(parseDiscoverMessage(JSON.stringify(audit))).toStrictEqual(audit);
    const account = { account: ACCOUNT };
    const roles = { ...account, roles: ['deploy', 'read-only'] };
    expect(parseReconcileMessage(JSON.stringify(account))).toStrictEqual(account);
    expect(parseReconcileMessage(JSON.stringify(roles))).toStrictEqual(roles);
    expect(parseReportMessage('{"report":true}')).toStrictEqual({ report: true });
  });

  it.each([
    'not JSON',
    'null',
    '[]',
    '{}',
    `{"organizationId":"${organizationId(1)} "}`,
    `{"organizationId":"${organizationId(1)}","projectId":null}`,
    `{"organizationId":"${organizationId(1)}","audit":false}`,
    `{"organizationId":"${organizationId(1)}","url":"https://example.com"}`,
  ])('that is none is told apart: %s', (text) => {
    expect(parseDiscoverMessage(text)).toBeUndefined();
  });

  it.each([
    'not JSON',
    '{"account":123456789012}',
    '{"account":"12345678901"}',
    `{"account":"${ACCOUNT}","roles":[]}`,
    `{"account":"${ACCOUNT}","roles":["a/b"]}`,
    `{"account":"${ACCOUNT}","roles":["${'a'.repeat(65)}"]}`,
  ])('for an account that is none is told apart: %s', (text) => {
    expect(parseReconcileMessage(text)).toBeUndefined();
  });

  it.each(['true', '{}', '{"report":false}', `{"report":true,"account":"${ACCOUNT}"}`])(
    'that asks for no report is told apart: %s',
    (text) => {
      expect(parseReportMessage(text)).toBeUndefined();
    },
  );
});
