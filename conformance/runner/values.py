"""Payload values as they travel between runner and client program; clients/values.mjs is the other end.

Tagged is what JSON, or a JavaScript reader of JSON, would lose: big integers, floats with an integral value, bytes."""

SAFE_INTEGER = 2**53 - 1


def to_wire(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else {'$int': str(value)}
    if isinstance(value, float):
        return {'$float': repr(value)}
    if isinstance(value, (bytes, bytearray)):
        return {'$bin': bytes(value).hex()}
    if isinstance(value, (list, tuple)):
        return [to_wire(item) for item in value]
    return {key: to_wire(item) for key, item in value.items()}


def from_wire(value):
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if not isinstance(value, dict):
        return value
    if '$int' in value:
        return int(value['$int'])
    if '$float' in value:
        return float(value['$float'])
    if '$bin' in value:
        return bytes.fromhex(value['$bin'])
    return {key: from_wire(item) for key, item in value.items()}


def same(left, right, typed=False):
    """Equality of payloads. `typed` tells 1 from 1.0, which JavaScript cannot; True is never 1."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b, typed) for a, b in zip(left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key], typed) for key in left)
    if isinstance(left, bool) or isinstance(right, bool) or typed:
        return type(left) is type(right) and left == right
    return left == right
