#!/usr/bin/env python3
"""Reduces AWS's published model of the Directory Service API to what package
awsapi checks inputs against.

    reduce.py path/to/botocore/data/ds/2015-04-16/service-2.json[.gz] > ds-2015-04-16.json

One line per operation and shape, so that a new version of the model can be
read as a diff. Members stay in the model's order: findings are reported in it.
"""
import gzip
import json
import sys

path = sys.argv[1]
with (gzip.open if path.endswith(".gz") else open)(path) as f:
    model = json.load(f)
shapes, reached = model["shapes"], {}


def reach(name):
    if name in reached:
        return
    s = shapes[name]
    out = reached[name] = {"type": s["type"]}
    if s["type"] == "structure":
        required = s.get("required", [])
        out["members"] = [
            {"name": k, "shape": v["shape"]} | ({"required": True} if k in required else {})
            for k, v in s["members"].items()
        ]
        for v in s["members"].values():
            reach(v["shape"])
    if s["type"] == "list":
        out["member"] = s["member"]["shape"]
        reach(out["member"])
    for k in ("min", "max", "pattern", "enum", "sensitive"):
        if k in s:
            out[k] = s[k]


operations = {}
for name, o in model["operations"].items():
    operations[name] = {"input": o["input"]["shape"], "errors": [e["shape"] for e in o.get("errors", [])]}
    reach(o["input"]["shape"])


def lines(d):
    return ",\n".join(json.dumps(k) + ": " + json.dumps(d[k], ensure_ascii=False) for k in sorted(d))


print('{"operations": {\n' + lines(operations) + '\n}, "shapes": {\n' + lines(reached) + "\n}}")
