import { ORGANIZATION, READER_PAT, wholeGrant } from '../../builders/stage.ts';
import type { Case, Patient } from './patient.ts';
import { admit, notified, toFix } from './patient.ts';

const DAY_MS = 86_400_000;
const organizations = ({ stage }: Patient) => stage.cloud.azureDevOps.organizations;
const faults = ({ stage }: Patient) => stage.cloud.azureDevOps.faults;
const pinned = ({ stage }: Patient) => stage.configuration().organizations.map(({ id }) => id)[0];
const reader = (rights: object) => (patient: Patient) =>
  organizations(patient).setPat(ORGANIZATION, { token: READER_PAT, access: 'read', ...rights });
const clearFaults = (patient: Patient) => {
  faults(patient).clear();
};

/** The token in Secrets Manager, with an end. */
function storeToken(patient: Patient, daysFromNow: number): void {
  const expires = new Date(patient.stage.clock.now() + daysFromNow * DAY_MS).toISOString();
  const secret = patient.stage.cloud.secrets.put('pat', JSON.stringify({ token: READER_PAT, expires }));
  patient.otherwise = {
    organizations: patient.stage
      .configuration()
      .organizations.map((one) => ({ ...one, credential: { type: 'pat', secret } })),
  };
}
const storeNothing = (patient: Patient) => {
  patient.otherwise = {};
};

const watchAudit = (patient: Patient) => {
  organizations(patient).setAuditing(ORGANIZATION, true);
  patient.otherwise = {
    organizations: patient.stage.configuration().organizations.map((one) => ({ ...one, auditLog: true })),
  };
};
const ignoreAudit = (patient: Patient) => {
  patient.otherwise = {};
  patient.stage.cloud.azureDevOps.audit.omit([]);
};

