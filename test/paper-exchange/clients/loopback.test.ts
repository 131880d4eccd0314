import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { onlyLoopback } from './loopback.ts';

describe('the guard over the sockets of these tests', () => {
  const { hosts, release } = onlyLoopback();
  afterEach(release);

  it('lets no request and no socket leave the machine, and takes note of where it wanted to', async () => {
    await expect(fetch('http://192.0.2.1/v2/account')).rejects.toMatchObject({
      cause: { message: '192.0.2.1 is not this machine' },
    });
    expect(() => connect(443, 'paper-api.alpaca.markets')).toThrow('is not this machine');
    expect([...hosts]).toEqual(['192.0.2.1', 'paper-api.alpaca.markets']);
  });
});
