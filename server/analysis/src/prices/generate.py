#!/usr/bin/env python3
"""Writes `prices.json` from a wheel of `genai-prices` (PyPI, MIT licence).

    pip download --no-deps genai-prices==0.2.3
    python3 generate.py genai_prices-0.2.3-py3-none-any.whl 2026-11-25

The second argument is the day whose prices the table holds. It keeps what answers text with text and is not retired, from the
three providers whose models workflow scripts name.
"""

import builtins
import datetime
import json
import pathlib
import re
import sys
import zipfile

PROVIDERS = {
    "anthropic": r"claude-(opus|sonnet|haiku|fable|mythos)-[4-9]",
    "openai": r"gpt-(4\.1|[5-9])|gpt-oss|o[34]",
    "google": r"gemini-(2\.5|[3-9])|gemma-[3-9]",
}
OTHER_USES = r"image|audio|tts|live|realtime|transcribe|embedding|search|robotics|omni|banana|cyber|rosalind|safeguard|deep-research|-maas"
KINDS = {"input": "input_mtok", "output": "output_mtok", "cacheRead": "cache_read_mtok", "cacheWrite": "cache_write_mtok"}


class Record:
    """Any class of genai_prices.types: what it was called and given."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __getattr__(self, name):
        return None


class Types(dict):
    """A namespace in which every unknown name is a kind of Record, so that data.py runs without its dependencies."""

    def __missing__(self, name):
        if hasattr(builtins, name):
            return getattr(builtins, name)
        kind = type(name, (Record,), {"__class_getitem__": classmethod(lambda cls, _: cls)})
        self[name] = kind
        return kind


def number(decimal):
    return int(decimal) if decimal == int(decimal) else float(decimal)


def price_on(day, prices):
    """The price in force on a day: the last whose start is not later."""
    if not isinstance(prices, list):
        return prices
    started = [p.prices for p in prices if p.constraint is None or (p.constraint.start_date or day) <= day]
    return started[-1]


def tiers(price):
    """One entry for each length of prompt from which all of a request's tokens cost something else."""
    starts = {0}
    for field in KINDS.values():
        starts |= {tier.start for tier in getattr(getattr(price, field), "tiers", None) or []}
    result = []
    for start in sorted(starts):
        entry = {"above": start}
        for name, field in KINDS.items():
            value = getattr(price, field)
            if value is None:
                continue
            for tier in getattr(value, "tiers", None) or []:
                if start >= tier.start:
                    value = tier
            value = getattr(value, "price", None) or getattr(value, "base", None) or value
            entry[name] = number(value)
        result.append(entry)
    return result


def names(clause):
    """The names a clause matches. Patterns of dated names are left to the reader of the table."""
    kind = type(clause).__name__
    if kind == "ClauseOr":
        return {name for part in clause.or_ for name in names(part)}
    if kind == "ClauseEquals":
        return {clause.equals}
    if kind == "ClauseStartsWith":
        return {clause.starts_with.rstrip("-@")}
    return set()


def main():
    wheel, day = zipfile.ZipFile(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])
    version = re.search(r"genai_prices-([\d.]+)-", sys.argv[1])[1]
    licence = next(n for n in wheel.namelist() if n.endswith("LICENSE"))
    types = Types()
    exec(wheel.read("genai_prices/data.py").decode().replace("from .types import *", ""), types)
    models = []
    for provider in types["providers"]:
        for model in provider.models if provider.id in PROVIDERS else []:
            price = price_on(day, model.prices)
            current = re.match(PROVIDERS[provider.id], model.id) and not re.search(OTHER_USES, model.id)
            if not current or model.deprecated or price.input_mtok is None or price.output_mtok is None:
                continue
            others = sorted(names(model.match) - {model.id})
            models.append({"id": model.id, "provider": provider.id, "names": others, "tiers": tiers(price)})
    table = {
        "source": f"genai-prices {version}",
        "licence": wheel.read(licence).decode().strip(),
        "asOf": day.isoformat(),
        "unit": "US dollars per million tokens; a tier holds for all tokens of a request whose prompt is longer than `above` tokens",
        "models": models,
    }
    text = json.dumps(table, indent=1)
    text = re.sub(r'\{\n\s+("above".*?)\n\s+\}', lambda m: "{" + re.sub(r"\s*\n\s*", " ", m[1]) + "}", text, flags=re.S)
    text = re.sub(r'\[\n\s+("[^\]]*?")\n\s+\]', lambda m: "[" + re.sub(r"\s*\n\s*", " ", m[1]) + "]", text, flags=re.S)
    pathlib.Path(__file__).with_name("prices.json").write_text(text + "\n")


main()
