import type { Reason } from '../../core/errors.js';
import type { ModelPack } from '../../models/manifest.js';
import { Refusal, type RefusalArguments } from '../refusal.js';
import type { StageTimer } from '../stage-timer.js';
import type { Gate, GateRule, Look, LookResult, Views } from './gate.js';

export interface LoadedGate<On extends keyof Views> {
  name: string;
  rule: GateRule;
  look: Look<On>;
}

export interface GateFinding extends LookResult {
  name: string;
  rule: GateRule;
}

/** The options of a request that skip or overrule gates. */
type SkipOptions = Partial<Record<GateRule['skippedBy'] | NonNullable<GateRule['overruledBy']>, boolean>>;

/** Those of the gates that the pack has the models for. @param leftOut names of gates that are switched off */
export async function loadGates<On extends keyof Views>(
  gates: Readonly<Record<string, Gate<On>>>,
  pack: ModelPack,
  leftOut: readonly string[] = [],
): Promise<LoadedGate<On>[]> {
  const loaded: LoadedGate<On>[] = [];
  for (const [name, gate] of Object.entries(gates)) {
    if (leftOut.includes(name)) continue;
    const model = gate.needs && pack.gates[gate.needs];
    if (model || !gate.needs) loaded.push({ name, rule: gate, look: await gate.load(model) });
  }
  return loaded;
}

/** What those of the gates find that the options do not skip. */
export async function askGates<On extends keyof Views>(
  gates: readonly LoadedGate<On>[],
  view: Views[On],
  options: SkipOptions,
  clock?: StageTimer,
): Promise<GateFinding[]> {
  const findings: GateFinding[] = [];
  for (const { name, rule, look } of gates) {
    if (options[rule.skippedBy]) continue;
    const finding = await (clock ? clock.time(name, async () => look(view)) : look(view));
    findings.push({ name, rule, ...finding });
  }
  return findings;
}

/**
 * @returns the reasons of gates that refuse and are overruled
 * @throws Refusal of the first gate that refuses and is neither skipped nor overruled
 */
export function refuseBy(findings: readonly GateFinding[], options: SkipOptions): Reason[] {
  const overruled: Reason[] = [];
  for (const { rule, reason } of findings) {
    if (!reason || options[rule.skippedBy]) continue;
    if (!rule.overruledBy || !options[rule.overruledBy])
      throw new Refusal(...([rule.refuses, reason] as RefusalArguments));
    overruled.push(reason);
  }
  return overruled;
}
