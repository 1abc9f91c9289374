import { doctorText } from '../../../functions/cli/commands/doctor.ts';
import { createStyle } from '../../../functions/cli/output/style.ts';
import { judging, selectWorstVerdict } from '../../../shared/domain/doctor/check.ts';
import { unknown } from '../../../shared/domain/kernel/result.ts';

const plain = createStyle(false);
const contoso = judging('organization contoso');
const account = judging('account 1');

describe('what doctor says to people', () => {
  it('is a block for each subject, columns below each other, with what to do below each line that is not well', () => {
    const text = doctorText(
      [
        contoso.ok('credential.accepted', 'Yes.'),
        contoso.untried('projects.readable', 'nobody was asked'),
        account.failed('account.policies', 'Not there: p.', 'Create it.'),
      ],
      plain,
    );
    expect(text.split('\n')).toEqual([
      'organization contoso',
      '  ok        credential.accepted   Yes.',
      '  unknown   projects.readable     Not tried: nobody was asked.',
      '',
      'account 1',
      '  failed    account.policies      Not there: p.',
      '    -> Create it.',
      '',
      'Doctor: 1 ok, 1 failed, 1 unknown; 3 checks.',
    ]);
  });

  it('goes on below its own column where the screen is narrow', () => {
    const says = 'The quota is 2048 characters, and the longest trust takes 1990 of them.';
    const text = doctorText([account.failed('account.quotas', says, `Shorten it. ${says}`)], plain, 60);
    expect(text.split('\n').slice(1, 6)).toEqual([
      '  failed   account.quotas   The quota is 2048 characters,',
      '                            and the longest trust takes 1990',
      '                            of them.',
      '    -> Shorten it. The quota is 2048 characters, and the',
      '       longest trust takes 1990 of them.',
    ]);
  });

  it('shows names from outside as what they are', () => {
    const hostile = 'Shop\u001b[2J\nDoctor: 9 ok';
    const text = doctorText([judging(hostile).warning('grant.matched', hostile, hostile)], plain);
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')).toHaveLength(5);
  });
});

describe('the verdict of all', () => {
  const ok = contoso.ok('credential.accepted', 'Yes.');
  const warning = contoso.warning('credential.lasting', 'Soon.');
  const untried = contoso.untried('projects.readable', 'why');
  const failed = contoso.failed('extension.oidc', 'No.');

  it.each([
    ['ok', [ok]],
    ['warning', [ok, warning]],
    ['unknown', [ok, warning, untried]],
    ['failed', [ok, warning, untried, failed]],
    ['ok', []],
  ] as const)('is %s, the worst of them', (verdict, checks) => {
    expect(selectWorstVerdict(checks)).toBe(verdict);
  });
});

describe('what could not be read', () => {
  it.each([
    ['access-denied', 'failed', /^Allow the actions/],
    ['timed-out', 'unknown', /^Ask again; if it stays so: Allow the actions/],
  ] as const)('after %s is %s', (code, verdict, fix) => {
    const check = account.unread('account.reads', unknown(code, 'No.'));
    expect(check).toMatchObject({ verdict, says: 'No.' });
    expect(check.fix).toMatch(fix);
  });
});
