import { accountScenarios } from './account-scenarios.ts';
import { adoptionScenarios } from './adoption-scenarios.ts';
import { companyScenarios } from './company-scenarios.ts';
import { configurationScenarios } from './configuration-scenarios.ts';
import { connectionScenarios } from './connection-scenarios.ts';
import { insiderScenarios } from './insider-scenarios.ts';
import { keptPartScenarios } from './kept-part-scenarios.ts';
import { operatorScenarios } from './operator-scenarios.ts';
import { retirementScenarios } from './retirement-scenarios.ts';
import { sliceScenarios } from './slice-scenarios.ts';
import type { Scenarios } from './scenario.ts';
import { tableWriterScenarios } from './table-writer-scenarios.ts';

export const scenarios: Scenarios = {
  ...connectionScenarios,
  ...configurationScenarios,
  ...accountScenarios,
  ...companyScenarios,
  ...insiderScenarios,
  ...keptPartScenarios,
  ...adoptionScenarios,
  ...operatorScenarios,
  ...retirementScenarios,
  ...tableWriterScenarios,
  ...sliceScenarios,
};
