"""Commands that change values and names of fields: (name, rule of the Search Reference, pipeline, rows)."""

from __future__ import annotations

from cases.command_cases import Case

ONE = "uid=C1 | eval "
MEALS = '| makeresults format=csv data="web_in,web_out,mail_in\n1,2,3"'
DOCUMENT = r'"{\"a\":{\"b\":[{\"c\":1},{\"c\":\"x\"}]},\"t\":true,\"n\":null,\"f\":2.50}"'


def _text(text: str) -> str:
    return f'{ONE}x="{text}"'


CASES: list[Case] = [
    # foreach over fields
    (
        "foreach",
        "<<FIELD>> is the whole name",
        f"{MEALS} | foreach web_* [eval s=coalesce(s,0)+<<FIELD>>] | table s",
        [{"s": "3"}],
    ),
    (
        "foreach-several",
        "a list of patterns; a field counts once",
        f"{MEALS} | foreach web_* *_in [eval s=coalesce(s,0)+<<FIELD>>] | table s",
        [{"s": "6"}],
    ),
    (
        "foreach-matchstr",
        "<<MATCHSTR>> is what the wildcard stands for",
        f"{MEALS} | foreach web_* [eval <<MATCHSTR>>='<<FIELD>>'*10] | table in out",
        [{"in": "10", "out": "20"}],
    ),
    (
        "foreach-matchseg",
        "<<MATCHSEG1>> and <<MATCHSEG2>> are the first and the second wildcard",
        f"{MEALS} | foreach *_* [eval <<MATCHSEG2>>_<<MATCHSEG1>>=<<FIELD>>] | table in_web out_web in_mail",
        [{"in_web": "1", "out_web": "2", "in_mail": "3"}],
    ),
    (
        "foreach-fieldstr",
        "fieldstr renames the mark",
        f"{MEALS} | foreach web_* fieldstr=\"#f#\" [eval s=coalesce(s,0)+'#f#'] | table s",
        [{"s": "3"}],
    ),
    (
        "foreach-dotted",
        "names with dots stand in single quotes",
        "uid=C1 | foreach id.* [eval \"x.<<MATCHSTR>>\"='<<FIELD>>'] | table x.*",
        [{"x.orig_h": "10.0.0.1", "x.resp_p": "53"}],
    ),
    (
        "foreach-pipeline",
        "the template may be several streaming commands",
        f"{MEALS} | foreach mail* [eval y=<<FIELD>>*2 | rename y AS z] | table z",
        [{"z": "6"}],
    ),
    (
        "foreach-none",
        "no matching field changes nothing",
        f"{MEALS} | foreach nosuch* [eval z=1] | table web_in",
        [{"web_in": "1"}],
    ),
    (
        "foreach-internal",
        "* leaves internal fields out",
        "uid=C1 | table _time n | foreach * [eval c=coalesce(c,0)+1] | table c",
        [{"c": "1"}],
    ),
    # foreach over values
    (
        "foreach-multivalue",
        "the assignments run once per value",
        'uid=C1 | eval v=split("1,2,3",","), t=2, c=3 | foreach mode=multivalue v [eval t=t+<<ITEM>>, c=c+1] | table t c',
        [{"t": "8", "c": "6"}],
    ),
    (
        "foreach-iter",
        "<<ITER>> counts from 0",
        'uid=C1 | eval v=split("a,b",","), t="" | foreach mode=multivalue v [eval t=t.<<ITER>>.<<ITEM>>] | table t',
        [{"t": "0a1b"}],
    ),
    (
        "foreach-multivalue-rows",
        "each row has its own values; one without any stays",
        'uid=C1 OR uid=C2 OR uid=C4 | foreach mode=multivalue tags{} [eval t=coalesce(t,"").<<ITEM>>] | table uid t',
        [{"uid": "C4", "t": "bc"}, {"uid": "C2"}, {"uid": "C1", "t": "ab"}],
    ),
    (
        "foreach-json-array",
        "json_array goes over the elements",
        'uid=C1 | eval j="[1,2,30]", t=0 | foreach mode=json_array j [eval t=if(<<ITEM>> > 1, t+<<ITEM>>, t)] | table t',
        [{"t": "32"}],
    ),
    (
        "foreach-auto",
        "auto_collections takes either",
        'uid=C1 | eval j="[1,2]", t="" | foreach mode=auto_collections j [eval t=t."<<ITEM>>"] '
        "| foreach mode=auto_collections tags{} [eval t=t.'<<ITEM>>'] | table t",
        [{"t": "12ab"}],
    ),
    (
        "foreach-itemstr",
        "itemstr renames the mark",
        'uid=C1 | foreach mode=multivalue tags{} itemstr="@@" [eval t=coalesce(t,"").upper(@@)] | table t',
        [{"t": "AB"}],
    ),
    # convert
    ("convert-dur2sec", "[D+]HH:MM:SS as seconds", f"{_text('1+02:03:04')} | convert dur2sec(x) | table x", [{"x": "93784"}]),
    ("convert-mstime", "[MM:]SS.SSS as seconds", f"{_text('02:03.5')} | convert mstime(x) | table x", [{"x": "123.5"}]),
    ("convert-memk", "k, m and g as kilobytes", f"{_text('1.5m')} | convert memk(x) | table x", [{"x": "1536"}]),
    ("convert-memk-bare", "kilobytes is assumed", f"{_text('12')} | convert memk(x) | table x", [{"x": "12"}]),
    ("convert-rmcomma", "commas go", f"{_text('1,234,567.5')} | convert rmcomma(x) | table x", [{"x": "1234567.5"}]),
    ("convert-rmunit", "what follows the number goes", f"{_text('12.5sec')} | convert rmunit(x) | table x", [{"x": "12.5"}]),
    ("convert-rmunit-none", "a text without a number stays", f"{_text('sec')} | convert rmunit(x) | table x", [{"x": "sec"}]),
    ("convert-ctime", "a time as text", f"{ONE}x=0 | convert ctime(x) | table x", [{"x": "01/01/1970 00:00:00"}]),
    (
        "convert-timeformat",
        "by timeformat",
        f'{ONE}x=60 | convert timeformat="%H:%M" ctime(x) AS y | table x y',
        [{"x": "60", "y": "00:01"}],
    ),
    ("convert-mktime", "a text as time", f"{_text('01/02/1970 00:00:01')} | convert mktime(x) | table x", [{"x": "86401"}]),
    (
        "convert-num",
        "num removes what is no number",
        "uid=C3 OR uid=C1 | convert num(n) | table uid n",
        [{"uid": "C3"}, {"uid": "C1", "n": "10"}],
    ),
    (
        "convert-auto",
        "auto leaves a field alone with a value that is none",
        "uid=C3 OR uid=C5 | convert auto(n) | table n",
        [{"n": "2.50"}, {"n": "abc"}],
    ),
    ("convert-auto-all", "and converts it else", "uid=C5 OR uid=C1 | convert auto(n) | table n", [{"n": "2.5"}, {"n": "10"}]),
    (
        "convert-none",
        "none() takes fields out of a wildcard",
        f'{ONE}x1="1k", x2="2k" | convert memk(x*) none(x2) | table x1 x2',
        [{"x1": "1", "x2": "2k"}],
    ),
    (
        "convert-as",
        "AS keeps the field",
        f"{_text('3k')} | convert memk(x) AS k rmunit(x) AS u | table x k u",
        [{"x": "3k", "k": "3", "u": "3"}],
    ),
    (
        "convert-several-values",
        "each value is converted",
        f'{ONE}x=split("1k 2m"," ") | convert memk(x) | table x',
        [{"x": ["1", "2048"]}],
    ),
    # replace
    ("replace", "a whole value", 'index=* | replace C1 WITH first IN uid | where uid="first" | table uid', [{"uid": "first"}]),
    (
        "replace-part",
        "a part of a value is none",
        "uid=C3 | replace alpha WITH z IN Name | table Name",
        [{"Name": "alpha.example"}],
    ),
    ("replace-wildcard", "* stands for any text", "uid=C3 | replace *.example WITH x IN Name | table Name", [{"Name": "x"}]),
    (
        "replace-wildcard-kept",
        "and is kept where the new value has one too",
        "uid=C3 | replace *.* WITH *_* IN Name | table Name",
        [{"Name": "alpha_example"}],
    ),
    (
        "replace-several",
        "several pairs, the first that fits",
        'uid=C1 | replace "1*" WITH one, 10 WITH ten IN n | table n',
        [{"n": "one"}],
    ),
    ("replace-case", "case counts", "uid=C1 | replace alpha WITH z IN Name | table Name", [{"Name": "Alpha"}]),
    (
        "replace-everywhere",
        "without IN in all fields",
        "uid=C1 | table uid id.resp_p | replace 53 WITH dns C1 WITH c | table *",
        [{"uid": "c", "id.resp_p": "dns"}],
    ),
    # strcat, rangemap, setfields
    (
        "strcat",
        "fields and quoted texts one after the other",
        'uid=C1 | strcat id.orig_h ":" id.resp_p to | table to',
        [{"to": "10.0.0.1:53"}],
    ),
    ("strcat-missing", "a missing field is nothing", 'uid=C1 | strcat uid "-" nosuch to | table to', [{"to": "C1-"}]),
    (
        "strcat-required",
        "unless all are required",
        'uid=C1 | strcat allrequired=t uid "-" nosuch to | table uid to',
        [{"uid": "C1"}],
    ),
    (
        "rangemap",
        "the names of the ranges, both ends included",
        "uid=C1 | rangemap field=n low=0-10 mid=10-20 | table range",
        [{"range": ["low", "mid"]}],
    ),
    (
        "rangemap-default",
        "or the default",
        "uid=C2 | rangemap field=n mid=10-20 default=other | table range",
        [{"range": "other"}],
    ),
    ("rangemap-none", "which is None", "uid=C3 | rangemap field=n mid=10-20 | table range", [{"range": "None"}]),
    ("setfields", "one text for all rows", 'uid=C1 | setfields a="x y", b=2 | table a b', [{"a": "x y", "b": "2"}]),
    # spath
    (
        "spath-path",
        "what is at the path, called like it",
        f"{ONE}j={DOCUMENT} | spath input=j path=a.b{{}}.c | table a.b{{}}.c",
        [{"a.b{}.c": ["1", "x"]}],
    ),
    ("spath-word", "the path may stand alone", f"{ONE}j={DOCUMENT} | spath input=j output=o t | table o", [{"o": "true"}]),
    (
        "spath-position",
        "positions count from 0",
        f"{ONE}j={DOCUMENT} | spath input=j output=o path=a.b{{1}}.c | table o",
        [{"o": "x"}],
    ),
    (
        "spath-keeps",
        "a row without the path keeps what it has",
        f"{ONE}j={DOCUMENT}, o=5 | spath input=j output=o path=zzz | table o",
        [{"o": "5"}],
    ),
    (
        "spath-auto",
        "without a path every field, null left out",
        f"{ONE}j={DOCUMENT} | fields j | fields - _* | spath input=j | fields - j | table *",
        [{"a.b{}.c": ["1", "x"], "t": "true", "f": "2.50"}],
    ),
    (
        "spath-array",
        "an array's elements lie under {}",
        f'{ONE}j="[{{\\"k\\":1}},{{\\"k\\":2}}]" | spath input=j | table {{}}.k',
        [{"{}.k": ["1", "2"]}],
    ),
    (
        "spath-raw",
        "the input is _raw by default",
        "uid=C1 | fields _raw | spath path=uid output=o | table o",
        [{"o": "C1"}],
    ),
    (
        "spath-no-json",
        "what is no JSON is left alone",
        f"{_text('plain')} | spath input=x | table x uid",
        [{"x": "plain", "uid": "C1"}],
    ),
    # what only shows
    ("fieldformat", "rows keep their values", 'uid=C1 | fieldformat n=n." items" | table n', [{"n": "10"}]),
    ("require", "rows pass", "uid=C1 | require | table uid", [{"uid": "C1"}]),
    ("noop", "rows pass", "uid=C1 | noop search_optimization=false | localop | highlight C1 | table uid", [{"uid": "C1"}]),
]
