#!/usr/bin/env python3
"""Writes what a wheel of `genai-prices` (PyPI, MIT licence) knows as the project publishes it: `data.json`, version 2.

A release of this program gets its table so, without a network beyond the package registry:

    pip download --no-deps genai-prices==0.2.3
    python3 wheel.py genai_prices-0.2.3-py3-none-any.whl > data.json
    python3 -m http.server 8000 --bind 127.0.0.1 &
    XDG_DATA_HOME=$PWD callsheet prices --update=http://127.0.0.1:8000/data.json

`callsheet/prices.json` is then the table; `source` in it becomes `genai-prices 0.2.3`.
"""

import builtins
import datetime
import decimal
import json
import sys
import zipfile


class Record:
    """Any class of genai_prices.types: what it was called and given."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


class Types(dict):
    """A namespace in which every unknown name is a kind of Record, so that data.py runs without its dependencies."""

    def __missing__(self, name):
        if hasattr(builtins, name):
            return getattr(builtins, name)
        kind = type(name, (Record,), {"__class_getitem__": classmethod(lambda cls, _: cls)})
        self[name] = kind
        return kind


def plain(value):
    """What is no JSON by itself; a name that Python keeps for itself ends in `_`."""
    if isinstance(value, Record):
        return {name.rstrip("_"): field for name, field in vars(value).items() if field is not None}
    if isinstance(value, decimal.Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


types = Types()
data = zipfile.ZipFile(sys.argv[1]).read("genai_prices/data.py").decode()
exec(data.replace("from .types import *", ""), types)
json.dump(types["providers"], sys.stdout, default=plain)
