"""Validators of command options whose error text says what is allowed (the SDK's own say only that a value is illegal)."""

from __future__ import annotations

from typing import Any

from .sdk import Validator


class OptionValidator(Validator):  # type: ignore[misc]
    """None (the option was not typed) stays None; a bad value raises ValueError with a sentence."""

    def __call__(self, value: str | None) -> Any:
        return None if value is None else self.read(str(value).strip())

    def format(self, value: Any) -> str:
        return "" if value is None else str(value)

    def read(self, text: str) -> Any:
        raise NotImplementedError("OptionValidator.read")


class Whole(OptionValidator):
    """A whole number from low to high."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def read(self, text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = self.low - 1
        if not self.low <= value <= self.high:
            raise ValueError(f"must be a whole number from {self.low} to {self.high}, got {text!r}")
        return value


_TRUTHS = {**dict.fromkeys(("1", "t", "true", "y", "yes"), True), **dict.fromkeys(("0", "f", "false", "n", "no"), False)}


class Truth(OptionValidator):
    """Splunk's spellings of true and false."""

    def read(self, text: str) -> bool:
        if text.lower() not in _TRUTHS:
            raise ValueError(f"must be true or false, got {text!r}")
        return _TRUTHS[text.lower()]


class OneOf(OptionValidator):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}, got {text!r}")
        return text


class Networks(OptionValidator):
    """Addresses and CIDR networks between commas or spaces, IPv4 or IPv6: ``10.0.0.0/8,2001:db8::/32``. Kept as words."""

    def read(self, text: str) -> tuple[str, ...]:
        import ipaddress  # only a search that types this option pays for it

        words = tuple(text.replace(",", " ").split())
        if not words:
            raise ValueError("must list networks like 10.0.0.0/8,192.168.7.0/24, got nothing")
        for word in words:
            try:
                ipaddress.ip_network(word, strict=False)
            except ValueError as error:
                raise ValueError(f"must list networks like 10.0.0.0/8,192.168.7.0/24; {word!r} is none ({error})") from error
        return words

    def format(self, value: Any) -> str:
        return "" if value is None else ",".join(value)


class FieldName(OptionValidator):
    """A field name or the beginning of one: a letter or underscore, then letters, digits, ``_ . -``; at most 64 characters."""

    def read(self, text: str) -> str:
        starts = text[:1].isalpha() or text[:1] == "_"
        if not (text.isascii() and starts and len(text) <= 64 and all(letter.isalnum() or letter in "_.-" for letter in text)):
            raise ValueError(f"must be a field name such as query or dns_ (letters, digits, _ . -), got {text[:80]!r}")
        return text
