/* Calls, dossiers, slides and rest in one, and which of them is seen now. Pure; as display/wall.py, display/programme.py,
   display/rest.py and display/turning.py. A call always comes through: where the zone has no place for calls, a new one
   takes the whole wall until its time as hero is over, and then the page that it interrupted goes on. */

import { Calls } from "./board-core.js";
import { knownNames, knownOfficers, pagesOf, totalsOf } from "./board-dossiers.js";
import { plain } from "./board-facts.js";

const WITH_PROGRESS = ["calls-progress", "progress"];
const NOTHING = { dossiers: 0, late: 0 };
const MOST_TITLE = 120, MOST_LINE = 200, MOST_LINES = 8; // signs of a slide, and its lines
const MINUTE_MS = 60000;
const BEFORE_MS = 30 * MINUTE_MS; // people wait at the door, and officers come
const AFTER_MS = 15 * MINUTE_MS; // of the hours, and of a call that was made outside of them
// While a wall is awake its picture moves by a step every so often, around a small square: no panel is burnt in by what
// stands all day, and nobody sees it.
const STEP_MS = 10 * MINUTE_MS;
const STEPS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];
const PAINT_MS = 200, LEAST_MS = 5000;

/* How many steps right and down the picture stands at this time. */
export function drift(now) {
  return STEPS[Math.floor(now / STEP_MS) % STEPS.length];
}

/* Pages one after the other. Only time in which the page was seen counts. */
class Turning {
  constructor(ms) {
    this.index = 0;
    this.due = null; // when the next page's turn is; null while none is seen
    this._left = null; // of an interrupted page, when it is seen again
    this.stands(ms);
  }

  stands(ms) {
    this._stands = ms + PAINT_MS;
  }

  seen(seen, now) {
    if (seen && this.due === null) this.due = now + (this._left === null ? this._stands : this._left);
    else if (!seen && this.due !== null) {
      this._left = Math.max(this.due - now, LEAST_MS);
      this.due = null;
    }
  }

  turn(now) {
    if (this.due === null || now < this.due) return false;
    this.index += 1;
    this.due = now + this._stands;
    this._left = null;
    return true;
  }

  back(step) {
    if (this.due !== null) this.due -= step;
  }

  first() {
    this.index = 0;
    this._left = this.due = null;
  }
}

export class Wall {
  /* rooms: {zone: {dossiers, late}}, how many rows a page has there; a zone that is not in it shows the calls. */
  constructor(now, { zone, lang = "vi", calm = false, rooms = {} } = {}) {
    this.calls = new Calls(now, { zone, lang, calm });
    this.rooms = rooms;
    this._lang = lang;
    this._last = now;
    this._plan = null;
    this._known = knownNames([]);
    this._officers = knownOfficers([]);
    this._named = "[[],[]]";
    this._slides = [];
    this._dossiers = null;
    this._calledAt = null;
    this._pages = [];
    this._room = NOTHING; // of these pages
    this._totals = totalsOf(null);
    this._paging = new Turning(12000);
    this._sliding = new Turning(12000);
  }

  /* As `Calls.handle`, and {kind: "dossiers", dossiers}. */
  handle(input, now) {
    this._keepUpWith(now);
    const effects = input.kind === "dossiers" ? [] : this.calls.handle(input, now);
    if (input.kind === "dossiers") this._dossiersArrived(input.dossiers);
    if (input.kind === "config" && input.config.display) this._planArrived(input.config.display);
    if (effects.some(effect => effect.kind === "announce")) this._calledAt = now;
    this._turn(now);
    return effects;
  }

  nextDeadline(now) {
    const due = [this.calls.nextDeadline(now), this._paging.due, this._sliding.due].filter(at => at !== null);
    if (Math.min(...due) <= now) return now; // fell due while the wall was painted
    due.push(this.calls.heroUntil(now), this._oldAt());
    if (this._plan !== null) {
      for (const { opens, closes } of this._plan.openings || []) due.push(Date.parse(opens) - BEFORE_MS, Date.parse(closes) + AFTER_MS);
      if (this._calledAt !== null) due.push(this._calledAt + AFTER_MS);
    }
    return Math.min(...due.filter(at => at !== null && at > now));
  }

  /* {face, calls, progress, slides, rest}: what belongs to another face is null. */
  view(now) {
    const face = this._face(now), view = { face, calls: this.calls.view(now), progress: null, slides: null, rest: null };
    if (face === "rest") view.rest = this._rest(now);
    else if (face === "slides") view.slides = { slides: this._slides, turn: this._sliding.index };
    else if (WITH_PROGRESS.includes(face)) view.progress = this._progress(now);
    return view;
  }

