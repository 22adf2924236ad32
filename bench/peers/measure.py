"""Runs a peer's chain of steps, and says on the last line of standard output, as JSON, what that took.

    X_chain.py once COUNT SALT          one run: {"ran": steps that were not cached}
    X_chain.py cost FEW MANY ROUNDS     milliseconds a step, (time of MANY - time of FEW) / (MANY - FEW),
                                        one a round: {"uncached": [...], "cached": [...]}

A salt is where the chain begins to count, so that another salt is another cache key for every step.
"""

import json
import sys
import time

_ran = 0


def step_ran():
    """Called by every step that runs: whether the cache was used is counted, not believed."""
    global _ran
    _ran += 1


def _time_of(run, count, salt, cached):
    global _ran
    _ran = 0
    start = time.perf_counter()
    run(count, salt)
    elapsed = time.perf_counter() - start
    if _ran != (0 if cached else count):
        raise SystemExit(f"{_ran} of {count} steps ran.")
    return elapsed * 1000


def _costs(run, few, many, rounds):
    found = {"uncached": [], "cached": []}
    _time_of(run, few, 1_000_000, False)
    for n in range(1, rounds + 1):
        for cached in (False, True):
            of_few = _time_of(run, few, 10_000_000 * n, cached)
            of_many = _time_of(run, many, 10_000_000 * n + 1_000_000, cached)
            found["cached" if cached else "uncached"].append((of_many - of_few) / (many - few))
    return found


def main(run):
    """`run(count, salt)` runs the chain to its end."""
    mode, *numbers = sys.argv[1:]
    if mode == "once":
        count, salt = map(int, numbers)
        run(count, salt)
        answer = {"ran": _ran}
    else:
        few, many, rounds = map(int, numbers)
        answer = _costs(run, few, many, rounds)
    print("\n" + json.dumps(answer), flush=True)
