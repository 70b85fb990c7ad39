"""Zeek's logs and the source types that Splunk sites give them: the source of default/macros.conf.

Habits of naming that hold for every log: Splunk's old add-on for TSV (``bro_conn``), its JSON successor (``bro:conn:json``), the
add-on for Zeek (``zeek:conn``, ``zeek:conn:json``), self-made names (``zeek_conn``) and Corelight's (``corelight_conn``).
Catch-all source types hold every log and tell them apart by the field ``_path``. Exceptions stand beside the log.
Corelight's reduced logs (``conn_red``, ...) hold counts instead of events and belong to no macro.
"""

from __future__ import annotations

from dataclasses import dataclass

SPELLINGS = ("bro:{log}:json", "bro_{log}", "corelight_{log}", "zeek:{log}", "zeek:{log}:json", "zeek_{log}")
CATCH_ALL = ("_json", "bro:json", "json", "zeek:json")


@dataclass(frozen=True)
class ZeekLog:
    """name: as in ``_path``. holds: what its events are. example: SPL after the macro. also: further source types.

    shared: (source type, condition) for a source type that holds this log and another one. not_named: spellings that belong to
    another log as well and are therefore left to ``shared``.
    """

    name: str
    holds: str
    example: str
    also: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    not_named: tuple[str, ...] = ()

    def source_types(self) -> list[str]:
        """Every source type that holds this log and nothing else, sorted."""
        named = {spelling.format(log=self.name) for spelling in SPELLINGS} | set(self.also)
        return sorted(named - set(self.not_named))


# Splunk_TA_bro 3.2.0 cuts the file name with ([a-zA-Z0-9]+)\.log, which knows no underscore: smb_files.log becomes bro_files and
# lies beside files.log, dce_rpc.log becomes bro_rpc, known_services.log bro_services. Only smb_files has an action SMB::...
LOGS = (
    ZeekLog("analyzer", "protocol analyzers that gave up (Zeek 6 and later)", "| stats count by analyzer_name failure_reason"),
    ZeekLog("capture_loss", "packets the sensor missed", "| stats max(percent_lost) by peer", also=("bro_loss",)),
    ZeekLog("conn", "connections", "earliest=-24h | zeekbeacon"),
    ZeekLog("conn_long", "connections that are open for long (zeek-long-connections)", "| zeekbeacon mode=long"),
    ZeekLog(
        "dce_rpc",
        "remote procedure calls of Windows",
        "operation=NetrShareEnum | stats count by id.orig_h",
        also=("bro:rpc:json", "bro_rpc", "zeek:rpc", "zeek:rpc:json"),
    ),
    ZeekLog("dhcp", "leases", "| stats values(host_name) by mac"),
    ZeekLog("dnp3", "DNP3 requests and replies of control systems", "| stats count by fc_request"),
    ZeekLog("dns", "name queries and answers", "qtype_name=TXT | stats count by query"),
    ZeekLog("dpd", "protocol detections that failed (before Zeek 7)", "| stats count by analyzer failure_reason"),
    ZeekLog(
        "files",
        "files seen in any protocol",
        'mime_type="application/x-dosexec" | stats count by sha1',
        also=("zeek:file:json",),
        shared=(("bro_files", 'NOT action="SMB::*"'),),
        not_named=("bro_files",),
    ),
    ZeekLog("ftp", "FTP commands", "command=STOR | stats count by id.orig_h user"),
    ZeekLog("http", "HTTP requests", "method=POST | stats count by host uri"),
    ZeekLog("intel", "hits of the intelligence framework", "| stats count by seen.indicator"),
    ZeekLog("irc", "IRC commands", "| stats count by nick"),
    ZeekLog("kerberos", "Kerberos tickets", "request_type=TGS cipher=rc4-hmac | stats dc(service) by client"),
    ZeekLog("known_certs", "certificates seen once a day", "| stats count by subject", also=("bro_certs",)),
    ZeekLog("known_hosts", "hosts seen once a day", "| stats count by host", also=("bro_hosts",)),
    ZeekLog("known_services", "services seen once a day", "| stats values(service) by host", also=("bro_services",)),
    ZeekLog("ldap", "LDAP messages", "opcode=bind* | stats count by id.orig_h"),
    ZeekLog("ldap_search", "LDAP searches", "| stats count by filter", also=("bro_search",)),
    ZeekLog("modbus", "Modbus requests of control systems", "func=WRITE* | stats count by id.orig_h"),
    ZeekLog("mysql", "MySQL commands", "success=false | stats count by id.orig_h"),
    ZeekLog("notice", "notices of Zeek's own scripts", "| stats count by note"),
    ZeekLog("ntlm", "NTLM logons", "success=false | stats count by username hostname"),
    ZeekLog("ntp", "time requests", "| stats dc(id.resp_h) by id.orig_h"),
    ZeekLog("ocsp", "certificate status replies", "certStatus=revoked | stats count by serialNumber"),
    ZeekLog("open_conn", "connections that are still open, hourly (zeek-open-connections)", "| zeekbeacon mode=long"),
    ZeekLog("pe", "Windows programs in transit", "is_exe=true | stats count by compile_ts"),
    ZeekLog("quic", "QUIC connections", "| stats count by server_name"),
    ZeekLog("radius", "RADIUS logons", "result=failed | stats count by username"),
    ZeekLog("rdp", "remote desktop sessions", "| stats count by cookie"),
    ZeekLog("rfb", "VNC sessions", "auth=true | stats count by id.orig_h"),
    ZeekLog("signatures", "matches of Zeek signatures", "| stats count by sig_id"),
    ZeekLog("sip", "SIP requests", "status_code=401 | stats count by id.orig_h"),
    ZeekLog(
        "smb_files",
        "files opened, written or deleted over SMB",
        "action=SMB::FILE_DELETE | stats count by id.orig_h",
        shared=(("bro_files", 'action="SMB::*"'),),
    ),
    ZeekLog("smb_mapping", "shares connected over SMB", "path=*ADMIN$ | stats count by id.orig_h", also=("bro_mapping",)),
    ZeekLog("smtp", "mail transfers", "| stats count by mailfrom"),
    ZeekLog("snmp", "SNMP sessions", "community=public | stats count by id.orig_h"),
    ZeekLog("socks", "SOCKS proxy requests", "| stats count by request.host"),
    ZeekLog("software", "software versions seen", "| stats values(unparsed_version) by host"),
    ZeekLog("ssh", "SSH connections", "auth_success=false | stats count by id.orig_h"),
    ZeekLog("ssl", "TLS handshakes", "| stats count by server_name"),
    ZeekLog("syslog", "syslog messages on the wire", "severity=CRIT | stats count by id.orig_h"),
    ZeekLog("tunnel", "tunnels", "| stats count by tunnel_type"),
    ZeekLog("weird", "protocol oddities", "| stats count by name"),
    ZeekLog("x509", "certificates", "| stats count by certificate.issuer"),
)
