#!/usr/bin/env python3
"""Writes `o200k.bin`, the vocabulary of the tokenizer `o200k_base`, from the file of the same name.

    python3 generate.py ~/.cargo/registry/src/*/tiktoken-rs-0.12.1/assets/o200k_base.tiktoken

The source is the vocabulary OpenAI publishes for `tiktoken` (MIT licence, Copyright (c) 2022 OpenAI, Shantanu Jain), one
token a line: its bytes in base64, its rank. The table holds the same: 128 counts (u32, little endian), the number of
tokens of 1, 2, … 128 bytes; then for each length its tokens in byte order, each followed by its rank (u24, little endian).
"""

import base64
import pathlib
import sys

LONGEST = 128

by_length = {length: [] for length in range(1, LONGEST + 1)}
for line in pathlib.Path(sys.argv[1]).read_bytes().splitlines():
    token, rank = line.split()
    token = base64.b64decode(token)
    by_length[len(token)].append((token, int(rank)))

table = b"".join(len(by_length[length]).to_bytes(4, "little") for length in by_length)
for length in by_length:
    table += b"".join(token + rank.to_bytes(3, "little") for token, rank in sorted(by_length[length]))
pathlib.Path(__file__).with_name("o200k.bin").write_bytes(table)
