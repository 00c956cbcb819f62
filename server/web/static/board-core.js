/* The rules of a wall, for a browser: which call is the hero now, which are listed, how old all is. Pure.

   The same rules as display/core.py, held together by tests/display/scenarios.py. Knows no DOM and no clock: `now`
   is the hall's time in ms since 1970 and comes in; whatever arrives goes through `handle`, what is shown comes out
   of `view`. Written for browsers from Chromium 69 on, which televisions of 2020 have. */

import { MOST_SIGNS, counter, desksOf, neededUntil, noticesOf, number, plain, rowsOf, waitingByLetter } from "./board-facts.js";

export const DWELL_MS = 8000; // a hero stays at least so long
export const FRESH_MS = 5000; // gold frame
export const PULSE_MS = 1000; // one light and one dark phase
export const TOO_OLD_MS = 30000; // calls that arrive older than this are listed, never announced
export const PAGE_MS = 12000; // a page stands at least so long
export const FRESH = 0, NOTED = 1, LOST = 2, BLANK = 3;
const STALE_MS = [0, 10000, 60000, 300000];
const NIGHT_ENDS_MS = 6 * 3600000; // until this hour a hall's day may still be the one before
const MOST_KNOWN = 60; // calls kept; a board carries 30
const COMPLETE_BELOW = 20; // a board with fewer calls has all of the day: none fell off its end

const ascending = (a, b) => a - b;

export class Calls {
  /* calm: a new call has its frame but does not pulse. lagMs: how much hall time a message may need on its way.
     pace: hall seconds in a real one; pages are for eyes, so there they stand for as many times longer. */
  constructor(now, { zone, lang = "vi", calm = false } = {}) {
    this.lang = lang;
    this.calm = calm;
    this.lagMs = 0;
    this.pace = 1;
    this._dwell = DWELL_MS;
    this._pageMs = PAGE_MS;
    this._desks = true; // what stands at each counter takes turns with the latest calls
    this._setZone(zone);
    this._hall = { vi: "", en: "" };
    this._last = now;
    this._board = null;
    this._known = new Map(); // of this day, by seq
    this._turned = new Map(); // when their turns were, by seq
    this._queue = []; // {call, how: loud | quiet | listed, since}
    this._hero = null; // {call, since, loud}
    this._freeAt = now; // the hero stays at least until then
    this._shownUpto = 0;
    this._lostSince = now; // null while the server is up
    this._gap = true; // the next board may tell of calls that were made while we heard nothing
    this._knownAt = null;
  }

  /* What follows from {kind: "board" | "up" | "down" | "config" | "tick"}: a list of {kind: "shown" | "announce", call}.
     Turns that became due in between come first. */
  handle(input, now) {
    this._keepUpWith(now);
    const effects = this._advance(now);
    if (input.kind === "board") this._boardArrived(input.board, now);
    else if (input.kind === "up") this._lostSince = null;
    else if (input.kind === "down") {
      this._gap = true;
      if (this._lostSince === null) this._lostSince = this._knownAt = Math.min(now, input.since || now);
    } else if (input.kind === "config") this._planArrived(input.config);
    return effects.concat(this._advance(now));
  }

  /* When the next tick is due: until then `view` stays as it is, if nothing arrives. */
  nextDeadline(now) {
    if (this._queue.length && this._freeAt <= now) return now;
    const due = [(Math.floor(now / 60000) + 1) * 60000, (this._turnAt(now) + 1) * this._turnMs()];
    due.push(...this._needed().values());
    if (this._lostSince !== null) for (const ms of STALE_MS) due.push(this._lostSince + ms);
    if (this._hero !== null) {
      if (this._queue.length) due.push(this._freeAt);
      const passed = now - this._hero.since;
      if (this._hero.loud && passed < FRESH_MS) {
        due.push(this._hero.since + FRESH_MS);
        if (!this.calm) due.push(this._hero.since + (Math.floor(passed / (PULSE_MS / 2)) + 1) * (PULSE_MS / 2));
      }
    }
    return Math.min(...due.filter(at => at > now));
  }

