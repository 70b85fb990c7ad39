"""Expressions of ``where`` and ``eval`` as SQL.

Splunk decides per value whether it is a number: two values that both look like numbers are compared as numbers, any others as
text, case counting (Search Reference, eval, "Comparison"). Arithmetic with something that is no number is null, and so is a
division by zero; ``+`` joins when not all operands are numbers; ``.`` always joins. A comparison with null is neither true nor
false. A field with several values satisfies a comparison when one of them does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lark import Token

from lab.spl.comparison import compared
from lab.spl.failure import Place, SplError
from lab.spl.functions import FUNCTIONS, PER_VALUE, REFUSED, FunctionError, Scope
from lab.spl.functions.function import listed, several
from lab.spl.parsing import Node, Segment, place_of, unquoted
from lab.spl.sql import Kind, Value, number, text_value

_MAX_DEPTH = 60
_OPERATORS = {"==": "=", "=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True)
class Compiler:
    """Turns trees into SQL. field: where a field's values are. scope: what functions may ask of the data."""

    segment: Segment
    field: Callable[[str], Value]
    scope: Scope

    def condition(self, node: Node) -> str:
        """SQL of an expression that must be true or false."""
        return self._bool(self.value(node), node)

    def value(self, node: Node, depth: int = 0) -> Value:
        """SQL of any expression. Raises SplError for what Splunk or the lab does not allow."""
        if depth > _MAX_DEPTH:
            raise SplError(f"{self.segment.name}: nested more than {_MAX_DEPTH} deep", self._place(node))
        handler = getattr(self, f"_on_{str(node.data).strip('_')}")
        result: Value = handler(node, depth + 1)
        return result

    def plain(self, node: Node) -> Value:
        """SQL of an expression that must not be true or false."""
        return self._check_plain(self.value(node), node)

    def _place(self, node: Node | Token) -> Place:
        return place_of(self.segment, node)

    def _bool(self, value: Value, node: Node) -> str:
        if value.kind is not Kind.BOOL:
            raise SplError(f"{self.segment.name}: true or false is wanted here, for example a comparison", self._place(node))
        return value.sql

    def _plain(self, node: Node, depth: int) -> Value:
        return self._check_plain(self.value(node, depth), node)

    def _check_plain(self, value: Value, node: Node) -> Value:
        if value.kind is Kind.BOOL:
            raise SplError(f"{self.segment.name}: a comparison has no value here; wrap it in if(…, 1, 0)", self._place(node))
        return value

    def _joined(self, node: Node, depth: int, glue: str) -> Value:
        parts = [self._bool(self.value(child, depth), child) for child in node.children]
        return Value("(" + glue.join(parts) + ")", Kind.BOOL)

    def _on_or(self, node: Node, depth: int) -> Value:
        return self._joined(node, depth, " OR ")

    def _on_and(self, node: Node, depth: int) -> Value:
        return self._joined(node, depth, " AND ")

    def _on_xor(self, node: Node, depth: int) -> Value:
        return self._joined(node, depth, " <> ")

    def _on_not(self, node: Node, depth: int) -> Value:
        return Value(f"(NOT {self._bool(self.value(node.children[0], depth), node)})", Kind.BOOL)

    def _on_relate(self, node: Node, depth: int) -> Value:
        left, right = self.value(node.children[0], depth), self.value(node.children[2], depth)
        operator = _OPERATORS[str(node.children[1])]
        if left.kind is Kind.BOOL and right.kind is Kind.BOOL and operator in ("=", "<>"):
            return Value(f"({left.sql} {operator} {right.sql})", Kind.BOOL)
        for value, child in ((left, node.children[0]), (right, node.children[2])):
            self._check_plain(value, child)
        return compared(left, operator, right)

    def _on_like(self, node: Node, depth: int) -> Value:
        return self._call("like", node, [self._plain(child, depth) for child in node.children])

    def _on_in(self, node: Node, depth: int) -> Value:
        return self._call("in", node, [self._plain(child, depth) for child in node.children])

    def _on_not_like(self, node: Node, depth: int) -> Value:
        return Value(f"(NOT {self._on_like(node, depth).sql})", Kind.BOOL)

    def _on_not_in(self, node: Node, depth: int) -> Value:
        return Value(f"(NOT {self._on_in(node, depth).sql})", Kind.BOOL)

    def _on_call(self, node: Node, depth: int) -> Value:
        name = str(node.children[0]).lower()
        if name in PER_VALUE:
            return self._per_value(name, node, depth)
        return self._call(name, node, [self.value(child, depth) for child in node.children[1:]])

    def _call(self, name: str, node: Node, arguments: Sequence[Value]) -> Value:
        function = FUNCTIONS.get(name)
        if function is None:
            if name in REFUSED:
                raise SplError(f"{self.segment.name}: the lab has no {name}(): {REFUSED[name]}", self._place(node))
            known = ", ".join(sorted([*FUNCTIONS, *PER_VALUE]))
            raise SplError(f"{self.segment.name}: no function {name}() in the lab; it has {known}", self._place(node))
        try:
            return function.compiled(self.scope, arguments)
        except FunctionError as error:
            raise SplError(f"{self.segment.name}: {name}: {error}. Write {function.syntax}", self._place(node)) from error

    def _per_value(self, name: str, node: Node, depth: int) -> Value:
        """mvmap(field, expression) and mvfilter(condition): the field stands for one of its values after the other."""
        arguments = node.children[1:]
        body = arguments[-1] if arguments else node
        fields = {unquoted(leaf.children[0]) for leaf in body.iter_subtrees() if leaf.data == "field"}
        if name == "mvmap":
            named = [arguments[0]] if len(arguments) == 2 and arguments[0].data == "field" else []
            fields = {unquoted(leaf.children[0]) for leaf in named}
        if len(arguments) != (2 if name == "mvmap" else 1) or len(fields) != 1:
            raise SplError(f"{self.segment.name}: {name}: it takes one field. Write {PER_VALUE[name]}", self._place(node))
        (field,) = fields
        each = f"e{depth}"
        inner = replace(
            self,
            field=lambda other: Value(each, Kind.TEXT) if other == field else self.field(other),
            scope=replace(self.scope, bound=True),
        )
        values = listed(self.field(field))
        if name == "mvfilter":
            return several(f"list_filter({values}, lambda {each}: {inner._bool(inner.value(body, depth), body)})")
        made = inner._plain(body, depth)
        sql = made.sql if made.kind is Kind.MULTI else made.text
        kept = f"list_filter(list_transform({values}, lambda {each}: {sql}), lambda {each}: {each} IS NOT NULL)"
        return several(f"flatten({kept})" if made.kind is Kind.MULTI else kept)

    def _on_sum(self, node: Node, depth: int) -> Value:
        result = self._plain(node.children[0], depth)
        operands = node.children[::2]
        if set(node.children[1::2]) == {"."} and all(getattr(operand, "data", "") == "field" for operand in operands):
            self.scope.mistaken(".".join(str(operand.children[0]) for operand in operands))
        added: list[Value] = []
        for operator, child in zip(node.children[1::2], node.children[2::2]):
            operand = self._plain(child, depth)
            if operator == "+":
                added.append(operand)
                continue
            result, added = _added([result, *added]), []
            if operator == "-":
                result = Value(f"({result.numeric} - {operand.numeric})", Kind.NUMBER)
            else:
                result = Value(f"({result.text} || {operand.text})", Kind.TEXT)
        return _added([result, *added])

    def _on_product(self, node: Node, depth: int) -> Value:
        sql = self._plain(node.children[0], depth).numeric
        for operator, child in zip(node.children[1::2], node.children[2::2]):
            operand = self._plain(child, depth).numeric
            sql = f"({sql} * {operand})" if operator == "*" else f"({sql} {operator} nullif({operand}, 0))"
        return Value(sql, Kind.NUMBER)

    def _on_negative(self, node: Node, depth: int) -> Value:
        operand = self._plain(node.children[1], depth)
        constant = f"-{operand.constant}" if operand.constant is not None and operand.constant.isdigit() else None
        return Value(f"(-{operand.numeric})", Kind.NUMBER, constant)

    def _on_positive(self, node: Node, depth: int) -> Value:
        return Value(self._plain(node.children[1], depth).numeric, Kind.NUMBER)

    def _on_number(self, node: Node, depth: int) -> Value:
        try:
            return Value(number(float(str(node.children[0]))), Kind.NUMBER, str(node.children[0]))
        except ValueError as error:
            raise SplError(f"{self.segment.name}: this number is too large", self._place(node)) from error

    def _on_text(self, node: Node, depth: int) -> Value:
        return text_value(unquoted(node.children[0]))

    def _on_field(self, node: Node, depth: int) -> Value:
        return self.field(unquoted(node.children[0]))


def _added(values: Sequence[Value]) -> Value:
    """Splunk's +: the sum where all are numbers, else the texts one behind the other."""
    if len(values) == 1:
        return values[0]
    total = " + ".join(value.numeric for value in values)
    if any(value.is_number for value in values):
        return Value(f"({total})", Kind.NUMBER)
    texts = " || ".join(value.text for value in values)
    return Value(f"CASE WHEN ({total}) IS NOT NULL THEN spl_text({total}) ELSE {texts} END", Kind.TEXT)
