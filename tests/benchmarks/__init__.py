"""The benchmarks: how fast keytui is, beside yardsticks measured in the same run.

One command prints the table of the verifying side::

    python3 -m venv .bench
    .bench/bin/pip install -r tests/benchmarks/requirements.txt
    .bench/bin/python -m tests.benchmarks.verification [--keys 1000000] [--quick]

Another prints the table of a large database, as people and administrators meet it
(lists at a pseudo-terminal, start, memory, export, creating a key)::

    python -m tests.benchmarks.big [--keys 1000000] [--users 100000] [--rounds 5]

The HTTP rows need ``wrk`` and two cores. What cannot be measured says why.
"""
