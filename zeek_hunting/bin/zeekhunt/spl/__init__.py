"""The only code that knows Splunk: chunk <-> columns, command classes, parse-time probes, where numpy comes from.

Text convention: inside this package a cell is *wire text*, a str in which each character stands for one byte (latin-1).
It is lossless for whatever bytes a log holds, valid UTF-8 or not. ``body.to_wire``/``body.from_wire`` convert.
"""
