import { readFileSync, readdirSync } from 'node:fs';
import { functionNames } from '../../infra/aws/function-names.ts';
import { findRunbookName, runbook } from '../../infra/aws/service/runbook.ts';
import { HUB, federation, writeFederation } from './federation.ts';
import { synthesize } from './synthesis.ts';

const small = { mode: 'small', configuration: writeFederation(federation([HUB])) };

function listAlarms(context: object): readonly Readonly<Record<string, unknown>>[] {
  const { Resources: resources = {} } = synthesize({ ...small, ...context })['azfed'] ?? {};
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => Properties);
}

/** Every constant sentence that functions and use cases can log. */
function readSources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('\n');
}

describe('the runbook', () => {
  const alarms = listAlarms({});

  it('has a page for each alarm, and none for an alarm that is not there', () => {
    const names = alarms.map(({ AlarmName }) => findRunbookName(String(AlarmName).replace('azfed-', '')));
    expect([...new Set(names)].sort()).toEqual(Object.keys(runbook).sort());
    expect(readdirSync('docs/runbook').sort()).toEqual(
      Object.keys(runbook)
        .map((name) => `${name}.md`)
        .sort(),
    );
  });

  it('is named by each alarm, at the place where it is published', () => {
    const published = listAlarms({ runbookUrl: 'https://wiki.example.com/azfed' });
    for (const [list, place] of [
      [alarms, 'docs/runbook'],
      [published, 'https://wiki.example.com/azfed'],
    ] as const)
      for (const { AlarmName: name, AlarmDescription: description } of list) {
        const page = findRunbookName(String(name).replace('azfed-', ''));
        expect(String(description)).toMatch(new RegExp(`\\. ${place}/${page}\\.md$`));
        expect(String(description).length).toBeLessThanOrEqual(1_024);
      }
  });

  it('finds the log groups of a deployment of any name: the alarm names them, and the page says what to put there', () => {
    for (const name of ['azfed', 'federation-eu']) {
      const { Resources: resources = {} } = synthesize({ ...small, name })[name] ?? {};
      const found = Object.values(resources);
      const groups = found.flatMap(({ Type, Properties: { LogGroupName: group } }) =>
        Type === 'AWS::Logs::LogGroup' ? [String(group)] : [],
      );
      const said = found.flatMap(({ Type, Properties: { AlarmDescription: text } }) =>
        Type === 'AWS::CloudWatch::Alarm' ? [...String(text).matchAll(/\/aws\/[^,. ]+/g)].map(String) : [],
      );
      expect(said.length).toBeGreaterThanOrEqual(Object.keys(runbook).length);
      expect(said.filter((group) => !groups.includes(group))).toEqual([]);
    }
    for (const page of readdirSync('docs/runbook'))
      expect(readFileSync(`docs/runbook/${page}`, 'utf8')).toMatch(
        /log group `\/aws\/lambda\/<name>-.*where `<name>` is `-c name=` of the deployment/,
      );
  });

  it.each(Object.entries(runbook))('of %s says what it means, where to look and what to do', (name, page) => {
    const text = readFileSync(`docs/runbook/${name}.md`, 'utf8');
    expect(text).toContain(page.meaning);
    expect(text).toContain(page.query);
    expect(page.steps.length).toBeGreaterThan(0);
    expect(page.logs.filter((one) => !functionNames.includes(one))).toEqual([]);
  });

  it('asks for sentences that azfed logs', () => {
    const sources = readSources('functions') + readSources('shared/application');
    const asked = Object.values(runbook).flatMap(({ query }) =>
      [...query.matchAll(/message = "([^"]+)"/g)].map(([, sentence = '']) => sentence),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((sentence) => !sources.includes(`'${sentence}'`))).toEqual([]);
  });
});
