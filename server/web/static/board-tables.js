/* What is beside the calls: pages of dossiers and of late authorities, slides, and a panel at rest.

   Knows columns, icons and words; keeps out which page it is. */

import { LOST, NOTED } from "./board-core.js";
import { agency, serial } from "./board-dossiers.js";
import { day, fit, icon, make, region, say, tellInTurns } from "./board-draw.js";

const STANDINGS = { ready: "tick", supplement: "diamond", payment: "diamond", processing: "half", overdue: "warning" };
const AIR = 0.97; // of a column's width, so that words of two columns stay apart
const LEAST = 0.76; // of a row's letters; what is longer is cut
const ALONG = 0.7548776662466927, DOWN = 0.5698402909980532; // their multiples fill a square evenly

/* Title, headings and rows of the dossiers' part of the wall, with room for so many rows. */
export function drawProgress(scene, progress, rows) {
  const { page } = progress;
  // Every other turn of the pages of dossiers belongs to the notices of the hall, while there are any.
  const late = page !== null && page.late.length > 0;
  const told = scene.notices.length && scene.page % 2 && progress.old === null && scene.staleness < LOST && !late ? scene.notices : [];
  const shown = [scene.clock, scene.staleness, scene.knownAt, scene.day, progress, rows, told, told.length && scene.page];
  if (!region("progress", shown, place => {
    place.style.setProperty("--rows", rows);
    const title = titleOf(scene, progress, told.length > 0);
    if (page === null) return [title, make("p", "nothing", say("none"))];
    const open = page.asOf ? say("late_open_on", { date: page.asOf }) : say("late_open"); // as of then
    if (page.late.length) return [title, table([say("authority"), open, say("late_resolved")], page.late.map(lateRow), "late")];
    if (!page.rows.length) return [title, make("p", "nothing", say("nothing"))];
    const heads = [say("code"), say("authority"), say("stage"), say(lastHead(page.rows))];
    return [title, table(heads, page.rows.map(row => dossierRow(row, scene.day)), "dossiers")];
  })) return;
  document.querySelectorAll("#progress th, #progress td").forEach(cell => fit(cell, AIR * cell.clientWidth, LEAST));
  fitTitle(document.querySelector("#progress .title"), late);
  if (told.length) tellInTurns(document.querySelector("#progress .words"), told, Math.floor(scene.page / 2), 1);
}

/* What this is, which page, how many; the loss of the server is said louder, and old dossiers louder than totals. */
function titleOf(scene, { page, ready, waiting, old }, told) {
  const late = page !== null && page.late.length > 0;
  const title = make("div", "title"), time = make("span", "n clock", scene.clock);
  if (scene.staleness >= LOST) {
    title.classList.add("lost");
    const since = scene.knownAt ? [make("span", "spare", say("known_at", { time: scene.knownAt }))] : [];
    title.append(make("h2", "mark", icon("warning"), say("lost")), ...since, time);
    return title;
  }
  title.append(make("h2", "", say(late ? "late" : "progress")));
  if (page !== null) title.append(make("span", "quiet", say("page", { n: page.number, of: page.of })));
  if (told) {
    title.classList.add("told");
    title.insertBefore(make("span", "mark notice", icon("info"), make("span", "words")), title.children[1] || null);
  } else if (old !== null) {
    const when = old.day ? `${old.clock}, ${old.day.slice(8)}/${old.day.slice(5, 7)}` : old.clock;
    title.append(make("span", "mark amber", icon("warning"), say("old_short", { time: when })));
  } else if (late) title.append(make("span", "quiet spare", say(page.month.includes("/") ? "month" : "year", { month: page.month })));
  else if (page !== null) {
    title.append(make("span", "mark ok spare", icon("tick"), say("results", { n: ready })));
    title.append(make("span", "mark amber spare", icon("diamond"), say("for_citizen", { n: waiting })));
  }
  if (scene.staleness >= NOTED) time.prepend(icon("warning"));
  title.append(time);
  return title;
}

