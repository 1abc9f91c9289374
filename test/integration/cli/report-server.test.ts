import { request } from 'node:http';
import type { LoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { startReportServer } from '../../../functions/cli/commands/local/local-serve.ts';
import type { ReportDocument } from '../../../shared/application/reporting/report-document.ts';
import type { Stage } from '../../builders/stage.ts';
import { setStage } from '../../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../../builders/tampering.ts';

let stage: Stage;
let server: LoopbackServer;
beforeAll(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a' } });
  await stage.runOnce();
  stage.clock.advance(15 * 60_000);
  server = await startReportServer(stage.ports, stage.configuration());
});
afterAll(async () => {
  await server.close();
  await stage.close();
});

async function states(): Promise<readonly string[]> {
  const text = await (await fetch(server.url)).text();
  const [, embedded = ''] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(text) ?? [];
  return (JSON.parse(embedded) as ReportDocument).connections.map(({ state }) => state);
}

/** The status that a request under this name gets; fetch would not let us choose it. */
function sendRequest(host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    request(server.url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', () => {
        resolve(undefined);
      })
      .end();
  });
}

describe('the report that azfed local serve shows', () => {
  it('is as things are at each request', async () => {
    expect(await states()).toEqual(['converged']);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    expect(await states()).toEqual(['repair']);
    await stage.runOnce();
    expect(await states()).toEqual(['converged']);
  });

  it('says in its headers what it may do, and that it is not to be kept', async () => {
    const { headers } = await fetch(server.url);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    ['GET', '/', 200],
    ['HEAD', '/', 200],
    ['POST', '/', 405],
    ['DELETE', '/', 405],
    ['GET', '/report.html', 404],
    ['GET', '/?again', 404],
    ['POST', '/elsewhere', 404],
  ])('answers %s %s with %d', async (method, path, status) => {
    expect((await fetch(`${server.url}${path}`, { method })).status).toBe(status);
  });

  it('answers nobody who was led here by another name', async () => {
    const { host } = new URL(server.url);
    expect(await sendRequest(host)).toBe(200);
    expect(await sendRequest(`azfed.example.com:${new URL(server.url).port}`)).toBe(421);
    expect(await sendRequest('169.254.169.254')).toBe(421);
  });

  it('says why there is none when the table does not answer, and has one again when it does', async () => {
    const state = { ...stage.ports.state, readControls: () => Promise.reject(new Error('planted')) };
    const failing = await startReportServer({ ...stage.ports, state }, stage.configuration());
    const answer = await fetch(failing.url);
    await failing.close();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('The report cannot be made now. planted\n');
    expect(await states()).toEqual(['converged']);
  });
});
