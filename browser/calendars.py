"""What python3-icalendar and dateutil find in the calendars of a folder, each beside
a file of what is to be found. Prints what differs, and how many agree."""
import datetime
import json
import pathlib
import sys

import dateutil.rrule
import icalendar
import pytz


def times(event, zone, since, until):
    """When an event is held, in seconds since 1970, by the clocks of its zone."""
    wall = event.decoded("DTSTART").astimezone(zone).replace(tzinfo=None)
    if "RRULE" not in event:
        return {stamp(wall, zone)}
    parts = dict(event["RRULE"])
    for i, end in enumerate(parts.get("UNTIL", [])):
        parts["UNTIL"][i] = end.astimezone(zone).replace(tzinfo=None)
    rule = dateutil.rrule.rrulestr(icalendar.vRecur(parts).to_ical().decode(), dtstart=wall)
    last = datetime.datetime.fromtimestamp(until, zone).replace(tzinfo=None)
    found = {stamp(at, zone) for at in rule.between(wall, last, inc=True)}
    for name, act in (("EXDATE", found.discard), ("RDATE", found.add)):
        lists = event.get(name, [])
        for dates in lists if isinstance(lists, list) else [lists]:
            for date in dates.dts:
                act(int(date.dt.timestamp()))
    return {at for at in found if since <= at < until}


def stamp(wall, zone):
    return int(zone.localize(wall).timestamp())


def differs(path):
    want = json.loads(path.with_suffix(".json").read_text())
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    zone = pytz.timezone(want["Zone"])
    found, instead, moved = set(), set(), set()
    for event in calendar.walk("VEVENT"):
        if str(event["SUMMARY"]) != want["Title"]:
            return "the title is %r" % str(event["SUMMARY"])
        if (event["STATUS"] == "CANCELLED") != want["Cancelled"]:
            return "the status is %s" % event["STATUS"]
        if "RECURRENCE-ID" in event:
            instead.add(int(event.decoded("RECURRENCE-ID").timestamp()))
            moved.add(int(event.decoded("DTSTART").timestamp()))
        else:
            found = times(event, zone, want["From"], want["To"])
    got = sorted((found - instead) | moved)
    if got != want["Times"]:
        return "%d times, not %d" % (len(got), len(want["Times"]))
    return None


same = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.ics")):
    why = differs(path)
    if why:
        print(f"{path.name}: {why}")
    else:
        same += 1
print(f"{same} agree")