/* As much as there is room for, as on displays: without its name, which rows of codes explain, else without figures. */
function fitTitle(title, late) {
  const over = () => title.scrollWidth > title.clientWidth + 1;
  if (!late && !title.classList.contains("lost") && over()) {
    title.classList.add("brief");
    if (over() && title.querySelector(".spare")) title.classList.remove("brief");
  }
  for (const part of Array.from(title.querySelectorAll(".spare")).reverse()) if (over()) part.remove();
}

function table(heads, rows, kind) {
  const head = make("tr", "", ...heads.map(text => make("th", "", text)));
  head.childNodes.forEach(cell => cell.setAttribute("scope", "col"));
  return make("table", kind, make("thead", "", head), make("tbody", "", ...rows));
}

/* What the last column is called: where to go, when to come, or both. */
function lastHead(rows) {
  const places = rows.filter(row => row.place).length;
  return places === rows.length ? "where" : places ? "both" : "due";
}

function dossierRow({ code, authority, standing, place, due }, today) {
  const [received, number] = serial(code);
  return make("tr", "",
    make("td", "n code", `${received}-`, make("b", "", number)),
    make("td", "authority", `${agency(code)} ${authority}`.trim()),
    make("td", `mark ${standing}`, icon(STANDINGS[standing]), say(standing)),
    make("td", "n last", place ? `${say("counter")} ${place}` : dueText(due, today)));
}

/* Today's hour, a day of this year, or of another. */
function dueText(due, today) {
  if (!due.includes("-")) return due;
  const [year, month, date] = due.split("-");
  return year === today.slice(0, 4) ? `${date}/${month}` : `${date}/${month}/${year.slice(2)}`;
}

/* The first row of a page has nothing above that says whose officer somebody is. */
function lateRow({ authority, overdue, resolved, officer }, place) {
  const open = make("td", `n ${overdue ? "overdue" : "quiet"}`, ...(overdue ? [icon("warning")] : []), String(overdue));
  return make("tr", "", make("td", officer ? "authority officer" : "authority", officer && !place ? `${officer} – ${authority}` : officer || authority), open, make("td", "n", String(resolved)));
}

/* The turn's slide, in the place of the calls; what has no room goes on in the next turn, never smaller. */
export function drawSlide({ slides, turn }) {
  const place = document.getElementById("slide");
  const of = JSON.stringify([slides, place.clientWidth, place.clientHeight]);
  if (of !== parted.of) parted = { of, parts: [].concat(...slides.map(slide => partsOf(place, slide))) };
  const part = parted.parts[turn % parted.parts.length];
  region("slide", [part, parted.of], () => {
    fill(place, part);
    largest(place);
    return Array.from(place.children);
  });
}

let parted = { of: "", parts: [] }; // all slides in as few turns as there is room for

function fill(place, { title, lines }) {
  place.textContent = "";
  place.classList.toggle("motto", !lines.length);
  place.append(make("h2", "", title), ...(lines.length ? [make("ul", "", ...lines.map(line => make("li", "", line)))] : []));
}

/* As large as there is room for, down to `least`; whether there was room. */
function largest(place, least = 0.2) {
  for (let share = 1; share > least - 0.01; share -= 0.05) {
    place.style.setProperty("--fit", share);
    if (place.scrollHeight <= place.clientHeight && place.scrollWidth <= place.clientWidth) return true;
  }
  return false;
}

function partsOf(place, { title, lines }) {
  const parts = [];
  let left = lines;
  do {
    let count = left.length;
    fill(place, { title, lines: left });
    while (count > 1 && !largest(place, LEAST)) {
      count -= 1;
      fill(place, { title, lines: left.slice(0, count) });
    }
    parts.push({ title, lines: left.slice(0, count) });
    left = left.slice(Math.max(1, count));
  } while (left.length);
  return parts;
}

/* Black, with the time and the next opening, every minute somewhere else: no part of a panel is lit for long. */
export function drawRest(scene, { minute, opens }) {
  const words = opens === null ? "" : opens.day === scene.day ? say("opens_today", { time: opens.clock })
    : say("opens", { time: opens.clock, date: day(opens.day) });
  region("rest", [scene.clock, words, minute], place => {
    place.style.left = `${minute * ALONG % 1 * 50}%`;
    place.style.top = `${minute * DOWN % 1 * 80}%`;
    return [make("span", "n", scene.clock), " ", words];
  });
}