  /* Calls before all; then rest; then the zone of the hour, where there is room for it. */
  _face(now) {
    const calling = this.calls.heroUntil(now) !== null;
    if (this._plan === null) return "calls";
    if (!calling && !this._awake(now)) return "rest";
    const zone = this._zoneAt(now);
    if (zone === "slides") return calling || !this._slides.length ? "calls" : "slides";
    if (zone === "calls" || !this.rooms[zone] || (zone === "progress" && calling)) return "calls";
    return zone;
  }

  /* The first span that fits wins; one that ends before it starts goes on past midnight. */
  _zoneAt(now) {
    const { day, clock } = this.calls.local(now), today = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    const before = (today + 6) % 7;
    for (const { days, starts, ends, zone } of this._plan.schedule || []) {
      const holds = starts < ends ? days.includes(today) && starts <= clock && clock < ends
        : (days.includes(today) && clock >= starts) || (days.includes(before) && clock < ends);
      if (holds) return zone;
    }
    return this._plan.zone || "calls";
  }

  /* Always, when no opening is ahead: then nobody has told the next, as the server does. */
  _awake(now) {
    const openings = this._plan.openings || [];
    if (!openings.some(({ opens }) => Date.parse(opens) > now) || (this._calledAt !== null && this._calledAt <= now && now < this._calledAt + AFTER_MS)) return true;
    return openings.some(({ opens, closes }) => Date.parse(opens) - BEFORE_MS <= now && now < Date.parse(closes) + AFTER_MS);
  }

  /* Turn pages and slides that have stood their time. New dossiers are taken in between two pages. */
  _turn(now) {
    const face = this._face(now), room = this._plan !== null && this.rooms[this._zoneAt(now)] || NOTHING;
    const seen = () => this._paging.seen(WITH_PROGRESS.includes(face) && this._pages.length > 0, now);
    seen();
    const other = room.dossiers !== this._room.dossiers || room.late !== this._room.late;
    if (room.dossiers && (this._paging.turn(now) || !this._pages.length || other)) {
      if (other) {
        this._room = room;
        this._paging.first();
      }
      this._pages = pagesOf(this._dossiers, room, now, { lang: this._lang, known: this._known, officers: this._officers, local: at => this.calls.local(at) });
      this._totals = totalsOf(this._dossiers);
      seen();
    }
    this._sliding.seen(face === "slides", now);
    this._sliding.turn(now);
  }

  _dossiersArrived(dossiers) {
    if (this._dossiers !== null && dossiers.rev <= this._dossiers.rev) return; // never back to an older register
    this._dossiers = dossiers;
    if (!dossiers.known_at) this._pages = [];
  }

  /* page null: there is no register. old: {day, clock} since when it is known, while that is too long ago. */
  _progress(now) {
    if (!this._pages.length || this._dossiers === null) return { page: null, ready: 0, waiting: 0, old: null };
    const oldAt = this._oldAt(), old = oldAt !== null && now >= oldAt ? this.calls.local(Date.parse(this._dossiers.known_at)) : null;
    if (old !== null && old.day === this.calls.local(now).day) old.day = "";
    return { page: this._pages[this._paging.index % this._pages.length], ...this._totals, old };
  }

  _oldAt() {
    if (this._dossiers === null || !this._dossiers.known_at || this._plan === null) return null;
    return Date.parse(this._dossiers.known_at) + (this._plan.old_min || 60) * MINUTE_MS;
  }

  _planArrived(plan) {
    this._plan = plan;
    const named = JSON.stringify([plan.authorities || [], plan.officers || []]);
    if (named !== this._named) [this._named, this._pages] = [named, []];
    this._known = knownNames(plan.authorities);
    this._officers = knownOfficers(plan.officers);
    this._slides = (plan.slides || []).map(slide => ({
      title: plain(slide.title[this._lang], MOST_TITLE),
      lines: slide.lines.slice(0, MOST_LINES).map(line => plain(line[this._lang], MOST_LINE)).filter(line => line),
    }));
    for (const turning of [this._paging, this._sliding]) turning.stands((plan.page_s || 12) * 1000);
  }

  /* minute: counts up, and moves the words; opens: the next opening, if it is known. */
  _rest(now) {
    const coming = (this._plan.openings || []).map(({ opens }) => Date.parse(opens)).filter(at => at > now);
    return { minute: Math.floor(now / MINUTE_MS), opens: coming.length ? this.calls.local(Math.min(...coming)) : null };
  }

  _keepUpWith(now) {
    const step = this._last - now;
    if (step > 0) {
      this._paging.back(step);
      this._sliding.back(step);
      if (this._calledAt !== null) this._calledAt -= step;
    }
    this._last = now;
  }
}
