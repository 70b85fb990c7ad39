"""The hunting library behind the commands in bin/: what a Zeek event is, what a beacon looks like, how Splunk is spoken to.

Imports point one way: a command uses ``spl`` and one domain (``beacon``, …); a domain uses ``zeek`` and nothing of Splunk.
"""