const cases: readonly Case[] = [
  {
    name: 'auditing is not switched on',
    breaks: (patient) => {
      watchAudit(patient);
      organizations(patient).setAuditing(ORGANIZATION, false);
    },
    heals: ignoreAudit,
    turns: ['failed audit.readable'],
    says: /HTTP 403/,
    fixes: /View audit log/,
  },
  {
    name: 'entries of the audit log are not understood',
    breaks: (patient) => {
      watchAudit(patient);
      // A slow clock asks for nothing that is younger than it.
      patient.skewMs = 0;
      const { audit, connections } = patient.stage.cloud.azureDevOps;
      connections.rename(ORGANIZATION, patient.stage.id('Shop/prod'), 'prod-1');
      connections.rename(ORGANIZATION, patient.stage.id('Shop/prod'), 'prod');
      audit.omit(['timestamp']);
    },
    heals: ignoreAudit,
    turns: ['warning audit.readable'],
    says: /Not understood: \d+ of its entries/,
    fixes: /Update azfed/,
  },
  {
    name: 'the variable of the token is not set',
    breaks: ({ secrets }) => delete secrets['AZURE_DEVOPS_PAT'],
    heals: ({ secrets }) => (secrets['AZURE_DEVOPS_PAT'] = READER_PAT),
    turns: ['failed credential.obtainable'],
    says: /AZURE_DEVOPS_PAT/,
    fixes: /Set the variable/,
  },
  {
    name: 'the token was revoked',
    breaks: (patient) => organizations(patient).revokePat(ORGANIZATION, READER_PAT),
    heals: reader({}),
    turns: ['failed credential.accepted'],
    says: /expired, revoked/,
    fixes: /Issue a new token/,
  },
  {
    name: 'a conditional access policy of the tenant refuses the place',
    breaks: (patient) => {
      faults(patient).next({}, '403-conditional-access', Infinity);
    },
    heals: clearFaults,
    turns: ['failed credential.accepted'],
    says: /conditional access policy.*VS403463.*sign-in logs/,
    fixes: /administrator of the tenant/,
  },
  {
    name: 'the token ends within two weeks',
    breaks: (patient) => {
      storeToken(patient, 13);
    },
    heals: storeNothing,
    turns: ['warning credential.lasting'],
    says: /contoso ends on 2026-12-/,
    fixes: /Issue a new token/,
  },
  {
    name: 'the token has ended',
    breaks: (patient) => {
      storeToken(patient, -1);
    },
    heals: storeNothing,
    turns: ['failed credential.lasting'],
    says: /ended on/,
    fixes: /Issue a new token/,
  },
  {
    name: 'another organization answers under the name',
    breaks: (patient) => organizations(patient).swapId(ORGANIZATION),
    heals: (patient) => organizations(patient).swapId(ORGANIZATION, pinned(patient) ?? ''),
    turns: ['failed organization.pinned', 'failed organization.named'],
    says: /is configured. The organization is halted/,
    fixes: /Find out who answers/,
  },
  {
    name: 'the organization was renamed',
    breaks: (patient) => organizations(patient).rename(ORGANIZATION, 'contoso-new'),
    heals: (patient) => organizations(patient).rename('contoso-new', ORGANIZATION),
    turns: ['warning organization.named'],
    says: /called contoso-new now/,
    fixes: /Write the name/,
  },
  {
    name: 'the organization is spelled otherwise',
    breaks: (patient) => organizations(patient).rename(ORGANIZATION, 'Contoso'),
    heals: (patient) => organizations(patient).rename('Contoso', ORGANIZATION),
    turns: ['warning organization.named'],
    says: /spelled Contoso; contoso is configured/,
    fixes: /Write the name/,
  },
  {
    name: 'the organization is spelled otherwise, at a legacy address',
    breaks: (patient) => {
      organizations(patient).rename(ORGANIZATION, 'Contoso');
      organizations(patient).setAddress('Contoso', { primary: 'legacy' });
    },
    heals: (patient) => {
      organizations(patient).setAddress('Contoso', { primary: 'new' });
      organizations(patient).rename('Contoso', ORGANIZATION);
    },
    turns: ['warning organization.named'],
    says: /spelled Contoso; contoso is configured/,
    fixes: /Write the name/,
  },
  {
    name: 'the address of the organization does not tell capitals',
    breaks: (patient) => {
      organizations(patient).setAddress(ORGANIZATION, { primary: 'legacy', hostCase: 'lower' });
      patient.otherwise = {
        organizations: patient.stage
          .configuration()
          .organizations.map((one) => ({ ...one, name: 'Contoso' })),
        grants: [],
      };
    },
    heals: (patient) => {
      patient.otherwise = {};
      organizations(patient).setAddress(ORGANIZATION, { primary: 'new', hostCase: 'stored' });
    },
    turns: ['unknown organization.named'],
    says: /does not show capitals; Contoso is configured/,
    fixes: /azfed verify --run/,
  },
  {
    name: 'the token may see no project',
    breaks: reader({ projects: [] }),
    heals: reader({}),
    turns: ['failed projects.readable', 'warning grant.matched'],
    says: /you may see none/,
    fixes: /Project and Team \(read\)/,
  },
  {
    name: 'the list of projects is refused',
    breaks: (patient) => {
      faults(patient).next({ operation: 'projects' }, '403', Infinity);
    },
    heals: clearFaults,
    turns: ['failed projects.readable'],
    says: /HTTP 403/,
    fixes: /Project and Team \(read\)/,
  },
  {
    name: 'the connections of a project are refused',
    breaks: (patient) => {
      faults(patient).next({ operation: 'endpoints', project: 'Shop' }, '403', Infinity);
    },
    heals: clearFaults,
    turns: ['failed connections.readable'],
    says: /^Shop: .*HTTP 403/,
    fixes: /Service Connections \(read\)/,
  },
  {
    name: 'the connections are hidden, which looks as if there were none',
    breaks: reader({ connections: [] }),
    heals: reader({}),
    turns: ['warning connections.readable'],
    says: /none may be read/,
    fixes: /Service Connections \(read\)/,
  },
  {
    name: 'the service stumbles: nobody knows',
    breaks: (patient) => {
      faults(patient).next({ operation: 'endpoints' }, '500', Infinity);
    },
    heals: clearFaults,
    turns: ['unknown connections.readable'],
    says: /out of order/,
    fixes: /Service Connections \(read\)/,
  },
  {
    name: 'the AWS Toolkit is not installed',
    breaks: (patient) => organizations(patient).setToolkit(ORGANIZATION, 'none'),
    heals: (patient) => organizations(patient).setToolkit(ORGANIZATION, 'current'),
    turns: ['failed extension.oidc'],
    says: /not installed/,
    fixes: /1\.15\.0/,
  },
  {
    name: 'the AWS Toolkit is from before OIDC',
    breaks: (patient) => organizations(patient).setToolkit(ORGANIZATION, 'old'),
    heals: (patient) => organizations(patient).setToolkit(ORGANIZATION, 'current'),
    turns: ['failed extension.oidc'],
    says: /too old/,
    fixes: /1\.15\.0/,
  },
  {
    name: 'a grant names a project that is not there',
    breaks: ({ stage }) => {
      stage.configure({
        grants: [{ ...wholeGrant, connections: { ...wholeGrant.connections, project: 'shop' } }],
      });
    },
    heals: ({ stage }) => {
      stage.configure({});
    },
    turns: ['warning grant.matched'],
    says: /contoso\/shop/,
    fixes: /including their case/,
  },
  {
    name: 'the clock is more than a minute slow',
    breaks: (patient) => (patient.skewMs = -62_000),
    heals: (patient) => (patient.skewMs = -58_000),
    turns: ['warning clock.azure-devops', 'warning clock.aws'],
    says: /6\d s slow/,
    fixes: /NTP/,
  },
  {
    name: 'the clock is more than five minutes fast',
    breaks: (patient) => (patient.skewMs = 302_000),
    heals: (patient) => (patient.skewMs = 0),
    turns: ['failed clock.azure-devops', 'failed clock.aws'],
    says: /30\d s fast/,
    fixes: /NTP/,
  },
];

