// "Try it" and "Watch".
import { connected, expect, log_in, logged, open, submit, until } from './hands.mjs';

export async function register_and_call(page) {
  await connected(page);
  await submit(page, 'register', { uri: 'com.example.page.echo' });
  await page.getByRole('button', { name: 'Unregister com.example.page.echo' }).waitFor();
  await submit(page, 'call', { uri: 'com.example.page.echo', args: '[1, "zwei", 9007199254740993]', kwargs: '{"a": [2.5]}' });
  await logged(page, 'invocation', 'args [1,"zwei",9007199254740993]');
  await logged(page, 'result', 'args [1,"zwei",9007199254740993]\nkwargs {"a":[2.5]}');
  await page.getByRole('button', { name: 'Unregister com.example.page.echo' }).click();
  await logged(page, 'unregistered', 'com.example.page.echo');
  await submit(page, 'call', { uri: 'com.example.page.echo' });
  await logged(page, 'error', 'wamp.error.no_such_procedure');
}

export async function fail_in_its_own_words(page) {
  await connected(page);
  await open(page, 'try');
  await page.locator('#tab-register').click();
  await page.locator('#register [name=does]').selectOption('error');
  await submit(page, 'register', { uri: 'com.example.page.fail', error_uri: 'com.example.page.broken', args: '["why"]' });
  await logged(page, 'registered', 'com.example.page.fail');
  await submit(page, 'call', { uri: 'com.example.page.fail' });
  await logged(page, 'error', 'com.example.page.broken');
  await logged(page, 'error', 'args ["why"]');
}

export async function subscribe_and_publish(page) {
  await connected(page);
  await submit(page, 'subscribe', { uri: 'com.example.page.topic' });
  await logged(page, 'subscribed', 'com.example.page.topic');
  await submit(page, 'publish', { uri: 'com.example.page.topic', args: '["hello"]' });
  await logged(page, 'published', 'publication');
  await logged(page, 'event', 'args ["hello"]');
  await page.getByRole('button', { name: 'Unsubscribe com.example.page.topic' }).click();
  await logged(page, 'unsubscribed', 'com.example.page.topic');
}

export async function calls_from_one_tab_to_another(page, { url }) {
  await connected(page);
  await submit(page, 'register', { uri: 'com.example.page.tab' });
  await logged(page, 'registered', 'com.example.page.tab');
  const other = await page.context().newPage();
  await other.goto(url);
  await connected(other);
  await submit(other, 'call', { uri: 'com.example.page.tab', args: '["from the other tab"]' });
  await logged(other, 'result', 'from the other tab');
  await logged(page, 'invocation', 'from the other tab');
}

export async function wrong_json_is_refused_at_its_field(page) {
  await connected(page);
  await submit(page, 'call', { uri: 'com.example.page.none', kwargs: '[1]' });
  expect(await page.locator('#call [name=kwargs]').evaluate((field) => field.validationMessage), 'This must be a JSON object.', 'the field says');
}

// What was sent can be had again after a reload, but for what may be a secret; and as a command or program.
export async function what_was_sent_is_remembered(page) {
  await connected(page);
  await submit(page, 'call', { uri: 'com.example.page.login', args: '["joe"]', kwargs: '{"password": "hidden", "colour": "red"}' });
  await logged(page, 'error', 'no_such_procedure');
  const copies = { curl: 'com.example.page.login', wampd: "wampd call --args '[\"joe\"]' --kwargs", Python: 'await self.call("com.example.page.login", "joe", password="hidden", colour="red")', JavaScript: 'session.call("com.example.page.login", ["joe"], {"password":"hidden","colour":"red"})' };
  for (const [name, text] of Object.entries(copies)) {
    await page.locator('.copy').getByRole('button', { name, exact: true }).click();
    await page.locator('.copy + .code').filter({ hasText: text }).waitFor();
  }
  await page.reload();
  await connected(page);
  await open(page, 'try');
  await page.getByText('History').click();
  await page.locator('.entry').filter({ hasText: 'com.example.page.login' }).click();
  expect(await page.locator('#call [name=kwargs]').inputValue(), '{"password":"","colour":"red"}', 'keyword arguments');
  expect(await page.evaluate(() => JSON.stringify(localStorage).includes('hidden')), false, 'the secret is in localStorage');
}

