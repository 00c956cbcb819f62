/* The staff page: looks again when the hall changed, and sends each press once.
 * The server decides everything; a press carries an id, and a second press of the same key within 1.5 s, or while the
 * first is unanswered, is the same press. */
"use strict";

const body = document.body, told = body.dataset;
const zones = document.getElementById("live");
const SAME_PRESS_MS = 1500, POLL_MS = 5000, SLOW_MS = 8000, SPREAD_MS = 150;

/* --- looking ------------------------------------------------------------------------------------------- */

let clock = { hall: 0, at: 0, speed: 1, offset: 0 };
let looking = false, again = false, lost = false, lastSaid = "";

function readClock() {
  const view = zones.querySelector(".console").dataset;
  clock = { hall: +view.now, at: performance.now(), speed: +view.speed, offset: +view.offset };
  document.getElementById("updated").textContent = view.at;
  if (view.said !== lastSaid) document.getElementById("said").textContent = lastSaid = view.said;
}

const hallNow = () => clock.hall + (performance.now() - clock.at) / 1000 * clock.speed;

async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    const answer = await fetch(told.fragment, { signal: AbortSignal.timeout(SLOW_MS) });
    if (answer.status === 401 || answer.redirected) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.text());
    setLost(false);
  } catch { setLost(true); }
  looking = false;
  if (again) { again = false; look(); }
}

/* A button must not change under a finger: what comes while one is down is shown when it is up. */
let down = false, late = null;
addEventListener("pointerdown", () => { down = true; });
for (const up of ["pointerup", "pointercancel"]) {
  addEventListener(up, () => { down = false; setTimeout(() => { if (late !== null) show(late); }); });
}

function show(html) {
  late = down ? html : null;
  if (down) return;
  const name = held();
  zones.innerHTML = html;
  readClock();
  tick();
  hold(name);
}

/* The button that has the keys, by name: the page that is put in place of this one has another of that name. */
const held = () => zones.contains(document.activeElement) ? nameOf(document.activeElement) : null;
const hold = name => { if (name) [...zones.querySelectorAll("button, [tabindex]")].find(e => nameOf(e) === name)?.focus(); };
const nameOf = e => [e.dataset.key || e.dataset.verb || e.dataset.dialog, e.dataset.verb === "call" ? e.dataset.number : ""].join();

function setLost(now) {
  lost = now;
  document.querySelector("#link .on").hidden = now;
  document.querySelector("#link .off").hidden = !now;
  for (const button of zones.querySelectorAll("button")) {
    if (now) { button.dataset.was ??= button.disabled ? "off" : "on"; button.disabled = true; button.title = told.lost; }
    else if (button.dataset.was) { button.disabled = button.dataset.was === "off"; delete button.dataset.was; button.title = ""; }
  }
  if (now) complain(told.lost); else if (problem.textContent === told.lost) complain("");
}

/* What the page shows already, by its own press, is not asked for again; and not all pages of a hall ask at one instant. */
const stream = new EventSource(told.events);
stream.onmessage = event => {
  const { epoch, rev, devices } = JSON.parse(event.data);
  const shown = () => zones.querySelector(".console").dataset.mark === `${epoch} ${rev} ${devices}`;
  setTimeout(() => { if (!shown()) look(); }, Math.random() * SPREAD_MS);
};
stream.onerror = () => setTimeout(look, 500);
setInterval(() => { if (stream.readyState !== EventSource.OPEN || lost) look(); }, POLL_MS);
setInterval(() => { if (stream.readyState === EventSource.OPEN) look(); }, 30000);  /* waits grow although nothing happens */

/* Dossiers change by imports and by the hour, not by what happens in the hall. */
const REMIND_MS = 60000;
async function remind() {
  if (lost) return;
  try {
    const answer = await fetch(told.reminded, { signal: AbortSignal.timeout(SLOW_MS) });
    if (answer.ok && !answer.redirected) document.getElementById("reminded").innerHTML = await answer.text();
  } catch { /* the next time */ }
}
setInterval(remind, REMIND_MS);

const two = n => String(n).padStart(2, "0");

function tick() {
  const now = hallNow(), local = new Date((now + clock.offset) * 1000);
  document.getElementById("clock").textContent = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
  for (const e of zones.querySelectorAll("[data-since]")) {
    const s = Math.max(0, Math.floor(now - e.dataset.since));
    e.textContent = `${two(Math.floor(s / 60))}:${two(s % 60)}`;
  }
  for (const e of zones.querySelectorAll("[data-until]")) {
    const left = Math.ceil(e.dataset.until - now);
    e.querySelector("span").textContent = left > 0 ? `${told.undo} (${left} s)` : told.undo;
    if (!lost) e.disabled = left <= 0;
  }
}
setInterval(tick, 500);

/* --- pressing ------------------------------------------------------------------------------------------ */

const problem = document.querySelector("#problem span");
let last = null;  /* the last press: { what, sent, at, open, unsure } */

function complain(text) {
  problem.textContent = text;
  problem.parentElement.hidden = !text;
}

