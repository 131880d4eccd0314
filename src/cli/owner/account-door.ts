import type { Running } from '../../compose.ts';
import { changeInWords } from '../../runtime/settings/settings-diff.ts';
import type { AccountDoor } from '../../server/attach/account-words.ts';
import { handOverMarkdown } from './hand-over-report.ts';

/** What the owner of an account does for the person at a terminal of this machine. */
export const accountDoor = (running: Running): AccountDoor => ({
  async rollBack(request) {
    const handOver = await running.rollback.run(request);
    const json = `${JSON.stringify(handOver, null, 2)}\n`;
    return { isCovered: handOver.isCovered, json, markdown: handOverMarkdown(handOver) };
  },
  pendingSettings() {
    const pending = running.settings.pending();
    return {
      changes: (pending?.changes ?? []).map(changeInWords),
      code: pending?.code ?? null,
      since: pending?.since ?? null,
      appliesAt: pending?.appliesAt ?? null,
      settingsHash: running.settings.hash(),
    };
  },
  acceptSettings: (code, by) => running.settings.accept(code, by),
  forget({ policy, symbol, by }) {
    const body = { policy, by };
    running.logger.logDurably({ type: 'learning_forgotten', actor: 'person', symbol, body });
  },
  inspect() {
    const { bigBrother, attestation, settings } = running;
    const status = bigBrother.status();
    const { mode, tradingState, tradingStateCauses, loopRunning, streams, servers = [] } = status;
    return {
      ...{ mode, tradingState, streams, isGuarding: loopRunning },
      causes: tradingStateCauses.map(({ because, clearedBy }) => ({ because, clearedBy })),
      alerts: bigBrother.alerts().map(({ code, symbol, because }) => ({ code, symbol, because })),
      settingsHash: settings.hash(),
      codeVersion: attestation.codeVersion,
      codeHash: attestation.codeHash,
      servers: [...servers],
    };
  },
});
