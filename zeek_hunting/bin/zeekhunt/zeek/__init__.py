"""What a Zeek event is: canonical fields and their spellings, unset values, attempt or session, internal or external."""
