"""The events of a calendar that python3-icalendar reads, as JSON: those that are held
once, with their times in seconds since 1970."""
import json
import sys

import icalendar


def facts(event):
    return {
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "status": str(event["STATUS"]),
        "summary": str(event["SUMMARY"]),
        "location": str(event["LOCATION"]),
        "description": str(event.get("DESCRIPTION", "")),
        "start": int(event.decoded("DTSTART").timestamp()),
        "end": int(event.decoded("DTEND").timestamp()),
    }


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
json.dump([facts(event) for event in calendar.walk("VEVENT")], sys.stdout)
