/* The dossiers of a hall as pages of rows, and what of a text may stand on a public wall. Pure; as display/progress.py
   and display/discreet.py. */

import { counter, plain, slices } from "./board-facts.js";

// The agency as it is written since 2020, H42.05, or before, 000.05.14.H42; then date and serial of the day.
const AGENCY = "(?:[A-Z][0-9]{2}(?:\\.[0-9]{2}){0,2}(?:\\.[0-9]{3})?|(?:[0-9]{3}\\.)?(?:[0-9]{2}\\.){0,2}[A-Z][0-9]{2})";
const CODE = new RegExp(`^(?:${AGENCY}-)?([0-9]{6})-[0-9]{3,6}$`);
const FIRST_YEAR = 2015; // phones and identity cards begin with 0, and no later year reads like one of them
const MOST_SIGNS = 48, MOST_NAME = 60, DAY_MS = 86400000;
const UNKNOWN = "–";
const AT_ONCE = 10; // pages of dossiers in process before the others come again
const LATE_AFTER = 6; // pages of dossiers before one of the late list comes
const ORDER = { ready: 0, supplement: 1, payment: 1, processing: 2 };

/* The code of a dossier, or null when it is anything more or else than a code. today: "2026-11-23". */
export function dossierCode(text, today) {
  const shown = plain(text, MOST_SIGNS).replace(/[–—‐‑−]/g, "-"), form = CODE.exec(shown);
  if (!form) return null;
  const [year, month, day] = [2000 + +form[1].slice(0, 2), +form[1].slice(2, 4), +form[1].slice(4)];
  const received = new Date(Date.UTC(year, month - 1, day));
  if (received.getUTCMonth() !== month - 1 || received.getUTCDate() !== day || day < 1) return null;
  return year >= FIRST_YEAR && (received.getTime() - Date.parse(`${today}T00:00:00Z`)) / DAY_MS <= 1 ? shown : null;
}

/* What a code is read by: date and serial. */
export function serial(code) {
  return code.split("-").slice(-2);
}

/* The agency that a whole code begins with, or "". */
export function agency(code) {
  return code.split("-").slice(0, -2).join("");
}

/* The names of authorities that the hall's file has: a wall shows no other. */
export function knownNames(authorities) {
  return new Set([].concat(...(authorities || []).map(words => [plain(words.vi, MOST_SIGNS), plain(words.en, MOST_SIGNS)])));
}

/* The officers that a late list may name. */
export function knownOfficers(officers) {
  return new Set((officers || []).map(name => plain(name, MOST_NAME)));
}

/* All pages of a round; none when there is no register. reader: {lang, known, officers, local}. room: rows of a page. */
export function pagesOf(dossiers, room, now, reader) {
  if (dossiers === null || !dossiers.known_at) return [];
  const pages = slices(rowsOf(dossiers, now, reader), room.dossiers).map(rows => ({ rows, late: [], month: "", asOf: "" }));
  for (const [list, timeOf] of [[dossiers.late, monthOf], [dossiers.late_year, yearOf]]) {
    const month = list ? timeOf(list.month) : "";
    if (month) for (const late of slices(lateRows(list, reader), room.late)) pages.push({ rows: [], late, month, asOf: dayOf(list.overdue_on) });
  }
  if (!pages.length) pages.push({ rows: [], late: [], month: "", asOf: "" });
  return tour(pages.map((page, i) => ({ number: i + 1, of: pages.length, ...page })));
}

/* The pages as they come one after the other: of many in process only some before results and fees come again. */
function tour(pages) {
  const late = pages.filter(page => page.late.length);
  const isSteady = page => page.rows.length && page.rows.every(row => row.standing === "processing" || row.standing === "overdue");
  const steady = pages.filter(isSteady), urgent = pages.filter(page => !page.late.length && !isSteady(page));
  const parts = slices(steady, Math.max(AT_ONCE, urgent.length));
  const others = [].concat(...(parts.length ? parts : [[]]).map(part => [...urgent, ...part]));
  return late.length ? among(others, late) : others;
}

