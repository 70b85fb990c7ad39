"""Hunts as playbooks: hunts/<id>.yml -> saved searches, macros, the table of hunts, their pages and the ATT&CK coverage."""
