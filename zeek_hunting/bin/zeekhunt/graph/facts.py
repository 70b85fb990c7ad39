"""What the logs beside conn say about a session: accounts, shares, written files, operations. Runs on indexers.

A fact is text ``kind=value``; sets of facts merge by union. Each reader gets a block's columns and yields (row, fact) for the
rows of its own log, told by the fields that only that log has, since a search may mix logs and sourcetypes say little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ..zeek.fields import UNSET
from ..zeek.wire import letters, wire
from . import admin_protocol

ACCOUNT, SHARE, PLAIN_SHARE, WROTE, OPERATION, LOG, LOGIN = "account", "share", "mapped", "wrote", "op", "log", "login"
LONGEST_VALUE = 80
# what a reader needs besides the five-tuple; the same names in every spelling of Zeek's logs
FIELDS = (
    "cookie",
    "security_protocol",
    "username",
    "domainname",
    "server_nb_computer_name",
    "success",
    "auth_success",
    "share_type",
    "path",
    "action",
    "source",
    "is_orig",
    "endpoint",
    "operation",
    "uri",
)
_TRUE = frozenset(("T", "true", "True", "1"))
_FALSE = frozenset(("F", "false", "False", "0"))
_ODD = re.compile(r"[^\w.@$:*+-]")

Column = Callable[[str], Sequence[str]]
Facts = Iterator[tuple[int, str]]


def fact(kind: str, value: str) -> str:
    """``kind=value`` with every letter that could be taken for structure replaced and the length bounded. Wire text, as columns
    are: one character per byte of UTF-8, so that case and length are those of the letters."""
    return f"{kind}={wire(_ODD.sub('_', letters(value).lower())[:LONGEST_VALUE])}"


def account_of(cell: str) -> str:
    """``bare_account`` of wire text, as wire text."""
    return wire(bare_account(letters(cell)))


def bare_account(text: str) -> str:
    r"""The account of ``DOMAIN\user``, ``user@realm`` or ``user/realm``, lower case; '' for machines and anonymous."""
    account = text.rsplit("\\", 1)[-1].split("/", 1)[0].split("@", 1)[0].strip().lower()
    nobody = account in UNSET or account.endswith("$") or account in ("anonymous", "anonymous logon")
    return "" if nobody else account


def of_rdp(column: Column) -> Facts:
    cookies = column("cookie")
    for row, protocol in enumerate(column("security_protocol")):
        if protocol not in UNSET or cookies[row] not in UNSET:
            yield row, fact(LOG, "rdp")
            if account_of(cookies[row]):
                yield row, fact(ACCOUNT, account_of(cookies[row]))


def of_ntlm(column: Column) -> Facts:
    domains, servers, success = column("domainname"), column("server_nb_computer_name"), column("success")
    for row, username in enumerate(column("username")):
        if username in UNSET or (domains[row] in UNSET and servers[row] in UNSET):
            continue
        if success[row] in _FALSE:
            yield row, fact(LOGIN, "failed")
        elif account_of(username):
            yield row, fact(ACCOUNT, account_of(username))


def of_ssh(column: Column) -> Facts:
    for row, success in enumerate(column("auth_success")):
        if success in _TRUE:
            yield row, fact(LOGIN, "ok")
        elif success in _FALSE:
            yield row, fact(LOGIN, "failed")


def of_smb_mapping(column: Column) -> Facts:
    paths = column("path")
    for row, share_type in enumerate(column("share_type")):
        if share_type not in UNSET:
            share = admin_protocol.admin_share(paths[row])
            yield row, fact(SHARE, share) if share else fact(PLAIN_SHARE, "yes")


def of_smb_files(column: Column) -> Facts:
    paths = column("path")
    for row, action in enumerate(column("action")):
        if not action.startswith("SMB::"):
            continue
        share = admin_protocol.admin_share(paths[row])
        if share:
            yield row, fact(SHARE, share)
            if action in ("SMB::FILE_WRITE", "SMB::FILE_RENAME"):
                yield row, fact(WROTE, "file")


def of_files(column: Column) -> Facts:
    is_orig = column("is_orig")
    for row, source in enumerate(column("source")):
        if source == "SMB" and is_orig[row] in _TRUE:
            yield row, fact(WROTE, "file")


def of_dce_rpc(column: Column) -> Facts:
    operations = column("operation")
    for row, endpoint in enumerate(column("endpoint")):
        if endpoint not in UNSET:
            called = f"{endpoint}::{operations[row]}".lower()
            if called in admin_protocol.OPERATIONS:
                yield row, fact(OPERATION, called)


def of_http(column: Column) -> Facts:
    for row, uri in enumerate(column("uri")):
        if uri.startswith("/wsman"):
            yield row, fact(LOG, "winrm")


# a reader and the fields without any of which a block holds no row of its log
READERS: tuple[tuple[Callable[[Column], Facts], tuple[str, ...]], ...] = (
    (of_rdp, ("security_protocol", "cookie")),
    (of_ntlm, ("domainname", "server_nb_computer_name")),
    (of_ssh, ("auth_success",)),
    (of_smb_mapping, ("share_type",)),
    (of_smb_files, ("action",)),
    (of_files, ("is_orig",)),
    (of_dce_rpc, ("endpoint",)),
    (of_http, ("uri",)),
)
