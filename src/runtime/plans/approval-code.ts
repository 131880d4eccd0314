import { createHmac } from 'node:crypto';
import type { ActionPlan } from '../../domain/plan.ts';

/** The letters that people can read aloud; five bits each. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const CODE_LENGTH = 8;

/**
 * What a person types to say yes to a plan: eight letters and digits, of the plan's bytes and a
 * secret of this process, so that who knows the hash cannot tell it.
 */
export function approvalCode({ hash }: ActionPlan, secret: string): string {
  const mac = createHmac('sha256', secret).update(hash).digest();
  return [...mac.subarray(0, CODE_LENGTH)].map((byte) => LETTERS.charAt(byte & 31)).join('');
}