/* One late page after some others, in turn; those whose turn has not come, at the end. */
function among(others, late) {
  const stretches = slices(others, LATE_AFTER);
  return [].concat(...stretches.map((stretch, n) => [...stretch, late[n % late.length]]), late.slice(stretches.length));
}

function rowsOf(dossiers, now, reader) {
  const today = reader.local(now).day, found = [];
  for (const line of dossiers.lines) {
    const code = dossierCode(line.code, today);
    if (code !== null) found.push([[ORDER[line.stage], ...serial(code), code], rowOf(line, code, now, today, reader)]);
  }
  return found.sort((a, b) => inOrder(a[0], b[0])).map(pair => pair[1]);
}

function inOrder(a, b) {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

function rowOf(line, code, now, today, reader) {
  const at = line.due ? Date.parse(line.due) : null;
  const standing = line.stage === "processing" && at !== null && at < now ? "overdue" : line.stage;
  const local = at === null ? null : reader.local(at);
  const due = local === null ? "" : local.day === today ? local.clock : local.day;
  return { code, authority: shownName(line.authority, reader), standing, place: line.place ? counter(line.place) : "", due };
}

function shownName(words, reader) {
  const name = plain(words[reader.lang], MOST_SIGNS);
  return name && reader.known.has(name) ? name : UNKNOWN;
}

/* The late authorities, most late dossiers first, each with its officers where they are named; one that nobody knows
   is left out. */
function lateRows(late, reader) {
  const known = late.units
    .map(unit => ({ authority: shownName(unit.authority, reader), overdue: unit.overdue, resolved: unit.resolved_late, officer: "", unit }))
    .filter(row => row.authority !== UNKNOWN && row.overdue + row.resolved);
  return [].concat(...latestFirst(known).map(({ unit, ...own }) => [own, ...officerRows(own.authority, unit, reader)]));
}

function officerRows(authority, unit, reader) {
  return latestFirst((unit.officers || [])
    .map(one => ({ authority, overdue: one.overdue, resolved: one.resolved_late, officer: plain(one.name, MOST_NAME) }))
    .filter(row => reader.officers.has(row.officer) && row.officer && row.overdue + row.resolved));
}

function latestFirst(rows) {
  return rows.map((row, i) => [[-row.overdue, -row.resolved, i], row]).sort((a, b) => inOrder(a[0], b[0])).map(pair => pair[1]);
}

/* `2026` of itself; "" for anything else. */
function yearOf(text) {
  return /^[0-9]{4}$/.test(text) ? text : "";
}

/* `11/2026` of `2026-11`; "" for anything else. */
function monthOf(text) {
  const form = /^(\d{4})-(\d{1,2})$/.exec(plain(text, 7));
  return form && +form[2] >= 1 && +form[2] <= 12 && +form[1] > 0 ? `${form[2].padStart(2, "0")}/${form[1]}` : "";
}

/* `26/11` of `2026-11-26`; "" for anything else. */
function dayOf(text) {
  const form = /^(\d{4})-(\d\d)-(\d\d)$/.exec(plain(text || "", 10));
  if (!form || +form[1] < 1) return "";
  const day = new Date(Date.UTC(2000, +form[2] - 1, +form[3]));
  day.setUTCFullYear(+form[1], +form[2] - 1, +form[3]);
  return day.getUTCMonth() === form[2] - 1 && day.getUTCDate() === +form[3] ? `${form[3]}/${form[2]}` : "";
}

/* {ready, waiting}: how many results are ready, and how many dossiers wait for their citizen. */
export function totalsOf(dossiers) {
  if (dossiers === null) return { ready: 0, waiting: 0 };
  const counts = { ...dossiers.totals };
  if (!Object.keys(counts).length) for (const line of dossiers.lines) counts[line.stage] = (counts[line.stage] || 0) + 1;
  return { ready: counts.ready || 0, waiting: (counts.supplement || 0) + (counts.payment || 0) };
}
