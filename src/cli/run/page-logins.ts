import { RandomIds } from '../../adapters/system/random-ids.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { newToken, TokenFiles } from '../../adapters/system/token-file.ts';
import { bearerOf, textOfToken, tokenHash, tokensIn } from '../../server/access/tokens.ts';

/** Long enough to get from the terminal to the browser. */
const LIVES_MS = 15 * 60_000;

/**
 * Logins for the local page, each for one visit: made in a terminal by whoever may write in the
 * data directory, and taken by the server, which keeps nothing but a hash until then.
 */
export class PageLogins {
  readonly #files: TokenFiles;
  readonly #clock = new SystemClock();

  constructor(dataDirectory: string) {
    this.#files = new TokenFiles(dataDirectory, 'page-logins');
  }

  /**
   * @returns an address that works once
   * @throws FileError when the data directory cannot be written
   */
  link(origin: string): string {
    this.#sweep();
    const secret = newToken();
    const name = new RandomIds().next('login');
    const entry = { name, scope: 'read', hash: tokenHash(secret), createdAt: this.#clock.now() };
    this.#files.add(name, textOfToken({ ...entry, scope: 'read' }));
    // Behind the #, which a browser sends to nobody.
    return `${origin}/#login=${secret}`;
  }

  /** @returns true once for each secret that `link` gave, within a quarter of an hour */
  spend(secret: string): boolean {
    this.#sweep();
    const login = bearerOf(secret, tokensIn(this.#files.read()));
    return login !== null && this.#files.remove(login.name);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const { name, createdAt } of tokensIn(this.#files.read())) {
      if (now - createdAt > LIVES_MS) this.#files.remove(name);
    }
  }
}
