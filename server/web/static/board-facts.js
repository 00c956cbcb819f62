/* What a board says to a whole hall, as lines of a scene, and the pages of the list. Pure; as display/facts.py and
   display/pages.py. Times are ms since 1970. */

export const DUE_MS = 180000; // a call can be read for so long, unless its citizen is being served
export const MOST_SIGNS = 300; // of a notice or a name
const CODE_SIGNS = 12; // of a number, counter or letter; what these may be, as display/discreet.py
const NUMBER = /^[A-ZĐ]{0,2}(?:[0-9]{1,2}-)?[0-9]{1,4}$/, LETTER = /^[A-ZĐ]{1,2}[0-9]{0,2}$/;
const COUNTER = /^(?!.*[a-z]{4})(?=[A-Za-z0-9-]{1,8}$)[^0-9]*(?:[0-9][^0-9]*){0,4}$/;
const PAUSED_A_ROW = 2;
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;

const SIGN = /[\x21-\x7e\xa1-\xac\xae-\xffĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9–—‘’“”…•₫€ ]/u; // as display/scene.py

/* What a wall can show of a text from elsewhere: one line of signs of our letters, at most so long. */
export function plain(text, most) {
  const whole = Array.from(text).slice(0, 4 * most).join("").normalize("NFC").replace(SPACE, " ");
  const signs = Array.from(whole, sign => SIGN.test(sign) ? sign : ours(sign)).join("");
  return Array.from(signs.replace(/ +/g, " ").trim()).slice(0, most).join("").trim();
}

/* A figure of another script as ours, a letter without a foreign accent, or "". */
function ours(sign) {
  if (/\p{Nd}/u.test(sign)) {
    let before = 0; // figures of a script follow each other from its nought on
    while (/\p{Nd}/u.test(String.fromCodePoint(sign.codePointAt(0) - before - 1))) before += 1;
    return String(before % 10);
  }
  const base = Array.from(sign.normalize("NFD"))[0];
  return SIGN.test(base) ? base : "";
}

/* A ticket's number, a counter's name, the letter of a service; a dash for whatever is written otherwise. */
export const number = text => said(NUMBER, text), counter = text => said(COUNTER, text), letter = text => said(LETTER, text);

function said(form, text) {
  const shown = plain(text, CODE_SIGNS);
  return form.test(shown) ? shown : "–";
}

/* Until when each call has to be readable, by seq, unless its citizen has come to a counter. turned: when calls had
   their turn here; for others the time of the call counts. */
export function neededUntil(calls, turned, counters) {
  const come = new Set(counters.filter(c => c.state === "serving" || c.state === "served").map(c => c.number));
  const needed = new Map();
  for (const call of calls) {
    if (come.has(call.number)) continue;
    const since = turned.has(call.seq) ? turned.get(call.seq) : Date.parse(call.at);
    needed.set(call.seq, since + DUE_MS);
  }
  return needed;
}

/* Calls that had their turn, newest first, each number once: where to go is what was said last. */
export function rowsOf(calls, hero, needed, now) {
  const numbers = new Set([hero]), rows = [];
  for (const call of calls.slice().sort((a, b) => b.seq - a.seq)) {
    if (numbers.has(call.number)) continue;
    numbers.add(call.number);
    const due = needed.has(call.seq) && now < needed.get(call.seq);
    rows.push({ number: number(call.number), counter: counter(call.counter), due });
  }
  return rows;
}

/* Every counter that is not closed, in the board's order. unheard: calls that wait for their turn. */
export function desksOf(counters, unheard) {
  return counters.filter(line => line.status !== "closed").map(line => {
    const there = line.status === "open" && (line.state === "called" || line.state === "serving") ? line.number : null;
    const nobody = there === null || there === undefined || unheard.has(there);
    return { counter: counter(line.counter), number: nobody ? null : number(there), paused: line.status === "paused" };
  });
}

/* Those who wait, per letter in the board's order. Of many letters those with nobody waiting are left out. */
export function waitingByLetter(lines, known) {
  const sums = new Map();
  for (const line of lines) {
    if (!line.open && !line.waiting) continue;
    const shown = letter(line.letter);
    sums.set(shown, (sums.get(shown) || 0) + line.waiting);
  }
  let all = Array.from(sums);
  if (all.length > 3 && all.some(pair => pair[1])) all = all.filter(pair => pair[1]);
  return all.map(([letter, count]) => ({ letter, count: known ? count : null }));
}

export function noticesOf(board, lang) {
  return (board.notices || []).map(words => plain(words[lang], MOST_SIGNS)).filter(text => text);
}

/* The page of this turn in a card of `room` rows: {kind: "latest" | "present" | "pausing", rows}. Every other turn
   belongs to the newest calls; in between come older calls that are still needed, then one page of the counters,
   which gives way to a new call at once. */
export function pageOf(scene, room) {
  const newest = { kind: "latest", rows: scene.rows.slice(0, room) };
  const older = parts(scene.rows.slice(room).filter(row => row.due), room).map(rows => ({ kind: "latest", rows }));
  const counters = countersIn(scene.desks, room);
  const turn = Math.floor(scene.page / 2), others = older.length + (counters.length ? 1 : 0);
  if (scene.page % 2 === 0 || !others) return newest;
  const place = turn % others;
  if (place < older.length) return older[place];
  return scene.called ? newest : counters[Math.floor(turn / others) % counters.length];
}

/* Open counters in their order, then those that pause, under a heading. Of many those with nobody are left out. */
function countersIn(desks, room) {
  const free = room > 1 ? room - 1 : room;
  let present = desks.filter(desk => !desk.paused);
  if (present.length > free) present = present.filter(desk => desk.number);
  const paused = slices(desks.filter(desk => desk.paused).map(desk => desk.counter), PAUSED_A_ROW);
  return [
    ...parts(present, free).map(rows => ({ kind: "present", rows })),
    ...(room > 1 ? parts(paused, free) : []).map(rows => ({ kind: "pausing", rows })),
  ];
}

/* As few pages as possible, about equally full, in order. */
function parts(things, most) {
  const pages = Math.ceil(things.length / most);
  return pages ? slices(things, Math.ceil(things.length / pages)) : [];
}

export function slices(things, size) {
  const found = [];
  for (let i = 0; i < things.length; i += size) found.push(things.slice(i, i + size));
  return found;
}