const FIELDS = { "bad-code": "codes", "too-many-codes": "codes", "cannot-print": "kiosk", "unknown-device": "kiosk" };

/* What was refused is told beside its field while a dialog is open, which keeps what was typed; else above the page. */
function tell(refused) {
  const form = document.querySelector("dialog[open] form");
  complain(refused && !form ? refused.title : "");
  if (!form) return;
  for (const line of form.querySelectorAll(".wrong")) line.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
  if (!refused) return;
  const mistake = refused.errors?.[0], name = mistake ? mistake.pointer.slice(1) : FIELDS[refused.code];
  const field = form.querySelector(`[name="${CSS.escape(name ?? "")}"]`) || form.querySelector("input:not([type=radio]):not([type=checkbox]), select, textarea");
  const line = Object.assign(document.createElement("p"), { className: "wrong", id: "refused", textContent: mistake ? mistake.detail : refused.title });
  line.setAttribute("role", "alert");
  if (field) {
    field.after(line);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
    field.focus();
  }
  else form.querySelector(".actions").before(line);
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, "0")).join("");

async function press(verb, words = {}, path = told.press + verb) {
  const { here: seen, ...meant } = words, what = verb + JSON.stringify(meant), now = performance.now();
  const before = last && last.what === what ? last : null;
  if (before && (before.open || now - before.at < SAME_PRESS_MS)) return null;
  const sent = before && before.unsure ? before.sent : { id: newId(), ...words };
  const own = { what, sent, at: now, open: true, unsure: false };
  last = own;
  const button = zones.querySelector(`button[data-verb="${verb}"]`);
  button?.classList.add("busy");
  let answer = null;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": told.csrf },
      body: JSON.stringify(sent),
      signal: AbortSignal.timeout(SLOW_MS),
    });
    answer = await response.json();
    tell(response.ok || (answer.code === "reason-needed" && words.reason === undefined) ? null : answer);
    if (!response.ok) own.at = -Infinity;  /* refused: pressing again tries again */
    if (answer.code === "login-needed") location.reload();
  } catch {
    own.unsure = true;  /* the same id next time: pressing again finds out, and does nothing twice */
    own.at = -Infinity;
    tell(answer = { code: "unsure", title: told.unsure });
  }
  own.open = false;
  button?.classList.remove("busy");
  look();
  return answer;
}

/* Of whoever stands here: the page says whom it shows, so that nobody is taken for the one before. */
const here = () => ({ here: zones.querySelector(".console").dataset.here });

async function call(number, whom = here()) {
  const answer = await press("call", { number, ...whom });
  if (!answer || answer.code !== "reason-needed") return answer;
  const dialog = document.getElementById("reason");
  dialog.querySelector("[data-number]").textContent = number;
  document.querySelector("dialog[open]")?.close();
  open(dialog, form => press("call", { number, reason: form.get("reason").trim(), ...whom }));
  return {};
}

/* --- dialogs ------------------------------------------------------------------------------------------- */

/* Stays open until it is done: what was refused is told in it. Of whom it speaks is who stood here when it was opened. */
function open(dialog, then) {
  const form = dialog.querySelector("form"), whom = here(), from = held();
  form.reset();
  for (const field of form.elements) field.setCustomValidity?.("");
  form.onsubmit = async event => {
    const how = event.submitter.value;
    if (!how) return;
    event.preventDefault();
    if (dialog.id === "transfer" && !target(form.elements.to.value)) {
      form.elements.to.setCustomValidity(told.pick);
      form.elements.to.reportValidity();
      return;
    }
    const answer = await then(new FormData(form), how, whom);
    if (answer ? !answer.code : !last.open) dialog.close();
  };
  form.oninput = () => { form.elements.to?.setCustomValidity(""); if (dialog.id === "transfer") meant(form); };
  dialog.onclose = () => { if (!document.querySelector("dialog[open]")) hold(from); };
  dialog.showModal();
  tell(null);
}

const fold = s => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase().trim();

/* Where to send somebody: "7", a full line of the list, or letters that fit only one of them. */
function target(text) {
  const options = [...document.querySelectorAll("#targets option")], wanted = fold(text);
  const exact = options.find(o => o.dataset.counter === text.trim() || fold(o.value) === wanted);
  const close = options.filter(o => fold(o.value).includes(wanted));
  const found = exact || (wanted && close.length === 1 ? close[0] : null);
  return found && (found.dataset.counter ? { to_counter: found.dataset.counter } : { to_service: found.dataset.service });
}

/* Of a counter: whether it is open, and for which of its services the citizen is sent there. */
function meant(form) {
  const to = target(form.elements.to.value)?.to_counter, as = form.elements.as;
  document.getElementById("transfer-more").hidden = !to;
  document.getElementById("transfer-shut").hidden = !to || !zones.querySelector(".console").dataset.shut.includes(` ${to} `);
  for (const option of as.options) option.hidden = option.disabled = Boolean(option.value) && !option.dataset.at.includes(` ${to} `);
  if (!to || as.selectedOptions[0]?.disabled) as.value = "";
}

