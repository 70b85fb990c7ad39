"""Hosts and who reached whom: admin sessions and the time-respecting paths over them."""
