"""The same work in alexzhang13/rlm (PyPI `rlms`) with a mock model: overhead, memory, and what becomes of hostile cells.

Run by recursive.sh. Prints one line a figure; asserts nothing.
"""

import os
import resource
import subprocess
import sys
import time
from unittest.mock import patch

import rlm.core.rlm as core
from rlm import RLM
from rlm.clients.base_lm import BaseLM
from rlm.core.types import ModelUsageSummary, UsageSummary


class Mock(BaseLM):
    """A root that says its replies in order, and a sub-model that repeats the prompt."""

    def __init__(self, replies, children=()):
        super().__init__(model_name="mock")
        self.replies, self.children, self.calls, self.at = list(replies), list(children), 0, []

    def completion(self, prompt):
        self.calls += 1
        if prompt == "fail":
            raise RuntimeError("the provider declines")
        if isinstance(prompt, str):
            return f"re: {prompt}"
        self.at.append(time.perf_counter())
        return self.replies.pop(0) if self.replies else "nothing left"

    async def acompletion(self, prompt):
        return self.completion(prompt)

    def get_usage_summary(self):
        usage = ModelUsageSummary(total_calls=self.calls, total_input_tokens=10 * self.calls, total_output_tokens=10 * self.calls)
        return UsageSummary(model_usage_summaries={"mock": usage})

    def get_last_usage(self):
        return ModelUsageSummary(total_calls=1, total_input_tokens=10, total_output_tokens=10)


def cell(code):
    return f"```repl\n{code}\n```"


DONE = cell("answer['content'] = 'done'\nanswer['ready'] = True")


def run(replies, context="some text", models=None, **options):
    """How a question ends, and the mock that answered its root."""
    mock = Mock(replies)
    pool = [mock, *(models or [])]
    with patch.object(core, "get_client", side_effect=lambda *_: pool.pop(0) if len(pool) > 1 else pool[0]):
        model = RLM(backend="openai", backend_kwargs={"model_name": "mock"}, **options)
        return model.completion(context), mock


def last(*cells, **options):
    """The answer of cells that put it into `found`."""
    end = cell("answer['content'] = str(found)\nanswer['ready'] = True")
    return run([*map(cell, cells), end], **options)[0].response


def timed(what):
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def between(code, turns=1):
    """Seconds from the first reply of the root to the last, of which the mock takes none."""
    mock = run([*[cell(code)] * turns, DONE], max_iterations=turns + 1)[1]
    return mock.at[-1] - mock.at[0]


def figures():
    print(f"one question, one turn       {min(timed(lambda: run([DONE])) for _ in range(3)) * 1e3:8.2f} ms")
    turn = min(between("x = 1\nprint(x)", 100) for _ in range(3)) / 100
    print(f"overhead per turn            {turn * 1e3:8.2f} ms")
    for name, code in [
        ("one after the other", "for i in range(500): llm_query(f'q{i}')"),
        ("in a batch of 500", "assert llm_query_batched([f'q{i}' for i in range(500)])[499] == 're: q499'"),
    ]:
        assert last(code, "found = True") == "True"
        took = min(between(code) for _ in range(3)) - turn
        print(f"per sub-call, {name:<19} {took / 500 * 1e3:3.2f} ms")


def memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = "2024-01-02 INFO the quick brown fox jumps over the lazy dog, and the dog does not mind at all - id=%07d\n"
    text = "".join(line % n for n in range(370_370))
    began = time.perf_counter()
    code = "import re\nlines = context.split('\\n')\nhits = [l for l in lines if re.search(r'id=\\d+', l)]\nprint(len(hits))"
    run([cell(code), DONE], context=text)
    took = time.perf_counter() - began
    now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(text) / 1e6:.0f} MB: split and grep         {took:8.2f} s, {(now - before) / 1024:.0f} MiB more than before")


def defects():
    def said(name, what):
        try:
            print(f"{name:<58} {what()}")
        except BaseException as error:  # what escapes is a finding
            print(f"{name:<58} escapes to the host: {type(error).__name__}")

    said("a cell that throws keeps what it set before", lambda: last("a = 1\nboom", "found = 'a' in dir()"))
    said("a function sees what later cells set", lambda: last("def f():\n    return later", "later = 2", "try:\n    found = f() == 2\nexcept NameError:\n    found = False"))
    said("names that begin with _ stay", lambda: last("_a = 1", "found = '_a' in dir()"))
    said("a cell cannot end the host (exit)", lambda: last("import sys\nsys.exit(3)", "found = True"))
    ready = "answer['ready'] = True\nanswer['content'] = 'late'"
    said("content may be set after ready", lambda: run([cell(ready), DONE])[0].response == "late")
    said("code in a <think> block is not run", lambda: last("found = 'not run'", "pass") if run(["<think>" + cell("open('/tmp/rlm-thought', 'w').close()") + "</think>", DONE]) and not os.path.exists("/tmp/rlm-thought") else False)
    said("an unclosed block at the end is run or told of", lambda: run(["```repl\nanswer['content'] = 'x'\nanswer['ready'] = True", DONE])[0].response == "x")
    said("an empty block swallows nothing", lambda: last("found = 1") if run(["```repl\n```\nprose\n" + cell("answer['content'] = 'kept'\nanswer['ready'] = True"), DONE])[0].response == "kept" else False)
    said("files outside are out of reach", lambda: last("found = False\ntry:\n    open('/etc/hostname').read()\nexcept Exception:\n    found = True"))
    failing = "try:\n    found = llm_query('fail')[:6] != 'Error:'\nexcept Exception:\n    found = True"
    said("a failed call is an exception, not text", lambda: last(failing))
    spin = "import time\nt = time.time()\nwhile time.time() - t < 3: pass"
    said("a time limit of 1 s ends a cell that runs for 3 s", lambda: timed(lambda: swallow(lambda: run([cell(spin), DONE], max_timeout=1.0))) < 2)
    limit = lambda: run([cell("for i in range(50): llm_query(str(i))"), DONE], max_tokens=100)
    said("a limit is kept before the call, not seen after it", lambda: spent(limit) <= 10)
    child = Mock([cell("answer['content'] = 'child'\nanswer['ready'] = True")])
    total = lambda: run([cell("rlm_query('child')"), DONE], models=[child], max_depth=2)[0].usage_summary
    said("the usage told includes children", lambda: sum(m.total_calls for m in total().model_usage_summaries.values()) >= 3)


def swallow(what):
    try:
        what()
    except Exception:
        pass


def spent(what):
    """Calls that were made, whatever came of them."""
    made = []
    keep = Mock.completion
    with patch.object(Mock, "completion", lambda self, prompt: (made.append(1), keep(self, prompt))[1]), patch.object(
        Mock, "acompletion", acompletion_of(made)
    ):
        swallow(what)
    return len(made)


def acompletion_of(made):
    async def acompletion(self, prompt):
        made.append(1)
        return f"re: {prompt}"

    return acompletion


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"figures": figures, "memory": memory, "defects": defects}[sys.argv[1]]()
    else:
        for part in ["figures", "memory", "defects"]:
            subprocess.run([sys.executable, __file__, part], check=False)
