import { checkClock, checkData, checkLeftovers, checkSettings } from './checks/claude.ts';
import { checkHooks, checkSwitchedOff } from './checks/hooks.ts';
import { checkLedger, checkLines, checkPrices, checkTranscripts } from './checks/ledger.ts';
import { checkLive } from './checks/live.ts';
import {
  checkConfiguration,
  checkEnvironment,
  checkLauncher,
  checkMachine,
  checkRuntimeState,
  checkService,
  checkStatusFolder,
} from './checks/own.ts';
import { checkLoad, checkSources, checkSummary } from './checks/sources.ts';
import { checkStatusline } from './checks/statusline.ts';
import type { DoctorFacts } from './facts.ts';
import type { Finding } from './finding.ts';

/** In the order of the report: what there is, what is installed, what it does, what is kept. */
const CHECKS: readonly ((facts: DoctorFacts) => readonly Finding[])[] = [
  checkData,
  checkConfiguration,
  checkSettings,
  checkSwitchedOff,
  checkHooks,
  checkStatusline,
  checkLauncher,
  checkService,
  checkLive,
  checkSources,
  checkSummary,
  checkLeftovers,
  checkStatusFolder,
  checkRuntimeState,
  checkLedger,
  checkTranscripts,
  checkLines,
  checkPrices,
  checkClock,
  checkMachine,
  checkLoad,
  checkEnvironment,
];

export const diagnose = (facts: DoctorFacts): readonly Finding[] => CHECKS.flatMap((check) => check(facts));
