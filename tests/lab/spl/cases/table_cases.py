"""Commands that sum, turn and fill up tables: (name, rule of the Search Reference, pipeline, rows)."""

from __future__ import annotations

from cases.command_cases import Case

GRID = '| makeresults format=csv data="site,web,mail\nparis,3,4\nrome,5,x"'
LONG = '| makeresults format=csv data="day,site,n,m\n2,paris,1,9\n1,rome,2,8\n1,paris,3,7\n2,paris,4,6"'
STEPS = '| makeresults format=csv data="a,b\n1,10\n2,x\n5,20\n9,40"'

CASES: list[Case] = [
    # addtotals, addcoltotals
    (
        "addtotals",
        "row sums are the default, in Total; text counts as nothing",
        f"{GRID} | addtotals | table site Total",
        [{"site": "paris", "Total": "7"}, {"site": "rome", "Total": "5"}],
    ),
    (
        "addtotals-fieldname",
        "fieldname names the sum",
        f"{GRID} | addtotals fieldname=all we* | table all",
        [{"all": "3"}, {"all": "5"}],
    ),
    (
        "addtotals-nothing",
        "a row without numbers sums to 0",
        "uid=C3 | table uid Name | addtotals | table Total",
        [{"Total": "0"}],
    ),
    (
        "addtotals-col",
        "col=true adds a row with the sum of each column, that of the row sums too",
        f"{GRID} | addtotals col=t labelfield=site label=both",
        [
            {"site": "paris", "web": "3", "mail": "4", "Total": "7"},
            {"site": "rome", "web": "5", "mail": "x", "Total": "5"},
            {"site": "both", "web": "8", "mail": "4", "Total": "12"},
        ],
    ),
    ("addtotals-row-false", "row=false adds no field", f"{GRID} | addtotals row=f col=t web | tail 1", [{"web": "8"}]),
    (
        "addcoltotals",
        "a label goes into a field that is made where it is missing",
        f"{GRID} | addcoltotals labelfield=what web | tail 1",
        [{"web": "8", "what": "Total"}],
    ),
    (
        "addcoltotals-all",
        "without fields every column",
        f"{GRID} | addcoltotals | tail 1 | table web mail",
        [{"web": "8", "mail": "4"}],
    ),
    (
        "addtotals-no-internals",
        "internal fields are not summed",
        "uid=C1 | table _time n | addtotals | table Total",
        [{"Total": "10"}],
    ),
    # transpose
    (
        "transpose",
        "fields become rows under the name column, rows become row 1, row 2",
        f"{GRID} | transpose",
        [
            {"column": "site", "row 1": "paris", "row 2": "rome"},
            {"column": "web", "row 1": "3", "row 2": "5"},
            {"column": "mail", "row 1": "4", "row 2": "x"},
        ],
    ),
    (
        "transpose-header",
        "header_field gives the names of the columns, column_name that of the first",
        f"{GRID} | transpose column_name=kind header_field=site",
        [{"kind": "web", "paris": "3", "rome": "5"}, {"kind": "mail", "paris": "4", "rome": "x"}],
    ),
    ("transpose-count", "the count bounds the rows", f"{GRID} | transpose 1 | head 1", [{"column": "site", "row 1": "paris"}]),
    (
        "transpose-five",
        "five rows by default",
        "index=* | table uid | transpose | eval n=if(isnull('row 6'),5,6) | table n",
        [{"n": "5"}],
    ),
    ("transpose-all", "0 is all", 'index=* | table uid | transpose 0 | table column "row 6"', [{"column": "uid", "row 6": "C1"}]),
    (
        "transpose-empty",
        "include_empty=false drops fields without a value",
        f"{GRID} | eval gone=null() | transpose include_empty=f | stats count",
        [{"count": "3"}],
    ),
    (
        "transpose-empty-kept",
        "which are kept by default",
        f"{GRID} | eval gone=null() | transpose | stats count",
        [{"count": "4"}],
    ),
    # untable and xyseries
    (
        "untable",
        "a row per value, in the order of the fields",
        f"{GRID} | untable site kind n",
        [
            {"site": "paris", "kind": "web", "n": "3"},
            {"site": "paris", "kind": "mail", "n": "4"},
            {"site": "rome", "kind": "web", "n": "5"},
            {"site": "rome", "kind": "mail", "n": "x"},
        ],
    ),
    (
        "untable-null",
        "what is missing gives no row",
        f"{GRID} | eval web=if(web=3,null(),web) | untable site k n | stats count",
        [{"count": "3"}],
    ),
    (
        "xyseries",
        "rows and columns are sorted; of two values for one cell the last counts",
        f"{LONG} | xyseries day site n",
        [{"day": "1", "paris": "3", "rome": "2"}, {"day": "2", "paris": "4"}],
    ),
    (
        "xyseries-several",
        "with several data fields the columns are <field>: <name>",
        f"{LONG} | head 2 | xyseries day site n m",
        [{"day": "1", "n: rome": "2", "m: rome": "8"}, {"day": "2", "n: paris": "1", "m: paris": "9"}],
    ),
    (
        "xyseries-sep",
        "sep stands between them",
        f'{LONG} | head 1 | xyseries day site n m sep="/"',
        [{"day": "2", "n/paris": "1", "m/paris": "9"}],
    ),
    (
        "xyseries-format",
        "format puts $AGG$ and $VAL$ where they are wanted and overrides sep",
        f'{LONG} | head 1 | xyseries day site n m sep="/" format="$VAL$-$AGG$"',
        [{"day": "2", "paris-n": "1", "paris-m": "9"}],
    ),
    (
        "xyseries-grouped",
        "grouped=true makes a row for each run",
        f"{LONG} | xyseries grouped=true day site n",
        [{"day": "2", "paris": "1"}, {"day": "1", "paris": "3", "rome": "2"}, {"day": "2", "paris": "4"}],
    ),
    (
        "xyseries-untable",
        "untable undoes xyseries",
        f"{LONG} | head 3 | xyseries day site n | untable day site n | stats sum(n) AS s",
        [{"s": "6"}],
    ),
    # delta, accum, autoregress
    (
        "delta",
        "the value less the one before",
        f'{STEPS} | delta a | table a "delta(a)"',
        [{"a": "1"}, {"a": "2", "delta(a)": "1"}, {"a": "5", "delta(a)": "3"}, {"a": "9", "delta(a)": "4"}],
    ),
    ("delta-p", "p looks further back, AS names it", f"{STEPS} | delta a AS d p=2 | table d", [{}, {}, {"d": "4"}, {"d": "7"}]),
    ("delta-text", "text has no difference", f"{STEPS} | delta b AS d | table d", [{}, {}, {}, {"d": "20"}]),
    (
        "accum",
        "a running sum of the numbers",
        f"{STEPS} | accum b | table b",
        [{"b": "10"}, {"b": "x"}, {"b": "30"}, {"b": "70"}],
    ),
    (
        "accum-as",
        "AS keeps the field; text gets no sum",
        f"{STEPS} | accum b AS s | table s",
        [{"s": "10"}, {}, {"s": "30"}, {"s": "70"}],
    ),
    (
        "autoregress",
        "the value before, called <field>_p1",
        f"{STEPS} | autoregress a | table a_p1",
        [{}, {"a_p1": "1"}, {"a_p1": "2"}, {"a_p1": "5"}],
    ),
    (
        "autoregress-range",
        "a range makes one field each",
        f"{STEPS} | autoregress b p=1-2 | tail 1 | table b_*",
        [{"b_p1": "20", "b_p2": "x"}],
    ),
    ("autoregress-as", "AS names the one", f"{STEPS} | autoregress a AS before p=3 | tail 1 | table before", [{"before": "1"}]),
    # makecontinuous, gentimes
    (
        "makecontinuous",
        "missing buckets become rows",
        f"{STEPS} | makecontinuous a span=2 | table a b",
        [{"a": "0", "b": "10"}, {"a": "2", "b": "x"}, {"a": "4", "b": "20"}, {"a": "6"}, {"a": "8", "b": "40"}],
    ),
    (
        "makecontinuous-time",
        "the field is _time unless another is named",
        "uid=C1 OR uid=D1 | makecontinuous span=5s | table _time uid",
        [{"_time": "1600000000", "uid": "C1"}, {"_time": "1600000005"}, {"_time": "1600000010", "uid": "D1"}],
    ),
    (
        "makecontinuous-none",
        "a field that is not there changes nothing",
        f"{STEPS} | makecontinuous nosuch | stats count",
        [{"count": "4"}],
    ),
    (
        "gentimes",
        "one row a day, up to the last midnight",
        "| gentimes start=-1",
        [
            {
                "starttime": "1599868800",
                "starthuman": "Sat Sep 12 00:00:00 2020",
                "endtime": "1599955199",
                "endhuman": "Sat Sep 12 23:59:59 2020",
            }
        ],
    ),
    (
        "gentimes-increment",
        "from a date to a date by hours",
        "| gentimes start=9/1/2020 end=9/2/2020 increment=12h | table starttime",
        [{"starttime": "1598918400"}, {"starttime": "1598961600"}],
    ),
]
