"""Functions of fields with several values, and of time."""

from __future__ import annotations

from cases.function_case import Case, gives

# 2020-09-13 12:26:40.123456 UTC, a Sunday
_T = "1600000000.123456"

CASES: list[Case] = [
    gives("split", "split", 'split(x, ",")', ["a", "b", "c"], x="a,b,c"),
    gives(
        "mvappend",
        "mvappend joins values and several values, without nulls",
        'mvappend(x, split("b,c", ","), nosuch)',
        ["a", "b", "c"],
        x="a",
    ),
    gives("mvappend-null", "mvappend of nulls is null", "mvappend(nosuch, null())", None),
    gives("mvcount", "mvcount", 'mvcount(split(x, ","))', "3", x="a,b,c"),
    gives("mvcount-one", "one value counts 1", "mvcount(x)", "1", x="a"),
    gives("mvcount-null", "mvcount of null is null", "mvcount(nosuch)", None),
    gives("mvdedup", "mvdedup keeps the first of each, in order", 'mvdedup(split(x, ","))', ["b", "a"], x="b,a,b"),
    Case(
        "mvfilter",
        "mvfilter keeps the values of which a condition is true",
        'eval m=split(x, ",") | eval out=mvfilter(match(m, "net$") OR match(m, "org$")) | table out',
        [{"out": ["a.net", "c.org"]}],
        [{"x": "a.net,b.com,c.org"}],
    ),
    Case("mvfilter-none", "mvfilter is null where no value is kept", "eval out=mvfilter(x > 5) | table out", [{}], [{"x": "3"}]),
    gives(
        "mvfind",
        "mvfind gives the position of the first match, from 0",
        'mvfind(split(x, ","), "err\\d+")',
        "1",
        x="ok,err5,err6",
    ),
    gives("mvfind-none", "mvfind without a match is null", 'mvfind(split(x, ","), "z")', None, x="a,b"),
    gives("mvindex-first", "mvindex counts from 0", 'mvindex(split(x, ","), 0)', "a", x="a,b,c"),
    gives("mvindex-last", "-1 is the last", 'mvindex(split(x, ","), -1)', "c", x="a,b,c"),
    gives("mvindex-range", "both ends are included", 'mvindex(split(x, ","), 1, 2)', ["b", "c"], x="a,b,c,d"),
    gives(
        "mvindex-negative-range", "negative ends count from the end", 'mvindex(split(x, ","), -3, -2)', ["b", "c"], x="a,b,c,d"
    ),
    gives("mvindex-outside", "a position outside is null", 'mvindex(split(x, ","), 5)', None, x="a,b"),
    gives("mvindex-outside-negative", "a negative one too", 'mvindex(split(x, ","), -5)', None, x="a,b"),
    gives("mvjoin", "mvjoin", 'mvjoin(split(x, ","), " OR ")', "a OR b", x="a,b"),
    Case(
        "mvmap",
        "mvmap gives the expression for each value",
        'eval m=split(x, ",") | eval out=mvmap(m, m*n) | table out',
        [{"out": ["10", "20"]}],
        [{"x": "1,2", "n": "10"}],
    ),
    Case(
        "mvmap-drops-null",
        "mvmap leaves out nulls",
        'eval m=split(x, ",") | eval out=mvmap(m, if(m>1, "v".m, null())) | table out',
        [{"out": ["v2", "v3"]}],
        [{"x": "1,2,3"}],
    ),
    gives("mvrange", "mvrange stops before its end", "mvrange(1, 11, 2)", ["1", "3", "5", "7", "9"]),
    gives("mvrange-span", "a step may be a span of time", 'mvrange(0, 172801, "1d")', ["0", "86400", "172800"]),
    gives("mvrange-empty", "mvrange backwards is null", "mvrange(5, 1)", None),
    gives("mvsort", "mvsort is by code point", 'mvsort(split(x, ","))', ["10", "9", "B", "a"], x="a,9,B,10"),
    gives("mvzip", "mvzip joins pair by pair with a comma", 'mvzip(split("a,b", ","), split("1,2", ","))', ["a,1", "b,2"]),
    gives(
        "mvzip-glue",
        "mvzip takes another glue, and stops at the shorter",
        'mvzip(split("a,b", ","), split("1,2,3", ","), "=")',
        ["a=1", "b=2"],
    ),
    gives("now", "now is the search's own", "now()", "1600001000"),
    gives("time", "time is now in the lab", "time()", "1600001000"),
    gives("strftime-date", "strftime", 'strftime(t, "%Y-%m-%dT%H:%M:%S")', "2020-09-13T12:26:40", t=_T),
    gives("strftime-millis", "%3N is milliseconds", 'strftime(t, "%S.%3N")', "40.123", t=_T),
    gives("strftime-Q", "%Q is milliseconds, %6Q microseconds", 'strftime(t, "%Q %6Q")', "123 123456", t=_T),
    gives("strftime-nanos", "%N is nanoseconds", 'strftime(t, "%N")', "123456000", t=_T),
    gives("strftime-zone", "the lab is in UTC", 'strftime(t, "%z %:z %Z")', "+0000 +00:00 UTC", t=_T),
    gives(
        "strftime-names", "names of days and months", 'strftime(t, "%A %a %B %b %p %I")', "Sunday Sun September Sep PM 12", t=_T
    ),
    gives("strftime-blank", "%e and %k pad with a blank", 'strftime(86400*2+3600*5, "[%e][%k]")', "[ 3][ 5]"),
    gives("strftime-short", "%F %T %s", 'strftime(t, "%F %T %s")', "2020-09-13 12:26:40 1600000000", t=_T),
    gives("strftime-week", "%V %G %u %w %j", 'strftime(t, "%V %G %u %w %j")', "37 2020 7 0 257", t=_T),
    gives("strftime-percent", "%% is a percent sign", 'strftime(t, "100%%")', "100%", t=_T),
    gives("strftime-text", "strftime of no number is null", 'strftime(t, "%Y")', None, t="yesterday"),
    gives("strptime", "strptime", 'strptime(t, "%Y-%m-%d %H:%M:%S.%3N")', "1600000000.123", t="2020-09-13 12:26:40.123"),
    gives(
        "strptime-zone",
        "strptime heeds the zone",
        'strptime(t, "%Y-%m-%dT%H:%M:%S%z")',
        "1600000000",
        t="2020-09-13T14:26:40+0200",
    ),
    gives(
        "strptime-names",
        "strptime reads names of months and AM, PM",
        'strptime(t, "%d %b %Y %I:%M %p")',
        "1599999960",
        t="13 Sep 2020 12:26 PM",
    ),
    gives("strptime-epoch", "strptime reads %s", 'strptime(t, "%s")', "1600000000", t="1600000000"),
    gives("strptime-misfit", "strptime of a text that does not fit is null", 'strptime(t, "%Y-%m-%d")', None, t="13.9.2020"),
    gives("strptime-no-day", "a year and month without a day give null", 'strptime(t, "%Y-%m")', None, t="2020-09"),
    gives("strptime-clock", "a time of day alone is today's", 'strptime(t, "%H:%M")', "1599955260", t="00:01"),
    gives("strptime-impossible", "30 February is no day", 'strptime(t, "%Y-%m-%d")', None, t="2020-02-30"),
    gives("relative-back", "relative_time moves back", 'relative_time(1600000000, "-1d")', "1599913600"),
    gives("relative-snap", "@d snaps to midnight", 'relative_time(1600000000, "-1d@d")', "1599868800"),
    gives("relative-week", "@w1 snaps to Monday", 'relative_time(1600000000, "@w1")', "1599436800"),
    gives("relative-month", "-1mon@mon", 'relative_time(1600000000, "-1mon@mon")', "1596240000"),
    gives("relative-quarter", "@q snaps to the quarter", 'relative_time(1600000000, "@q")', "1593561600"),
    gives("relative-after-snap", "offsets may follow a snap", 'relative_time(1600000000, "@d+2h")', "1599962400"),
    gives("relative-field", "the modifier may come from a field", "relative_time(1600000000, x)", "1599996400", x="-1h"),
]
