// The panels that tell what the router does, with a router of the suite's own: everybody is "operator" there; see suites/page.py.
import { connected, expect, log_in, logged, open, submit, until } from './hands.mjs';
import { publish, watch } from './by_hand.mjs';

// Of a row's cells, those that are seen.
const cells = (row) => row.locator('th, td').evaluateAll((all) => all.filter((cell) => cell.offsetParent).map((cell) => cell.innerText));
const row_of = (panel, name) => panel.locator('tbody tr').filter({ has: panel.page().getByRole('button', { name, exact: true }) });

// Nothing is there yet but this page.
export async function empty_panels_teach_the_next_step(page) {
  await connected(page);
  const overview = await open(page, 'overview');
  await overview.getByText('No calls since this panel was opened').waitFor();
  const procedures = await open(page, 'procedures');
  await procedures.getByRole('heading', { name: 'No procedures' }).waitFor();
  await procedures.getByRole('button', { name: 'Register one here' }).click();
  await page.locator('#register').waitFor();
  const denials = await open(page, 'denials');
  await denials.getByRole('heading', { name: 'Nothing was refused' }).waitFor();
  const watch = await open(page, 'watch');
  await watch.getByRole('heading', { name: 'Nothing is watched' }).waitFor();
}

export async function the_overview_counts(page) {
  await connected(page);
  await submit(page, 'register', { uri: 'com.example.overview' });
  await logged(page, 'registered', 'com.example.overview');
  const overview = await open(page, 'overview');
  const tile = (name) => overview.locator('.tile').filter({ has: page.getByText(name, { exact: true }) });
  await tile('Calls per second').getByText(/in all/).waitFor();
  await until(page, async () => {
    await page.evaluate(async () => {
      const { connect } = await import('./wampd.js');
      window.other ??= await connect({ url: new URL('ws', location.href).href.replace(/^http/, 'ws').replace(/#.*/, ''), realm: 'realm1' });
      for (let i = 0; i < 20; ++i) await window.other.call('com.example.overview', [i]);
    });
    return await overview.locator('.plot canvas').count() > 0 && /^[1-9]/.test(await tile('Calls per second').locator('.value').innerText());
  }, 'calls and a plot');
  await overview.locator('.legend').filter({ hasText: /p50 .*(µs|ms).*p99/ }).waitFor();
  expect(await tile('Memory').locator('.value').innerText().then((text) => / MB$/.test(text)), true, 'memory is told in MB');
}

export async function sessions_are_shown_and_killed(page, { url }) {
  await connected(page);
  const victim = await page.context().newPage();
  await victim.goto(url);
  await connected(victim);
  await submit(victim, 'register', { uri: 'com.example.victim.procedure' });
  await logged(victim, 'registered', 'com.example.victim');
  await submit(victim, 'subscribe', { uri: 'com.example.victim.topic' });
  await logged(victim, 'subscribed', 'com.example.victim');
  await victim.locator('#who').click();
  const id = await victim.locator('#now dt:has-text("Session") + dd').innerText();
  const panel = await open(page, 'sessions');
  await panel.getByLabel('Filter sessions').fill(id);
  const name = `anonymous-${id}`;
  await row_of(panel, name).waitFor();
  expect((await cells(row_of(panel, name))).slice(0, 3), [name, id, 'operator'], 'its row');
  await row_of(panel, name).click();
  const drawer = page.locator('#drawer');
  await drawer.locator('.uris').filter({ hasText: 'com.example.victim.procedure' }).waitFor();
  await drawer.locator('.uris').filter({ hasText: 'com.example.victim.topic' }).waitFor();
  await drawer.getByText('Kill this session…').click();
  await drawer.locator('[name=reason]').fill('com.example.enough');
  await drawer.locator('[name=message]').fill('that is enough');
  await drawer.getByRole('button', { name: 'Kill session' }).click();
  await drawer.waitFor({ state: 'hidden' });
  await victim.getByRole('alert').filter({ hasText: 'com.example.enough: that is enough' }).waitFor();
  await panel.getByRole('heading', { name: 'Nothing matches' }).waitFor();
}

// Sorted, found, and a click that fills in the next panel.
export async function procedures_and_topics_lead_to_call_and_watch(page) {
  await connected(page);
  for (const uri of ['com.example.list.a', 'com.example.list.b']) {
    await submit(page, 'register', { uri });
    await logged(page, 'registered', uri);
  }
  for (let i = 0; i < 3; ++i) await submit(page, 'call', { uri: 'com.example.list.b', args: `[${i}]` });
  await logged(page, 'result', 'com.example.list.b');
  const procedures = await open(page, 'procedures');
  await procedures.getByRole('button', { name: 'Calls', exact: true }).click();
  await procedures.locator('th[aria-sort=descending]').filter({ hasText: 'Calls' }).waitFor();
  await procedures.getByLabel('Filter procedures').fill('list.');
  await until(page, async () => (await procedures.locator('tbody button.cell').allInnerTexts()).join() === 'com.example.list.b,com.example.list.a', 'the most called one is first');
  await row_of(procedures, 'com.example.list.b').click();
  await page.locator('#drawer').getByText('Callees (1)').waitFor();
  await page.locator('#drawer').getByRole('button', { name: 'Call it' }).click();
  expect(await page.locator('#call [name=uri]').inputValue(), 'com.example.list.b', 'the form is filled in');
  await submit(page, 'subscribe', { uri: 'com.example.list.topic' });
  await logged(page, 'subscribed', 'com.example.list.topic');
  const topics = await open(page, 'topics');
  await row_of(topics, 'com.example.list.topic').getByRole('button', { name: 'Watch com.example.list.topic' }).click();
  const watched = page.locator('#panel-watch');
  await watched.getByRole('button', { name: 'Stop watching com.example.list.topic' }).waitFor();
  await publish(page, 'com.example.list.topic', 'seen');
  await watched.locator('.events .line').filter({ hasText: 'seen' }).waitFor();
}

export async function a_denial_is_explained(page, { secret }) {
  await connected(page);
  await page.evaluate(async (ticket) => {
    const { connect } = await import('./wampd.js');
    const login = { method: 'ticket', authid: 'joe', secret: ticket };
    const guest = await connect({ url: new URL('ws', location.href).href.replace(/^http/, 'ws').replace(/#.*/, ''), realm: 'realm1', login });
    await guest.call('org.example.secret').catch(() => {});
    await guest.leave();
  }, secret);
  const panel = await open(page, 'denials');
  await row_of(panel, 'org.example.secret').click();
  const drawer = page.locator('#drawer');
  await drawer.getByText('Role “guest” may not call this.').waitFor();
  await drawer.locator('.code').filter({ hasText: 'may not call' }).waitFor();
}

// A role that may nothing of it is told so, with the rule that it would need.
export async function a_role_that_may_not_see_is_told_so(page) {
  await connected(page);
  const rules = { overview: 'wampd.stats.realm', sessions: 'wampd.stats.sessions', procedures: 'wampd.stats.procedures', topics: 'wampd.stats.topics', denials: 'wampd.denials' };
  for (const [name, uri] of Object.entries(rules)) {
    const panel = await open(page, name);
    await panel.locator('[data-kind=denied] pre').filter({ hasText: `{ "uri": "${uri}", "allow": { "call": true } }` }).waitFor();
    expect(await panel.locator('table:visible, .tiles:visible').count(), 0, `tables in ${name}`);
  }
}

export async function a_role_that_may_not_subscribe_is_told_so(page, { secret }) {
  await connected(page);
  await log_in(page, { method: 'ticket', authid: 'joe', secret });
  await page.locator('#whose').filter({ hasText: 'guest' }).waitFor();
  const panel = await open(page, 'watch');
  await panel.locator('[name=topic]').fill('org.example.news');
  await panel.getByRole('button', { name: 'Watch', exact: true }).click();
  await panel.locator('[data-kind=denied] pre').filter({ hasText: '{ "uri": "org.example.news", "allow": { "subscribe": true } }' }).waitFor();
  await panel.locator('.chip.refused').filter({ hasText: 'org.example.news not allowed' }).waitFor();
  expect(await panel.getByText('Waiting for events').count(), 0, 'it waits for events');
  await watch(page, 'com.example.news');
  await publish(page, 'com.example.news', 'seen');
  await panel.locator('.events .line').filter({ hasText: 'seen' }).waitFor();
  await panel.locator('[data-kind=denied]').waitFor();
  await panel.getByRole('button', { name: 'Stop watching org.example.news' }).click();
  await panel.locator('[data-kind=denied]').waitFor({ state: 'detached' });
}

// Meta events come while a list is asked for: the next look is not at once.
export async function looks_have_time_between_them(page, { url }) {
  await page.clock.install();
  await page.goto(url);
  await connected(page);
  await page.clock.pauseAt(Date.now() + 60000);
  const looks = () => page.evaluate(() => window.looks);
  await page.evaluate(async () => {
    const { Poll } = await import('./parts/poll.js');
    window.looks = 0;
    window.poll = new Poll(3000, async () => {
      window.looks += 1;
      window.poll.soon();
    });
    window.poll.start();
  });
  expect(await looks(), 1, 'looks at once');
  await page.clock.runFor(900);
  expect(await looks(), 1, 'looks within 0.9 s');
  await page.clock.runFor(200);
  expect(await looks(), 2, 'looks within 1.1 s');
  await page.evaluate(() => window.poll.now());
  expect(await looks(), 3, 'looks when asked for by hand');
}

// `sessions` of them: only those are drawn that are seen, on each page and at its end; the one that is looked for is found.
export async function very_many_sessions(page, { sessions }) {
  await connected(page);
  const panel = await open(page, 'sessions');
  const total = (sessions + 1).toLocaleString('en');
  await panel.getByText(`1–500 of ${total}`).waitFor();
  const drawn = () => panel.locator('tbody tr:not(.spacer)').count();
  const few = async () => { if (await drawn() > 60) throw new Error(`${await drawn()} rows are drawn`); };
  await few();
  await panel.getByRole('button', { name: 'Session', exact: true }).click();
  await panel.getByRole('button', { name: 'Next page' }).click();
  await panel.getByText(`501–1,000 of ${total}`).waitFor();
  await panel.locator('.table').evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await panel.locator('tbody tr[aria-rowindex="1001"]').waitFor();
  await few();
  const id = await own_session(page);
  await open(page, 'sessions');
  await panel.getByLabel('Filter sessions').fill(id);
  await panel.getByText(`1 of ${total}`).waitFor();
  expect(await drawn(), 1, 'rows');
}

async function own_session(page) {
  await page.locator('#who').click();
  return page.locator('#now dt:has-text("Session") + dd').innerText();
}
