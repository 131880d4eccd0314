import { describe, expect, it } from 'vitest';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { hashedRecord } from '../../src/domain/record-text.ts';
import { AccountMetrics, metricsText } from '../../src/server/http/metrics.ts';
import { NOW } from '../support/given.ts';
import { type GivenAnswers, ToldAnswers } from '../tools/face.ts';
import { raw, servedOverHttp } from './http-rig.ts';

const record = (type: EventType, body: unknown, symbol: string | null = null): JournalRecord =>
  hashedRecord({
    ...{ v: 1, seq: 1, at: NOW, boot: 'boot', type, actor: 'loop', symbol },
    ...{ planId: null, orderId: null, prev: '', body },
  });

function metered(given: GivenAnswers = {}) {
  const told = new ToldAnswers(given);
  return new AccountMetrics({
    status: () => told.status(),
    snapshot: () => told.snapshot(),
    nakedTime: (symbol) => told.nakedTime(symbol),
    alerts: () => told.alerts(),
    lastCycleMs: () => 250,
    laneWaitMs: (lane) => (lane === 'read' ? 1_500 : 0),
    journalLength: () => 42,
    isJournalBroken: () => false,
  });
}

describe('the figures of an account', () => {
  it('count cycles, verdicts by code and naked time, exactly', () => {
    const nakedTimes = {
      KO: { shareSeconds: '0.1', dollarSeconds: '0', nakedSince: null },
      GONE: { shareSeconds: '0.2', dollarSeconds: '0', nakedSince: null },
    };
    const alert = { code: 'naked', symbol: 'KO', because: 'x', since: NOW };
    const metrics = metered({ nakedTimes, alerts: [alert, alert] });
    metrics.hear(record('snapshot_taken', {}));
    metrics.hear(record('cycle_failed', { because: 'x' }));
    for (const symbol of ['KO', 'GONE']) metrics.hear(record('naked_time_measured', {}, symbol));
    const pass = { outcome: 'pass', code: null };
    const deny = { outcome: 'deny', code: 'quote_stale' };
    metrics.hear(record('plan_reviewed', { outcome: 'denied', verdicts: [pass, deny, pass] }));
    metrics.hear(record('plan_reviewed', { outcome: 'denied' }));
    const lines = metricsText(metrics.families()).split('\n');
    for (const line of [
      'bigbrother_cycles_total 1',
      'bigbrother_cycle_failures_total 1',
      'bigbrother_cycle_seconds 0.25',
      'bigbrother_naked_share_seconds_total 0.3',
      'bigbrother_verdicts_total{code="pass"} 2',
      'bigbrother_verdicts_total{code="quote_stale"} 1',
      'bigbrother_lane_wait_seconds{lane="read"} 1.5',
      'bigbrother_journal_records 42',
      'bigbrother_stream_live{stream="trading"} 1',
      'bigbrother_alerts{code="naked"} 2',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('are lines that Prometheus reads, each of a family that is told once', () => {
    const text = metricsText([
      ...metered().families(),
      { name: 'odd', type: 'gauge', help: 'Odd.', samples: [{ value: 1, of: 'a"b\\c\nd' }] },
    ]);
    expect(text).toContain('odd{of="a\\"b\\\\c\\nd"} 1\n');
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^\n]*"\})? -?[\d.]+)$/);
    }
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
  });
});

describe('who asks for figures', () => {
  const get = (port: number, headers: string): Promise<string> =>
    raw(port, `GET /metrics HTTP/1.1\r\nConnection: close\r\n${headers}\r\n`);

  it('gets them on this machine without a token', async () => {
    const { ask } = await servedOverHttp();
    const answer = await ask('/metrics');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('bigbrother_http_evictions_total{cause="room"} 0\n');
  });

  it.each([
    ['under the name of a proxy', 'Host: guard.example.org\r\n'],
    ['through one', 'Host: localhost:PORT\r\nX-Forwarded-For: 203.0.113.7\r\n'],
  ])('needs a token %s', async (_, headers) => {
    const { port, tokens } = await servedOverHttp({ names: ['guard.example.org'] });
    const token = tokens.create('prometheus', 'read');
    const through = headers.replace('PORT', String(port));
    expect(await get(port, through)).toMatch(/^HTTP\/1\.1 401 /);
    const shown = await get(port, `${through}Authorization: Bearer ${token}\r\n`);
    expect(shown).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('for health and readiness gets a word without secrets, and safe headers', async () => {
    let because: string | null = 'the account was not read yet';
    const { ask } = await servedOverHttp({ whyNotReady: () => because });
    const health = await ask('/healthz');
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    const waiting = await ask('/readyz');
    expect([waiting.status, await waiting.text()]).toEqual([503, `${because}\n`]);
    because = null;
    expect((await ask('/readyz')).status).toBe(200);
    expect((await ask('/readyz', { method: 'POST' })).status).toBe(405);
    const nowhere = await ask('/');
    expect(nowhere.status).toBe(404);
    for (const { headers } of [health, waiting, nowhere]) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});
