import { defineCommand } from '../command.js';
import { examine } from '../doctor/examine.js';
import type { Finding } from '../doctor/finding.js';

export const doctor = defineCommand({
  about:
    "Looks at everything that a server with this environment's settings needs, and says what to fix. It changes nothing, and a server may run meanwhile. Ends with 1 when something fails; warnings alone end with 0.",
  options: {
    json: { type: 'boolean', help: 'print {"ok", "findings": [{check, state, text, fix}]}' },
  },
  async run({ json }) {
    const findings = await examine(process.env);
    const failures = findings.filter(({ state }) => state === 'fail').length;
    const warnings = findings.filter(({ state }) => state === 'warn').length;
    if (json) console.log(JSON.stringify({ ok: failures === 0, findings }, undefined, 2));
    else {
      for (const finding of findings) console.log(line(finding));
      console.log(`\n${summary(failures, warnings)}`);
    }
    if (failures > 0) process.exitCode = 1;
  },
});

const marks = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

function line({ check, state, text, fix }: Finding): string {
  const first = `${marks[state]}  ${check.padEnd(10)} ${text}`;
  return fix === undefined ? first : `${first}\n${' '.repeat(17)}→ ${fix}`;
}

function summary(failures: number, warnings: number): string {
  if (failures === 0 && warnings === 0) return 'All is well.';
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  if (failures === 0) return `The server can start; ${count(warnings, 'warning')}.`;
  return `${count(failures, 'failure')} to fix${warnings > 0 ? `, and ${count(warnings, 'warning')}` : ''}.`;
}
