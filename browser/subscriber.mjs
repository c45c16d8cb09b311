// A calendar program that follows a calendar of the site: it asks again when it likes,
// takes what is new, and reads with ical.js and with Debian's python3-icalendar, which
// have to agree.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import ICAL from "ical.js";
import { root } from "./site.mjs";

// events are those of a calendar as ical.js reads it, each with its exceptions.
export function events(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const all = calendar.getAllSubcomponents("vevent").map((part) => new ICAL.Event(part));
  const whole = all.filter((one) => !one.isRecurrenceException());
  for (const one of all) if (one.isRecurrenceException()) whole.find(({ uid }) => uid === one.uid).relateException(one);
  return whole;
}

// moment is a time in seconds since 1970, or a day.
const moment = (at) => (at.isDate ? at.toString() : at.toUnixTime());

// facts are what ical.js finds of events that are held once.
const facts = (text) => events(text).map((one) => ({
  uid: one.uid, sequence: one.sequence, status: one.component.getFirstPropertyValue("status"),
  summary: one.summary, location: one.location, description: one.description ?? "",
  start: moment(one.startDate), end: moment(one.endDate),
}));

// Subscriber follows one calendar.
export class Subscriber {
  // address: as somebody copied it off a page.
  constructor(address) {
    this.address = address;
    this.tag = "";
    this.events = [];
  }

  // look asks for the calendar once more. new: whether there is anything that wasn't
  // there when it looked last.
  async look() {
    const answer = await fetch(this.address, { headers: this.tag ? { "If-None-Match": this.tag } : {} });
    if (answer.status === 304) return { new: false };
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type"), /^text\/calendar/);
    this.tag = answer.headers.get("etag");
    assert.ok(this.tag, "a calendar says which it is, so that it isn't sent twice");
    const text = await answer.text();
    const read = spawnSync("/usr/bin/python3", [join(root, "browser/events.py")], { input: text, encoding: "utf8" });
    assert.equal(read.status, 0, read.stderr);
    const found = facts(text);
    assert.deepEqual(JSON.parse(read.stdout), found, "ical.js and python3-icalendar differ");
    this.events = found;
    return { new: true };
  }
}
