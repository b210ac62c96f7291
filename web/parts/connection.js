// The page's one session: where it connects, as whom, and that it comes back. Secrets stay in here until the page is left.
import { keep_connected } from '../wampd.js';
import { keep, kept } from './kept.js';

export class Connection {
  session = null;
  realm = '';
  is_trying = true;
  came_back = false; // the session is not the first one of its login
  is_other = false; // the session before was of another realm or login
  error = null; // why there is none
  offers = { websocket: [], api: [], auth: [], realms: [] }; // what connection.json tells
  #kept = null;
  #wishes = 0; // to join or leave: the newest one counts
  #on_change;
  #last = null;
  #joined_as = null;

  // on_change(kind, detail): "trying", "joined", "waiting" with { wait_ms, error }, "ended".
  constructor(on_change) {
    this.#on_change = on_change;
  }

  get url() {
    const url = new URL(this.offers.websocket[0] ?? '', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.hash = '';
    return url.href;
  }

  get api_url() {
    return this.offers.api.length ? new URL(this.offers.api[0], document.baseURI).href.replace(/#.*/, '').replace(/\/$/, '') : '';
  }

  // What was used the last time here, without the secret.
  get last() {
    return kept('login', {});
  }

  // Asks where to connect, and does so if nobody has to say who he is.
  async begin() {
    try {
      const answer = await fetch('connection.json', { cache: 'no-store' });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.offers = await answer.json();
    } catch (error) {
      return this.#end(new Error(`The router does not tell where to connect: ${error.message}.`));
    }
    if (this.offers.websocket.length === 0) {
      return this.#end(new Error('This address serves no WebSocket with JSON, which this page needs: a path of type "websocket" in the configuration.'));
    }
    const { realm, method } = this.last;
    const realms = this.offers.realms;
    const chosen = [realm, 'realm1'].find((one) => realms.includes(one)) ?? realms[0];
    if (chosen && (method ?? 'anonymous') === 'anonymous') return this.join({ realm: chosen, login: { method: 'anonymous' } });
    return this.#end(null);
  }

  async join({ realm, login }) {
    const wish = ++this.#wishes;
    await this.#kept?.stop();
    if (wish !== this.#wishes) return;
    this.#last = { realm, login };
    this.realm = realm;
    this.error = null;
    this.is_trying = true;
    this.came_back = false;
    keep('login', { realm, method: login.method, authid: login.authid });
    this.#on_change('trying');
    const mine = keep_connected({ url: this.url, realm, login }, {
      on_join: (session) => {
        if (mine !== this.#kept) return;
        this.session = session;
        const joined_as = JSON.stringify([realm, login]);
        this.is_other = this.#joined_as !== null && this.#joined_as !== joined_as;
        this.#joined_as = joined_as;
        this.#on_change('joined');
        this.came_back = true;
      },
      on_wait: (wait_ms, error) => {
        if (mine !== this.#kept) return;
        this.session = null;
        this.#on_change('waiting', { wait_ms, error });
      },
      on_end: (error) => { if (mine === this.#kept) this.#end(error ?? null); },
    });
    this.#kept = mine;
  }

  // With the login that was used last.
  again() {
    return this.#last ? this.join(this.#last) : this.begin();
  }

  leave() {
    this.#wishes += 1;
    return this.#kept?.stop();
  }

  now() {
    this.#kept?.now();
  }

  #end(error) {
    this.session = null;
    this.is_trying = false;
    this.error = error;
    this.#on_change('ended');
  }
}
