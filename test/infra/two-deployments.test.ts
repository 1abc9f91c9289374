import { HUB, federation, organizationContext, writeFederation } from './federation.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { synthesize, synthesizeSpoke } from './synthesis.ts';

/** A configuration whose roles in the account begin with the name of the deployment. */
function configure(name: string): string {
  const text = JSON.stringify(federation([HUB])).replaceAll('role/azfed-spoke', `role/${name}-spoke`);
  return writeFederation(JSON.parse(text));
}

const isName = /^(?:\w*Name|Name|Path)$/;
const ofNoAccount = [
  'Path',
  'AttributeName',
  'IndexName',
  'HeaderName',
  'PolicyName',
  'StageName',
  'ContainerName',
  'MetricName',
];

/** Names that are one for an account or a Region, by the type of their resource. */
function listPhysicalNames({ Resources }: Template): readonly string[] {
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Object.entries(Properties)
      .filter(([key, value]) => isName.test(key) && !ofNoAccount.includes(key) && typeof value === 'string')
      .map(([key, value]) => `${Type} ${key} ${String(value)}`),
  );
}

function listNamespaces({ Resources }: Template): readonly unknown[] {
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => Properties['Namespace'])
    .filter((namespace) => !String(namespace).startsWith('AWS/'));
}

const places = ['small', 'organization'] as const;

describe.each(places)('two azfeds in one account, mode %s', (mode) => {
  const [first, second] = ['azfed', 'second'].map((name) => {
    const configuration = configure(name);
    const context =
      mode === 'small'
        ? { mode, configuration, signedRecords: 'true', hookAccessLog: 'true', firewall: 'true', name }
        : { ...organizationContext(configuration), name };
    const spokes = mode === 'small' ? [] : [synthesizeSpoke(context)];
    return [...Object.values(synthesize(context)), ...spokes];
  });

  it('share no name', () => {
    const names = (first ?? []).flatMap(listPhysicalNames);
    const others = (second ?? []).flatMap(listPhysicalNames);
    expect(names.length).toBeGreaterThan(40);
    expect(others).toHaveLength(names.length);
    expect(others.filter((name) => names.includes(name) && !name.includes('{'))).toEqual([]);
  });

  it('export nothing, and count apart', () => {
    expect(JSON.stringify([first, second])).not.toContain('"Export"');
    expect(new Set((first ?? []).flatMap(listNamespaces))).toEqual(new Set(['azfed']));
    expect(new Set((second ?? []).flatMap(listNamespaces))).toEqual(new Set(['second']));
    for (const [name, templates = []] of [
      ['azfed', first],
      ['second', second],
    ] as const)
      for (const { Resources } of templates)
        for (const { Type, Properties } of Object.values(Resources))
          if (Type === 'AWS::Lambda::Function')
            expect(Properties['Environment']).toMatchObject({ Variables: { AZFED_METRICS_NAMESPACE: name } });
  });
});