  /* Until when a call has its time as hero; null: none has it now, and none waits for it. */
  heroUntil(now) {
    if (this._hero === null || !this._hero.loud || (now >= this._freeAt && !this._queue.length)) return null;
    return this._freeAt;
  }

  view(now) {
    const staleness = this._staleness(now), here = this.local(now), board = this._board, hero = this._hero;
    const scene = {
      hall: plain(this._hall[this.lang], MOST_SIGNS), day: here.day, clock: here.clock,
      page: this._turnAt(now), called: false, staleness,
      knownAt: staleness >= LOST && this._knownAt !== null ? this.local(this._knownAt).clock : null,
      hero: null, rows: [], desks: [], waiting: [], upcoming: [], notices: [],
    };
    if (board === null) return scene;
    scene.notices = noticesOf(board, this.lang);
    if (this._ofYesterday(board, now)) return scene;
    const known = staleness < LOST; // how it stands, and not only what was called
    if (staleness < BLANK) scene.hero = this._looks(now);
    scene.rows = rowsOf(this._hadTheirTurn(), hero === null ? null : hero.call.number, this._needed(), now);
    scene.called = this._calledIn(scene.page);
    if (known && this._desks) scene.desks = desksOf(board.counters, this._unheard());
    scene.waiting = waitingByLetter(board.waiting, known);
    if (known) scene.upcoming = (board.upcoming || []).map(number);
    return scene;
  }

  /* {day: "2026-11-23", clock: "08:12"} in the hall's time zone. */
  local(at) {
    const part = {};
    for (const { type, value } of this._format.formatToParts(at)) part[type] = value;
    const hour = part.hour === "24" ? "00" : part.hour;
    return { day: `${part.year}-${part.month}-${part.day}`, clock: `${hour}:${part.minute}` };
  }

  // --- what arrives ---

  _boardArrived(board, now) {
    const before = this._board;
    if (before !== null && (board.epoch - before.epoch || board.rev - before.rev) <= 0) return; // never back to an older board
    const first = before === null;
    if (before !== null && before.day !== board.day) {
      this._known.clear();
      this._turned.clear();
      this._queue = [];
      this._hero = null;
      this._freeAt = now;
      this._shownUpto = 0;
    }
    this._board = board;
    this._hall = board.hall;
    const at = Date.parse(board.at);
    if (this._lostSince !== null && now - at < STALE_MS[NOTED]) this._lostSince = now; // whoever published it lived a moment ago
    if (this._knownAt === null || this._lostSince !== null) this._knownAt = at;
    const said = new Map(board.calls.slice().sort((a, b) => a.seq - b.seq).map(call => [call.seq, call]));
    this._withdraw(said);
    this._takeIn(Array.from(said.values()).filter(call => !this._known.has(call.seq)), first, now);
  }

  /* Forget calls that the board took back: undone ones, or all since a restored server's backup. */
  _withdraw(said) {
    const seqs = Array.from(said.keys());
    const oldest = said.size >= COMPLETE_BELOW ? Math.min(...seqs) : 0;
    const gone = new Set();
    for (const [seq, call] of this._known) {
      const now = said.get(seq);
      if (seq >= oldest && (!now || now.number !== call.number || now.counter !== call.counter)) gone.add(seq);
    }
    gone.forEach(seq => this._forget(seq));
    this._queue = this._queue.filter(turn => !gone.has(turn.call.seq));
    this._shownUpto = Math.min(this._shownUpto, Math.max(0, ...seqs));
    if (this._hero !== null && gone.has(this._hero.call.seq)) {
      this._hero = null;
      this._freeAt = this._last;
      if (!this._queue.length && this._known.size) {
        const newest = this._known.get(Math.max(...this._known.keys()));
        this._queue.push({ call: newest, how: "quiet", since: this._last });
      }
    }
  }

  /* Give new calls their turns. Old ones go to the list, but the newest of all is always shown. */
  _takeIn(fresh, first, now) {
    const tooOld = this._gap ? TOO_OLD_MS : Math.max(TOO_OLD_MS, this.lagMs);
    this._gap = false;
    for (const call of fresh) {
      this._known.set(call.seq, call);
      const loud = !first && now - Date.parse(call.at) <= tooOld;
      this._queue.push({ call, how: loud ? "loud" : call === fresh[fresh.length - 1] ? "quiet" : "listed", since: now });
    }
    const queued = new Set(this._queue.map(turn => turn.call.seq));
    for (const seq of Array.from(this._known.keys()).sort(ascending).slice(0, -MOST_KNOWN)) {
      if (!queued.has(seq)) this._forget(seq);
    }
  }