/* The colleague who takes over logs in at this very place. */
async function handOver() {
  const answer = await press("pause", { reason: "handover" });
  if (!answer || answer.code) return answer;
  const form = Object.assign(document.createElement("form"), { method: "post", action: told.leave, hidden: true });
  form.append(Object.assign(document.createElement("input"), { name: "csrf", value: told.csrf }));
  document.body.append(form);
  form.submit();
  return answer;
}

/* The number that was given, large, with the way to its phone page. */
async function showGiven(ticket) {
  const answer = await fetch(told.given.replace("/-/", `/${ticket}/`), { signal: AbortSignal.timeout(SLOW_MS) });
  if (!answer.ok) return;
  document.getElementById("given-card").innerHTML = await answer.text();
  open(document.getElementById("given"), () => {});
}

const DIALOGS = {
  transfer: (form, how, whom) => press("transfer", {
    ...whom,
    ...target(form.get("to")),
    ...(form.get("as") ? { to_service: form.get("as") } : {}),
    ...(form.get("note") ? { note: form.get("note") } : {}),
  }),
  pause: (form, how) => how === "close" ? press("close") : how === "handover" ? handOver() : press("pause", { reason: form.get("reason") }),
  note: form => press("note", { number: document.querySelector("#note [data-number]").textContent, note: form.get("note").trim() }),
  priority: (form, how) => press("priority", { number: form.get("number").trim(), klass: how }),
  returned: (form, how, whom) => press("finish", { ...whom, returned: true, codes: form.get("codes").split(/[\s,;]+/).filter(Boolean) }),
  cancel: form => press("cancel", { number: form.get("number").trim(), reason: form.get("reason").trim() }),
  number: (form, how, whom) => call(form.get("number").trim(), whom),
  reprint: async form => {
    const kiosk = form.get("kiosk") ? { kiosk: form.get("kiosk") } : {};
    const answer = await press("reprint", { number: form.get("number").trim(), ...kiosk });
    if (answer && answer.kiosk) document.getElementById("said").textContent = told.reprinted.replace("{}", answer.number);
    return answer;
  },
  issue: async form => {
    const klass = form.get("priority") ? "priority" : "normal";
    const answer = await press("issue", { service: form.get("service"), klass, lang: form.get("lang") }, told.tickets);
    if (!answer || !answer.number) return answer;
    document.getElementById("issue").close();
    document.getElementById("said").textContent = told.issued.replace("{}", answer.number);
    if (form.get("kiosk")) await press("reprint", { number: answer.number, kiosk: form.get("kiosk") });
    await showGiven(answer.ticket);
    return answer;
  },
};

/* What a dialog knows beforehand: the kiosks whose paper comes out now, whose number it is, what was written. */
function prepare(dialog, { printers, number, note }) {
  const kiosk = dialog.querySelector("[name=kiosk]"), typed = dialog.querySelector("[name=number]");
  if (kiosk) {
    kiosk.length = 1;
    for (const [id, name] of JSON.parse(printers)) kiosk.add(new Option(name, id));
  }
  if (typed && number !== undefined) typed.value = number;
  if (note !== undefined) dialog.querySelector("[name=note]").value = note;
  const named = dialog.querySelector("h2 [data-number]");
  if (named && number !== undefined) named.textContent = number;
  if (dialog.id === "transfer") meant(dialog.querySelector("form"));
}

/* --- keys and clicks ----------------------------------------------------------------------------------- */

function act(button) {
  if (!button || button.disabled) return;
  const { verb, number, dialog } = button.dataset;
  if (dialog) {
    open(document.getElementById(dialog), DIALOGS[dialog]);
    prepare(document.getElementById(dialog), button.dataset);
  }
  else if (verb === "call") call(number);
  else press(verb, number ? { number } : OF_HERE.includes(verb) ? { ...here(), ...("returned" in button.dataset ? { returned: true } : {}) } : {});
}

const OF_HERE = ["next", "undo", "recall", "no-show", "park", "start", "finish"];

const KEYS = {
  F2: '[data-verb="next"]', F3: '[data-verb="recall"]', F4: '[data-verb="no-show"]', F6: '[data-dialog="transfer"]',
  "Shift+F9": '[data-key="returned"]', F7: '[data-key="F7"]', F8: '[data-key="F8"]', F9: '[data-key="F9"]', F10: '[data-key="F10"]',
};

zones.addEventListener("click", event => act(event.target.closest("button")));
document.addEventListener("keydown", event => {
  const key = event.shiftKey ? `Shift+${event.key}` : event.key;
  if (event.isComposing || event.repeat) { if (key in KEYS) event.preventDefault(); return; }
  const typing = event.target.closest("input, select, textarea"), open = document.querySelector("dialog[open]");
  const undo = event.ctrlKey && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z" && !typing;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  const wanted = undo ? '[data-verb="undo"]' : plain ? KEYS[key] : undefined;
  if (!wanted) return;
  event.preventDefault();
  if (!open) act(zones.querySelector(wanted));
});

readClock();
tick();