// A call of an echo and a publication that is watched, each as commands and programs, by their names.
export async function copies(page, { args, kwargs }) {
  await connected(page);
  await submit(page, 'register', { uri: 'com.example.page.copied' });
  await logged(page, 'registered', 'com.example.page.copied');
  await submit(page, 'subscribe', { uri: 'com.example.page.copied' });
  await logged(page, 'subscribed', 'com.example.page.copied');
  const all = {};
  for (const [kind, answer] of [['call', 'result'], ['publish', 'published']]) {
    await submit(page, kind, { uri: 'com.example.page.copied', args: JSON.stringify(args), kwargs: JSON.stringify(kwargs) });
    await logged(page, answer, 'com.example.page.copied');
    all[kind] = {};
    for (const name of ['curl', 'wampd', 'Python', 'JavaScript']) {
      await page.locator('.copy').getByRole('button', { name, exact: true }).click();
      await page.locator('.copy [role=status]').filter({ hasText: name }).waitFor();
      all[kind][name] = await page.locator('.copy + .code').textContent();
    }
  }
  return all;
}

// Of a call by joe, who logs in with his ticket.
export async function copies_with_a_login(page, { args, kwargs, secret }) {
  await connected(page);
  await log_in(page, { method: 'ticket', authid: 'joe', secret });
  await page.locator('#whose').filter({ hasText: 'guest' }).waitFor();
  await submit(page, 'call', { uri: 'com.example.page.copied', args: JSON.stringify(args), kwargs: JSON.stringify(kwargs) });
  await logged(page, 'result', 'com.example.page.copied');
  const all = {};
  for (const name of ['curl', 'wampd', 'Python', 'JavaScript']) {
    await page.locator('.copy').getByRole('button', { name, exact: true }).click();
    await page.locator('.copy [role=status]').filter({ hasText: name }).waitFor();
    all[name] = await page.locator('.copy + .code').textContent();
    expect(all[name].includes(secret), false, `the secret is in what ${name} has`);
  }
  return all;
}

// Others choose the names of procedures: no such name is an option of a command, and no argument's name a word of a language.
export async function copies_take_names_for_names(page) {
  const made = await page.evaluate(async () => {
    const { SNIPPETS } = await import('./text/snippets.js');
    const at = { url: 'ws://127.0.0.1/ws', api_url: 'http://127.0.0.1/api', realm: 'realm1', login: { method: 'anonymous' } };
    const request = { kind: 'call', uri: '--url=ws://elsewhere/ws', args: [], kwargs: { from: 1, class: { a: 2 } }, options: {} };
    return [SNIPPETS.wampd(request, at), SNIPPETS.Python(request, at).match(/self.call.*/)[0]];
  });
  expect(made, [`wampd call --kwargs '{"from":1,"class":{"a":2}}' --url ws://127.0.0.1/ws --realm realm1 -- --url=ws://elsewhere/ws`,
    'self.call("--url=ws://elsewhere/ws", **{"from": 1, "class": {"a": 2}}))'], 'copies');
}

// The page's client: who ends one of two subscriptions to a topic while the other one is asked for gets events all the same.
export async function ending_one_subscription_keeps_the_other(page) {
  const heard = await page.evaluate(async () => {
    const { connect } = await import('./wampd.js');
    const session = await connect({ url: new URL('ws', location.href).href.replace(/^http/, 'ws'), realm: 'realm1' });
    const [topic, marker] = ['com.example.page.both', 'com.example.page.marker'];
    const all = [];
    let marked;
    await session.subscribe(marker, () => marked());
    const publish = async (value) => {
      const seen = new Promise((resolve) => { marked = resolve; });
      session.publish(topic, [value], {}, { exclude_me: false });
      session.publish(marker, [], {}, { exclude_me: false });
      await seen;
    };
    const one = await session.subscribe(topic, ([value]) => all.push(`one ${value}`));
    const asked = session.subscribe(topic, ([value]) => all.push(`two ${value}`));
    const ended = one.unsubscribe();
    const two = await asked;
    await ended;
    await publish('first');
    await two.unsubscribe();
    await publish('second');
    await session.leave();
    return all;
  });
  expect(heard, ['two first'], 'events');
}

