"""What goes over the wire and how Zeek logs it: one module per protocol. Everything above (benign traffic and scenarios)
plants its events through these emitters, so that no event of an intruder is written in another way than a harmless one."""