  _forget(seq) {
    this._known.delete(seq);
    this._turned.delete(seq);
  }

  _planArrived(config) {
    this._hall = config.hall;
    this._setZone(config.time_zone);
    const plan = config.display;
    if (!plan) return;
    this._desks = plan.counters !== false;
    if (plan.dwell_s > 0) this._dwell = plan.dwell_s * 1000;
    if (plan.page_s * 1000 >= PAGE_MS) this._pageMs = plan.page_s * 1000;
  }

  _setZone(timeZone) {
    const whole = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false };
    this._format = new Intl.DateTimeFormat("en-GB", { timeZone, ...whole });
  }

  // --- time ---

  /* Let every turn that is due by `now` happen, each at its own time. */
  _advance(now) {
    const effects = [];
    while (this._queue.length && this._freeAt <= now) {
      const { call, how, since } = this._queue.shift();
      if (how === "listed") continue;
      const loud = how === "loud", at = Math.max(since, this._freeAt);
      this._hero = { call, since: at, loud };
      if (loud) this._turned.set(call.seq, at);
      this._freeAt = loud ? at + this._dwell : at;
      if (call.seq > this._shownUpto) {
        this._shownUpto = call.seq;
        effects.push({ kind: "shown", call, at });
      }
      if (loud) effects.push({ kind: "announce", call, at });
    }
    return effects;
  }

  /* A clock that stepped back takes our instants along: else a hero would stand for hours. */
  _keepUpWith(now) {
    const back = this._last - now;
    if (back > 0) {
      if (this._hero !== null) this._hero.since -= back;
      this._freeAt -= back;
      for (const turn of this._queue) turn.since -= back;
      for (const [seq, at] of this._turned) this._turned.set(seq, at - back);
      if (this._lostSince !== null) this._lostSince -= back;
    }
    this._last = now;
  }

  // --- what is seen ---

  /* Is it of an earlier day? While a server is up the night is still that day's. */
  _ofYesterday(board, now) {
    return board.day < this.local(now - (this._lostSince === null ? NIGHT_ENDS_MS : 0)).day;
  }

  _looks(now) {
    if (this._hero === null) return null;
    const { call, since, loud } = this._hero, passed = now - since;
    const fresh = loud && passed < FRESH_MS;
    const pulse = fresh && !this.calm && passed % PULSE_MS < PULSE_MS / 2;
    return { number: number(call.number), counter: counter(call.counter), fresh, pulse };
  }

  _needed() {
    return neededUntil(Array.from(this._known.values()), this._turned, this._board === null ? [] : this._board.counters);
  }

  _hadTheirTurn() {
    const queued = new Set(this._queue.map(turn => turn.call.seq));
    return Array.from(this._known.values()).filter(call => !queued.has(call.seq));
  }

  /* Numbers whose first turn is yet to come: no other part of the wall tells of them before. */
  _unheard() {
    const unheard = new Set(this._queue.map(turn => turn.call.number));
    for (const call of this._hadTheirTurn()) unheard.delete(call.number);
    return unheard;
  }

  /* Whether the hero's call came in this turn of the pages. */
  _calledIn(page) {
    if (this._hero === null) return false;
    const came = this._hero.loud ? this._hero.since : Date.parse(this._hero.call.at);
    return came >= page * this._turnMs();
  }

  _turnMs() {
    return this._pageMs * Math.max(1, this.pace);
  }

  _turnAt(now) {
    return Math.floor(now / this._turnMs());
  }

  _staleness(now) {
    if (this._lostSince === null) return FRESH;
    const passed = now - this._lostSince;
    return passed >= STALE_MS[BLANK] ? BLANK : passed >= STALE_MS[LOST] ? LOST : passed >= STALE_MS[NOTED] ? NOTED : FRESH;
  }
}
