import type { Rule } from 'eslint';

export declare const typedDecisions: Rule.RuleModule;
