/* The simulated hall: asks for the state of all devices 2.5 times a second, fetches a picture only when it
 * changed, and passes on what is touched, pressed and switched. */
"use strict";

const POLL_MS = 400, words = document.body.dataset;
const seen = {};    /* device -> what it last said */
const sizes = {};   /* device -> [width, height] of its panel in pixels */

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const url = (device, what) => `/sim/${encodeURIComponent(device)}/${what}`;

function complain(text) {
  const problem = document.getElementById("problem");
  problem.textContent = text;
  problem.hidden = !text;
}

async function send(path, told) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
    const said = await answer.json();
    complain(answer.ok ? "" : answer.status === 503 ? words.dark : said.title || said.error || String(answer.status));
  } catch { complain(words.lost); }
  soon();
}

/* --- looking ------------------------------------------------------------------------------------------- */

for (const form of all("[data-scan]")) form.onsubmit = event => {
  event.preventDefault();
  if (form.text.value) send(url(form.dataset.scan, "scan"), { text: form.text.value });
};

let timer = null;

function soon() { clearTimeout(timer); timer = setTimeout(look, 60); }

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch("/sim/state", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    document.getElementById("lost").hidden = true;
  } catch { document.getElementById("lost").hidden = false; }
  timer = setTimeout(look, document.hidden ? 5 * POLL_MS : POLL_MS);
}

function show(state) {
  document.getElementById("clock").textContent = state.clock;
  document.getElementById("opening").textContent = state.open ? words.open : words.closed;
  document.querySelector("#to-opening .n").textContent = state.opens;
  const speed = document.getElementById("speed");
  if (document.activeElement !== speed) speed.value = state.speed;
  for (const box of all("[data-device]")) showDevice(box, state.devices[box.dataset.device] || {});
  for (const row of all("[data-switches]")) showSwitches(row, state);
  for (const place of all("[data-place]")) showPlace(place, state);
  Object.assign(seen, state.devices);
}

function showDevice(box, now) {
  const id = box.dataset.device, before = seen[id] || {};
  box.classList.toggle("dark", !now.alive);
  box.querySelector("[data-dark]").hidden = !!now.alive;
  if (!now.alive) return;
  const again = !before.alive;
  if (box.offsetParent && (again || box.dataset.rev !== String(now.screen_rev))) {
    box.dataset.rev = now.screen_rev;
    picture(box, id, now.screen_rev);
  }
  const buttons = JSON.stringify(now.buttons || []);
  if (box.dataset.buttons !== buttons) { box.dataset.buttons = buttons; showButtons(box, id, now.buttons || []); }
  if (now.role === "kiosk" && (again || before.ticket_rev !== now.ticket_rev)) showPapers(id);
  if (now.role === "display" && (again || before.heard_rev !== now.heard_rev)) showHeard(id);
}

function picture(box, id, rev) {
  const screen = box.querySelector(".screen"), image = screen.querySelector("img");
  if (!sizes[id]) {
    const whole = new Image();
    whole.onload = () => { sizes[id] = [whole.naturalWidth, whole.naturalHeight]; };
    whole.src = url(id, "screen.png");
  }
  image.src = `${url(id, "screen.png")}?width=${Math.round(screen.dataset.width * Math.min(2, devicePixelRatio))}&rev=${rev}`;
}

function showButtons(box, id, buttons) {
  const row = box.querySelector(".buttons");
  const held = row.contains(document.activeElement) ? document.activeElement.dataset.press : null;
  const levels = words.levels.split("|");  /* the worst first; buttons that the hall does not use have no word */
  const shown = buttons.filter(b => !b.id.startsWith("rate-") || levels[b.id.slice(5) - 1]);
  shown.sort((a, b) => a.id.startsWith("rate-") && b.id.startsWith("rate-") ? b.id.localeCompare(a.id) : 0);
  row.replaceChildren(...shown.map(b => {
    const button = document.createElement("button");
    button.textContent = b.id.startsWith("rate-") ? levels[b.id.slice(5) - 1] : b.label || b.id;
    button.dataset.press = b.id;
    button.classList.toggle("lit", !!b.lit);
    button.onclick = () => send(url(id, "press"), { button: b.id });
    return button;
  }));
  const best = row.querySelector('[data-press^="rate-"]');
  if (best) {
    const heading = document.createElement("h3");
    heading.textContent = words.rating;
    best.before(heading);
  }
  if (held) row.querySelector(`[data-press="${CSS.escape(held)}"]`)?.focus();
}

async function list(id, what) {
  try { const answer = await fetch(url(id, what)); return answer.ok ? await answer.json() : []; } catch { return []; }
}