describe('azfed doctor, on an organization', () => {
  let patient: Patient;
  beforeAll(async () => {
    patient = await admit();
  });
  afterAll(() => patient.stage.close());

  it('finds nothing to fix where all is well', async () => {
    const checks = await patient.examine();
    expect(toFix(checks)).toEqual([]);
    expect(checks.map(notified)).toEqual(
      expect.arrayContaining(['ok connections.readable', 'ok extension.oidc']),
    );
    expect(checks.every(({ verdict }) => verdict === 'ok')).toBe(true);
  });

  it('does not warn of a token that lasts for more than two weeks', async () => {
    storeToken(patient, 15);
    const lasting = (await patient.examine()).find(({ code }) => code === 'credential.lasting');
    storeNothing(patient);
    expect(lasting).toMatchObject({ verdict: 'ok', says: expect.stringMatching(/^It ends on/) as string });
  });

  it.each(['ok-null', 'ok-empty-body', 'ok-bare-array', 'html-200', 'cut-json', '500'] as const)(
    'does not take %s for a toolkit that is missing',
    async (fault) => {
      faults(patient).next({ operation: 'types' }, fault, Infinity);
      const ill = toFix(await patient.examine());
      clearFaults(patient);
      expect(ill.map(notified)).toEqual(['unknown extension.oidc']);
    },
  );

  it.each(cases)('says so, and nothing else, when $name', async ({ breaks, heals, turns, says, fixes }) => {
    await breaks(patient);
    const ill = toFix(await patient.examine());
    await heals(patient);
    const well = await patient.examine();
    expect(ill.map(notified)).toEqual(turns);
    expect(ill[0]?.says).toMatch(says);
    expect(ill[0]?.fix).toMatch(fixes);
    expect(well.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  });
});
