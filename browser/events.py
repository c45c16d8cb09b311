"""The events of a calendar that python3-icalendar reads, as JSON: those that are held
once, with their times in seconds since 1970, or as days."""
import datetime
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
        "start": moment(event.decoded("DTSTART")),
        "end": moment(event.decoded("DTEND")),
    }


def moment(at):
    """A time in seconds since 1970, or a day."""
    return int(at.timestamp()) if isinstance(at, datetime.datetime) else at.isoformat()


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
json.dump([facts(event) for event in calendar.walk("VEVENT")], sys.stdout)