async function showPapers(id) {
  const box = document.querySelector(`[data-paper="${CSS.escape(id)}"]`);
  if (!box) return;
  const papers = await list(id, "tickets"), select = box.querySelector("select");
  box.querySelector("[data-none]").hidden = papers.length > 0;
  select.hidden = box.querySelector("a").hidden = !papers.length;
  if (!papers.length) return;
  const latest = papers[papers.length - 1].n;
  const keep = select.dataset.latest === String(latest) ? select.value : latest;
  select.dataset.latest = latest;
  select.replaceChildren(...papers.slice(-100).reverse().map(p => new Option(p.number ?? `#${p.n}`, p.n)));
  select.value = keep;
  showPaper(id, box);
}

function showPaper(id, box) {
  const n = box.querySelector("select").value, link = box.querySelector("a");
  link.href = link.firstElementChild.src = `${url(id, "ticket.png")}?n=${encodeURIComponent(n)}`;
  link.firstElementChild.alt = box.querySelector("select").selectedOptions[0]?.text || "";
}

async function showHeard(id) {
  const box = document.querySelector(`[data-heard="${CSS.escape(id)}"] ol`);
  if (!box) return;
  const sounds = (await list(id, "heard")).slice(-12).reverse();
  if (!sounds.length) return;
  box.replaceChildren(...sounds.map(s => {
    const row = document.createElement("li"), play = document.createElement("button");
    play.textContent = "▶";
    play.setAttribute("aria-label", `▶ ${s.text || words.chime}`);
    play.onclick = () => new Audio(`${url(id, "sound.wav")}?n=${encodeURIComponent(s.n)}`).play().catch(() => complain(words.silence));
    row.append(play, s.text || `♪ ${words.chime}`);
    return row;
  }));
}

function showPlace(place, state) {
  const line = state.counters[place.dataset.counter] || {};
  place.querySelector("[data-number]").textContent = line.status === "open" ? line.number || "–" : words.shut;
}

function showSwitches(row, state) {
  const id = row.dataset.switches, plugs = (state.bench.devices || {})[id] || {};
  const now = { ...plugs, ...((state.devices[id] || {}).switches || {}) };
  for (const e of all("[data-switch]", row)) {
    const value = now[e.dataset.switch];
    if (e.tagName === "SELECT") { if (value && document.activeElement !== e) e.value = value; continue; }
    if (!e.dataset.back) continue;
    const on = value === e.dataset.to;
    e.classList.toggle("on", on);
    const text = on ? e.dataset.wordBack : e.dataset.word;
    if (e.textContent !== text) e.textContent = text;
  }
}

/* --- using --------------------------------------------------------------------------------------------- */

document.addEventListener("click", event => {
  const screen = event.target.closest(".screen"), e = event.target.closest("button");
  if (screen) {
    const id = screen.closest("[data-device]").dataset.device, size = sizes[id];
    const place = screen.querySelector("img").getBoundingClientRect();
    if (!size || !event.detail) return;  /* a key press has no place */
    const x = Math.floor((event.clientX - place.left) / place.width * size[0]);
    const y = Math.floor((event.clientY - place.top) / place.height * size[1]);
    if (x >= 0 && y >= 0 && x < size[0] && y < size[1]) send(url(id, "touch"), { x, y });
  } else if (e && e.classList.contains("pick")) pick(e.closest("[data-place]").dataset.place);
  else if (e && e.dataset.key) { const id = e.closest("[data-place]").dataset.place; pick(id); send(url(id, "press"), { button: e.dataset.key }); }
  else if (e && e.dataset.switch) {
    const to = e.classList.contains("on") ? e.dataset.back : e.dataset.to;
    send(url(e.closest("[data-switches]").dataset.switches, "switch"), { [e.dataset.switch]: to });
  } else if (e && "enlarge" in e.dataset) enlarge(e.closest("[data-device]"));
  else if (e && e.id === "to-opening") send("/sim/clock", { to: "next-opening" });
});

document.addEventListener("change", event => {
  const e = event.target, paper = e.closest("[data-paper]");
  if (paper) showPaper(paper.dataset.paper, paper);
  else if (e.id === "speed") { send("/sim/clock", { speed: +e.value }); e.blur(); }
  else if (e.dataset.switch) { send(url(e.closest("[data-switches]").dataset.switches, "switch"), { [e.dataset.switch]: e.value }); e.blur(); }
});

function enlarge(box) {
  const dialog = document.getElementById("big"), home = box.parentElement, before = box.nextSibling;
  const screen = box.querySelector(".screen"), width = screen.dataset.width;
  screen.dataset.width = Math.min((sizes[box.dataset.device] || [1280])[0], 1280);
  dialog.append(box);
  box.dataset.rev = "";
  dialog.onclose = () => { screen.dataset.width = width; home.insertBefore(box, before); box.dataset.rev = ""; };
  dialog.showModal();
}

function pick(id) {
  for (const place of all("[data-place]")) place.querySelector(".pick").setAttribute("aria-pressed", place.dataset.place === id);
  for (const desk of all("[data-desk]")) desk.hidden = desk.dataset.desk !== id;
  const box = document.querySelector(`[data-desk="${CSS.escape(id)}"] [data-device]`);
  if (box) box.dataset.rev = "";
}

look();
