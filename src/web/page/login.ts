import { element, setText } from '../dom.ts';
import type { Client } from './client.ts';

/**
 * The secret of a link that a terminal printed; taken out of the address at once, so that neither
 * the history nor a copied address holds it.
 */
export function secretInAddress(): string | null {
  const [, secret = null] = /^#login=([\w-]{1,200})$/.exec(location.hash) ?? [];
  if (secret !== null) history.replaceState(null, '', location.pathname);
  return secret;
}

/** Asks for a login until there is one. */
export class LoginForm {
  readonly root: HTMLElement;
  readonly #client: Client;
  readonly #because = element('p', 'login-because', [], { role: 'alert' });
  readonly #onLogin: () => void;

  constructor(client: Client, onLogin: () => void) {
    this.#client = client;
    this.#onLogin = onLogin;
    const secret = document.createElement('input');
    secret.type = 'password';
    secret.autocomplete = 'off';
    secret.required = true;
    secret.id = 'login-secret';
    const form = element('form', 'login-form', [
      element('label', '', ['Token'], { for: secret.id }),
      secret,
      element('button', 'primary', ['Look'], { type: 'submit' }),
    ]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.enter(secret.value.trim());
      secret.value = '';
    });
    this.root = element('main', 'login', [
      element('h1', 'login-title', ['BigBrother']),
      element('p', '', [
        'Run ',
        element('code', '', ['bigbrother page']),
        ' in a terminal of this machine and open the link that it prints. It works once.',
      ]),
      element('p', 'note', [
        'A token made for a host ("bigbrother token create") opens the page as well, to look only.',
      ]),
      form,
      this.#because,
    ]);
  }

  async enter(secret: string): Promise<void> {
    const told = await this.#client.login(secret);
    if (told.outcome === 'told') {
      this.say('');
      this.#onLogin();
    } else this.say(told.outcome === 'failed' ? told.because : USED);
  }

  say(because: string): void {
    setText(this.#because, because);
  }
}

const USED = 'This link or token is not known, was used or is too old. Make a new one.';
