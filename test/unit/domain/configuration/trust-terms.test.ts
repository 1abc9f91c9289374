import { escapeTrust, PLAIN_TRUST, placeTrust } from '../../../../shared/domain/configuration/trust-terms.ts';
import { escapePlaceholders, fillPlaceholders } from '../../../../shared/domain/kernel/arn.ts';
import { ACCOUNT } from '../../../builders/domain-ids.ts';
import { fc } from '../../../builders/fast-check.ts';

describe('a placeholder', () => {
  it.each([
    ['arn:{partition}:iam::{account}:root', `arn:aws-cn:iam::${ACCOUNT}:root`],
    ['{{account}}', '{account}'],
    ['{{{partition}}}', '{{partition}}'],
    ['{{account}', `{${ACCOUNT}`],
    ['{account}}', `${ACCOUNT}}`],
    ['${aws:username} {Account} {other}', '${aws:username} {Account} {other}'],
  ])('in %s is filled', (text, filled) => {
    expect(fillPlaceholders(text, 'aws-cn', ACCOUNT)).toBe(filled);
  });

  it('that stands in a live trust is text again once it went through the configuration', () => {
    const part = fc.constantFrom('{', '}', 'account', 'partition', 'x', '$');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(fillPlaceholders(escapePlaceholders(text), 'aws', ACCOUNT)).toBe(text);
        const conditions = { StringEquals: { [`k${text}`]: [text] } };
        const terms = { ...PLAIN_TRUST, conditions };
        expect(placeTrust(escapeTrust(terms), 'aws', ACCOUNT)).toEqual(terms);
      }),
    );
  });
});
