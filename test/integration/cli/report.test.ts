import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportDocument } from '../../../shared/application/reporting/report-document.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
});
afterAll(() => place.leave());

const parseReport = (text: string) => JSON.parse(text) as ReportDocument;

describe('azfed report', () => {
  it('writes one page that holds what --json says', async () => {
    const page = await place.azfed(['report', '--local', '--out', 'page.html']);
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toMatch(
      /^page\.html: \d+ connections\. Open it in a browser:\nfile:\/\/\/\S+\/page\.html\n$/,
    );
    const html = readFileSync(join(place.path, 'page.html'), 'utf8');
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)[^"\s]*\.(?:js|css)/);
    const embedded = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const { madeAt: _, ...said } = parseReport((await place.azfed(['report', '--local', '--json'])).stdout);
    expect(parseReport(embedded)).toMatchObject(said);
    expect(said.connections.length).toBeGreaterThan(0);
  });

  it('tells what drifted, by whom, what is expected and what is there, and afterwards what was done', async () => {
    await place.azfed(['local', 'tamper', 'open-trust', 'shop-prod']);
    const before = parseReport((await place.azfed(['report', '--local', '--json'])).stdout);
    const drifted = before.connections.find(({ connection }) => connection === 'Shop / aws-prod');
    expect(drifted).toMatchObject({
      state: 'repair',
      cause: 'drift',
      owner: 'shop',
      projectId: expect.any(String) as unknown,
      organization: 'contoso',
      project: 'Shop',
      account: '123456789012',
      by: 'arn:aws:iam::123456789012:user/admin',
      differences: [{ path: 'trust.Statement[1]' }],
    });
    expect(drifted?.liveTrust).not.toEqual(drifted?.expectedTrust);
    expect(before.permissionSets?.[drifted?.permissionSet ?? -1]).toMatchObject({
      boundary: 'arn:aws:iam::123456789012:policy/azfed-boundary',
    });
    await place.azfed(['apply', '--local', '--yes']);
    const after = parseReport((await place.azfed(['report', '--local', '--json'])).stdout);
    expect(after.connections.find(({ connection }) => connection === 'Shop / aws-prod')?.state).toBe(
      'converged',
    );
    expect(after.events[0]).toMatchObject({
      type: 'connection.repaired.v1',
      connectionId: drifted?.connectionId,
      title: 'The role of Shop / aws-prod was repaired',
      run: { trigger: 'person' },
      by: 'arn:aws:iam::123456789012:user/admin',
      done: 'done',
    });
  });

  it('names connections that still sign in with keys', async () => {
    const { staticKeys } = parseReport((await place.azfed(['report', '--local', '--json'])).stdout);
    expect(staticKeys.map(({ connection, credentials }) => [connection, credentials])).toContainEqual([
      'Shop / aws-mixed',
      'mixed',
    ]);
  });

  it('says what could not be read, on the page too, and ends with 3', async () => {
    place.cloud.aws.faults.next({ operation: 'ListRoles' }, 'accessDenied', Infinity);
    const { code, stdout, stderr } = await place.azfed(['report', '--local', '--json']);
    place.cloud.aws.faults.clear();
    expect(code).toBe(3);
    expect(stderr).toContain('Could not be read: Account 123456789012');
    expect(parseReport(stdout).adoption.unreadAccounts).toContain('123456789012');
    expect(parseReport(stdout).unread).toHaveLength(2);
  });

  it('says where a page cannot be written', async () => {
    const { code, stderr } = await place.azfed(['report', '--local', '--out', 'nowhere/page.html']);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere/page.html');
    expect(existsSync(join(place.path, 'nowhere'))).toBe(false);
  });
});