// So many, each with what was copied.
export async function copies_have_been_published(page, { args, events }) {
  const seen = page.locator('#log [data-kind=event]').filter({ hasText: args[0] });
  await until(page, async () => await seen.count() === events, `${events} events`);
}

export async function progress_comes_and_a_call_can_be_canceled(page) {
  await connected(page);
  await page.evaluate(async () => {
    const { connect } = await import('./wampd.js');
    const session = await connect({ url: new URL('ws', location.href).href.replace(/^http/, 'ws').replace(/#.*/, ''), realm: 'realm1' });
    window.canceled = [];
    await session.register('com.example.page.steps', async (args, kwargs, details, { progress, signal }) => {
      progress?.(['half']);
      if (args[0] === 'wait') await new Promise((resolve) => { signal.onabort = resolve; });
      if (signal.aborted) window.canceled.push(args[1]);
      return 'all';
    });
  });
  await open(page, 'try');
  await page.locator('#call [name=progress]').check();
  await submit(page, 'call', { uri: 'com.example.page.steps' });
  await logged(page, 'progress', 'args ["half"]');
  await logged(page, 'result', 'args ["all"]');
  await submit(page, 'call', { uri: 'com.example.page.steps', args: '["wait", 1]' });
  await submit(page, 'call', { uri: 'com.example.page.steps', args: '["wait", 2]' });
  const cancel = page.getByRole('button', { name: 'Cancel com.example.page.steps' });
  for (const left of [2, 1]) {
    await until(page, async () => await cancel.count() === left, `${left} can be canceled`);
    await cancel.last().click();
  }
  await until(page, async () => await cancel.count() === 0, 'none is left');
  expect(await page.evaluate(() => window.canceled), [2, 1], 'the procedure hears of it');
}

// Whatever somebody puts into a URI, a payload, a name or the reason of an end, the page shows it and does not obey it. `image` is also
// who has the ticket `secret`.
export async function what_others_say_is_text(page, { image, secret }) {
  await connected(page);
  const uri = `com.example.page.${image}`;
  await submit(page, 'register', { uri });
  await logged(page, 'registered', uri);
  await submit(page, 'call', { uri, args: JSON.stringify([image]), kwargs: JSON.stringify({ [image]: image }) });
  await logged(page, 'result', image);
  const panel = await watch(page, uri);
  await publish(page, uri, image);
  await panel.locator('.events summary').filter({ hasText: image }).click();
  await panel.locator('pre').filter({ hasText: image }).waitFor();
  for (const name of ['procedures', 'topics']) {
    const list = await open(page, name);
    await list.getByRole('button', { name: uri, exact: true }).click();
    await page.locator('#drawer h2').filter({ hasText: image }).waitFor();
    await page.locator('#drawer .held h3').waitFor();
    await obeys_nobody(page);
    await page.keyboard.press('Escape');
  }
  await page.evaluate(async ([authid, secret]) => {
    const { connect } = await import('./wampd.js');
    const at = { url: new URL('ws', location.href).href.replace(/^http/, 'ws').replace(/#.*/, ''), realm: 'realm1' };
    const guest = await connect({ ...at, login: { method: 'ticket', authid, secret } });
    await guest.call(`org.example.${authid}`).catch(() => {});
    window.kill_all = async () => (await connect(at)).call('wamp.session.kill_all', [], { reason: 'com.example.enough', message: authid });
  }, [image, secret]);
  for (const [name, row, told] of [['sessions', image, 'No subscriptions'], ['denials', `org.example.${image}`, 'What the rules say now']]) {
    const list = await open(page, name);
    await list.getByRole('button', { name: row, exact: true }).first().click();
    await page.locator('#drawer').filter({ hasText: image }).filter({ hasText: told }).waitFor();
    await obeys_nobody(page);
    await page.keyboard.press('Escape');
  }
  await page.evaluate(() => window.kill_all());
  await page.getByRole('alert').filter({ hasText: image }).waitFor();
  await obeys_nobody(page);
}

async function obeys_nobody(page) {
  expect(await page.evaluate(() => [document.images.length, window.obeyed ?? null]), [0, null], 'images, and what they did');
}

// ---- Watch

export async function watch_pause_and_filter(page) {
  await connected(page);
  const panel = await watch(page, 'com.example.page.watched');
  await publish(page, 'com.example.page.watched', 'one', 'two');
  const lines = panel.locator('.events .line');
  await lines.filter({ hasText: 'two' }).waitFor();
  expect(await lines.allInnerTexts(), ['"two"', '"one"'], 'events');
  await panel.getByRole('button', { name: 'Pause' }).click();
  await publish(page, 'com.example.page.watched', 'three');
  await panel.getByText('3 events, 1 new').waitFor();
  expect(await lines.count(), 2, 'lines while paused');
  for (const [text, count] of [['th', 0], ['', 2]]) {
    await panel.getByLabel('Filter events').fill(text);
    await until(page, async () => await lines.count() === count, `${count} lines while paused, with the filter "${text}"`);
  }
  await panel.getByRole('button', { name: 'Resume' }).click();
  await lines.filter({ hasText: 'three' }).waitFor();
  await panel.getByLabel('Filter events').fill('ONE');
  await until(page, async () => await lines.count() === 1, 'one line is left');
  await panel.locator('summary').click();
  await panel.locator('pre').filter({ hasText: 'args ["one"]' }).waitFor();
  await panel.getByRole('button', { name: 'Stop watching com.example.page.watched' }).click();
  await panel.getByLabel('Filter events').fill('');
  await panel.getByRole('button', { name: 'Clear' }).click();
  await panel.getByText('Nothing is watched').waitFor();
}

// A megabyte, and many small ones at once: the page draws many at once, writes out a part, and keeps a bounded number.
export async function large_and_many_events_do_not_hold_the_page_up(page) {
  await connected(page);
  const panel = await watch(page, 'com.example.page.large');
  await page.evaluate(() => {
    window.changes = 0;
    window.most_rows = 0;
    const list = document.querySelector('#panel-watch .events');
    new MutationObserver(() => {
      window.changes += 1;
      window.most_rows = Math.max(window.most_rows, list.children.length);
    }).observe(list, { childList: true });
  });
  const large = [{ text: 'x'.repeat(500000), list: Array.from({ length: 60000 }, (_, i) => i) }];
  await publish(page, 'com.example.page.large', ...large);
  await panel.locator('.events summary').click();
  await panel.getByRole('button', { name: 'Show more' }).waitFor();
  const shown = (await panel.locator('pre').innerText()).length;
  if (shown > 30000) throw new Error(`${shown} characters of it are shown at once`);
  await publish(page, 'com.example.page.large', ...Array.from({ length: 2000 }, (_, i) => i));
  await panel.getByText('2,001 events, the last 500 kept').waitFor();
  await until(page, async () => await panel.locator('.events li').count() === 500, '500 lines');
  const { most_rows, changes } = await page.evaluate(() => ({ most_rows: window.most_rows, changes: window.changes }));
  if (most_rows > 1000) throw new Error(`${most_rows} rows at once`);
  if (changes > 500) throw new Error(`rows were drawn ${changes} times, and not many at once`);
}

export async function watch(page, topic) {
  const panel = await open(page, 'watch');
  await panel.locator('[name=topic]').fill(topic);
  await panel.getByRole('button', { name: 'Watch', exact: true }).click();
  await panel.getByRole('button', { name: `Stop watching ${topic}` }).waitFor();
  return panel;
}

// By a session of its own.
export function publish(page, topic, ...values) {
  return page.evaluate(async ([to, list]) => {
    const { connect } = await import('./wampd.js');
    const session = await connect({ url: new URL('ws', location.href).href.replace(/^http/, 'ws').replace(/#.*/, ''), realm: 'realm1' });
    for (const value of list) session.publish(to, [value]);
    await session.publish('com.example.page.done', [], {}, { acknowledge: true });
    await session.leave();
  }, [topic, values]);
}
