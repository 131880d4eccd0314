import { fieldsOf, listOf, parsed, textOf } from './fields.ts';
import type { Rule } from './rule.ts';

const SEVERITY = ['active', 'reducing', 'halted'];
/** What only a new process can put behind itself. */
const UNTIL_RESTART: ReadonlySet<string> = new Set(['own_fault', 'journal_broken']);

/** What is allowed becomes less by itself, and more only for a reason. */
export const modesOnlyFall: Rule = {
  number: 16,
  sentence:
    'The trading state is that of its strictest cause, each cause has its reason, a fault of ' +
    'our own holds until a restart and a halt until a person lifts it; a mode never changes.',

  watch(scene, tell) {
    let life = 0;
    let latched = new Set<string>();
    return {
      on: {
        record_written({ record, life: writer }) {
          if (record.type !== 'trading_state_changed') return;
          if (writer !== life) latched = new Set();
          life = writer;
          const body = fieldsOf(record.body);
          const state = textOf(body.state) ?? '';
          const causes = listOf(body.causes).map(fieldsOf);
          const strictest = Math.max(0, ...causes.map((cause) => severityOf(cause.state)));
          if (severityOf(state) < strictest) {
            tell(null, `the state is ${state} although a cause asks for ${SEVERITY[strictest]}`);
          }
          const mute = causes.find(({ because }) => !textOf(because));
          if (mute !== undefined) tell(null, `the cause ${String(mute.code)} has no reason`);
          const codes = new Set(causes.map(({ code }) => String(code)));
          for (const code of latched) {
            if (!codes.has(code)) tell(null, `${code} was lifted without a restart`);
          }
          for (const code of codes) if (UNTIL_RESTART.has(code)) latched.add(code);
          const { halt } = scene.lives;
          if (halt !== null && halt.at < scene.now - 1_000 && severityOf(state) === 0) {
            tell(null, `the state is ${state} while the halt of ${halt.level} is latched`);
          }
        },
        tool_answered({ tool, text }) {
          const { current } = scene.lives;
          const mode = textOf(fieldsOf(parsed(text)).mode);
          const started = current === null ? null : (scene.lives.of(current)?.mode ?? null);
          if (mode === null || started === null || mode === started) return;
          tell(null, `${tool} says mode ${mode}, and the process started in ${started}`);
        },
      },
    };
  },
};

/** A word that is not known counts as the strictest. */
function severityOf(state: unknown): number {
  const place = SEVERITY.indexOf(String(state));
  return place === -1 ? SEVERITY.length - 1 : place;
}
