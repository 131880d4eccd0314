import { decisionPass } from './decision-pass.ts';
import { report } from './harness.ts';

const rows = [await decisionPass()];
report(rows, process.argv.includes('--json'));
