import { defineConfig } from 'vitest/config';

/**
 * The tests that guardrails, plan hash, approvals and halts are held to by themselves; properties
 * and whole accounts, which find more but take longer, are left to `npm test`.
 */
export default defineConfig({
  test: {
    include: [
      'test/policies/guardrails/!(all).test.ts',
      'test/policies/controls/catalogue.test.ts',
      'test/engine/{approval-tier,approved-plan,gate,plan-hash}.test.ts',
      'test/{adapters/system/halt-latch,domain/strictness}.test.ts',
      'test/runtime/{approval-desk,approval-rules,approval-text,approval-words}.test.ts',
      'test/runtime/{broker-error-watch,halt-asked,halt-orders,halt-timing,halt-watch,halt-work}.test.ts',
    ],
    isolate: false,
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: [
        'policies/guardrails/*.ts',
        'src/engine/{planning/plan-hash,review/review,review/approval-tier}.ts',
        'src/domain/{approval,approved-plan,halt,person-approval}.ts',
        'src/runtime/plans/{approval-desk,approval-rules,approval-text}.ts',
        'src/runtime/halt/*.ts',
        'src/adapters/system/{file,memory}-halt-latch.ts',
      ],
      reporter: ['text'],
    },
  },
});
