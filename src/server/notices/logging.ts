import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { JournalRecord } from '../../domain/event.ts';
import { textAt } from '../../domain/record-body.ts';
import type { Redactor } from '../answers/redact.ts';
import type { Hearing } from './material-change.ts';

/** Has a host hear of alerts and halts as they come, at the level that it asked for. */
export function registerLogging(server: McpServer, onRecord: Hearing, redactor: Redactor): void {
  const before = { init: server.server.oninitialized, close: server.server.onclose };
  let stop = (): void => {};
  server.server.oninitialized = () => {
    before.init?.();
    stop = onRecord((record) => {
      const level = levelOf(record);
      if (level === null) return;
      const { type, symbol, body } = record;
      const code = textAt(body, 'code') ?? textAt(body, 'state');
      const because = redactor.freeText(textAt(body, 'because') ?? '');
      const data = { event: type, code, symbol, because };
      // A host that is gone hears nothing; the journal has it.
      server.sendLoggingMessage({ level, logger: 'bigbrother', data }).catch(() => {});
    });
  };
  server.server.onclose = () => {
    stop();
    before.close?.();
  };
}

function levelOf(record: JournalRecord): LoggingLevel | null {
  switch (record.type) {
    case 'alert_raised':
      return textAt(record.body, 'code') === 'naked_position' ? 'error' : 'warning';
    case 'halt_latched':
      return 'critical';
    case 'trading_state_changed':
      return textAt(record.body, 'state') === 'active' ? 'notice' : 'warning';
    case 'approval_requested':
      return 'notice';
    case 'alert_cleared':
    case 'halt_lifted':
      return 'info';
    default:
      return null;
  }
}
