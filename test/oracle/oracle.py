"""The second counter (REL-50): naive on purpose, whole files, no state, exact arithmetic, nothing shared with src/.

usage: oracle.py --claude-dir DIR [--claude-dir DIR2] [--prices FILE] [--zone Z] [--week-start monday] [--mode auto]
prints JSON: totals, daily, weekly, monthly, sessions, projects, models (rows by key), requests, rejectedLines, flaggedCounters, unpricedModels.
"""
import argparse, json, os, re, subprocess
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER_OPENED = {"memory", "tool-results", "file-history", "paste-cache", "uploads", "image-cache"}
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)")
VENDOR_ID = re.compile(r"msg_[A-Za-z0-9_]{16,}")
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
COUNTERS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
KINDS = ("input", "output", "w5", "w1", "read")
counts = {"files": 0, "lines": 0, "rejectedLines": 0, "flaggedCounters": 0}

def obj(value): return value if isinstance(value, dict) else {}
def text(value): return value if isinstance(value, str) and value else None
def is_number(value): return isinstance(value, (int, Decimal)) and not isinstance(value, bool)

def files_below(base):
    """Every regular .jsonl by real path, links to folders followed, each folder once."""
    seen, todo, found = set(), [base], {}
    while todo:
        folder = todo.pop()
        real = os.path.realpath(folder)
        if real in seen or not os.path.isdir(real): continue
        seen.add(real)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                if name not in NEVER_OPENED: todo.append(path)
            elif name.endswith(".jsonl") and os.path.isfile(path):
                found.setdefault(os.path.realpath(path), os.path.relpath(path, base))
    return found

def refuse(name): raise ValueError(name)
JSON = json.JSONDecoder(parse_float=Decimal, parse_int=lambda s: int(s) if len(s) < 30 else Decimal(s), parse_constant=refuse)

def decode(line):
    """Objects of one line; glued `}{` lines give several. The second value: was anything left unread?"""
    try:
        value = JSON.decode(line)
        return ([value], False) if isinstance(value, dict) else ([], True)
    except (ValueError, RecursionError):
        objects, at, broken = [], 0, False
    if "}{" not in line: return [], True
    while at < len(line):
        try:
            value, at = JSON.raw_decode(line, at)
            if isinstance(value, dict): objects.append(value)
            if at < len(line) and line[at] != "{": raise ValueError
        except (ValueError, RecursionError):
            broken, at = True, line.find("}{", at) + 1 or len(line)
    return objects, broken

def counter(value):
    """D-9: integers 0 ... 2^53; null and absent are 0; anything else is 0 and flagged."""
    if value is None: return 0
    if not is_number(value) or value < 0 or value > 2**53 or value != int(value):
        counts["flaggedCounters"] += 1
        return 0
    return int(value)

def tokens(usage):
    split, total = obj(usage.get("cache_creation")), counter(usage.get("cache_creation_input_tokens"))
    w5, w1 = counter(split.get("ephemeral_5m_input_tokens")), counter(split.get("ephemeral_1h_input_tokens"))
    if w5 + w1 == 0: w5, w1 = total, 0
    return dict(input=counter(usage.get("input_tokens")), output=counter(usage.get("output_tokens")), w5=w5, w1=w1,
                read=counter(usage.get("cache_read_input_tokens")))

def instant(value):
    """Epoch milliseconds of an RFC 3339 text, or None (D-12)."""
    found = TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        return found and (datetime.fromisoformat("%sT%s%s" % (found[1], found[2], "+00:00" if found[4] in "Zz" else found[4])) - EPOCH
                          ) // timedelta(seconds=1) * 1000 + int(((found[3] or "") + "000")[:3])
    except ValueError:
        return None

def usage_line(record, file, number, raw):
    """The usage line a record is, by D-9, or None. `progress` records embed a whole assistant message (rank 0)."""
    rank, inner = 2, record
    if record.get("type") == "progress":
        rank, inner = 0, obj(obj(record.get("data")).get("message"))
    if inner.get("type") not in (None, "assistant"): return None
    message, usage = obj(inner.get("message")), obj(obj(inner.get("message")).get("usage"))
    if not any(is_number(usage.get(c)) and 0 <= usage[c] < Decimal("1e309") for c in COUNTERS): return None
    if message.get("model") == "<synthetic>": return None
    side = rank == 0 or inner.get("isSidechain") is True or record.get("isSidechain") is True or bool(text(inner.get("agentId"))) or file["agent"]
    if side and rank: rank = 1
    t, mid, rid = tokens(usage), text(message.get("id")), text(inner.get("requestId"))  # the key: D-10.1, D-10.2
    if mid: key = ("message", mid) if VENDOR_ID.fullmatch(mid) else ("gateway", mid, rid, t["input"], t["w5"] + t["w1"], t["read"])
    else: key = ("request", rid) if rid else ("uuid", inner["uuid"]) if text(inner.get("uuid")) else ("line", raw)
    at = next((t for t in (instant(inner.get("timestamp")), instant(record.get("timestamp"))) if t is not None), None)
    return dict(key=key, rank=rank, side=side, tokens=t, at=at, number=number, file=file,
                session=text(inner.get("sessionId")) or text(record.get("sessionId")) or file["session"],
                origin=text(inner.get("requestSessionId")) or text(obj(record.get("forkedFrom")).get("sessionId")),
                model=text(message.get("model")), speed=text(usage.get("speed")), geo=text(usage.get("inference_geo")),
                iterations=None if not isinstance(usage.get("iterations"), list) else [
                    (text(part.get("model")), tokens(part)) for part in map(obj, usage["iterations"]) if part.get("type") in ("advisor_message", "compaction")],
                searches=counter(searches) if (searches := obj(usage.get("server_tool_use")).get("web_search_requests")) is not None else None,
                costUSD=inner.get("costUSD") if is_number(inner.get("costUSD")) else None, stop=text(message.get("stop_reason")))

def read_file(path, relative, lines, hints):
    parts = relative.split(os.sep)
    agent = "subagents" in parts or parts[-1].startswith("agent-")
    above = parts[:parts.index("subagents")] if "subagents" in parts else parts
    session = above[1] if len(above) > 2 or above is not parts and len(above) > 1 else above[-1].removesuffix(".jsonl")
    file = dict(path=path, agent=agent, session=session, mtime=os.stat(path).st_mtime_ns // 10**6, first=None)
    pieces, counts["files"] = open(path, "rb").read().split(b"\n"), counts["files"] + 1
    for number, piece in enumerate(pieces):
        raw = piece.decode("utf-8", "replace").lstrip("\ufeff").strip(" \t\r")
        if not raw: continue
        objects, broken = decode(raw) if len(piece) <= 16 * 2**20 else ([], True)
        counts["lines"] += 1
        if broken and number < len(pieces) - 1: counts["rejectedLines"] += 1  # an unfinished last piece may still grow
        for record in objects:
            if file["first"] is None: file["first"] = instant(record.get("timestamp"))
            owner = hints[text(record.get("sessionId")) or session]
            owner["folders"].append((agent, parts[0] if len(parts) > 1 else ""))
            if text(record.get("cwd")): owner["cwds"].append(((agent, number), file, record["cwd"]))
            if text(record.get("relocatedCwd")): owner["relocated"] = record["relocatedCwd"]
            elif text(obj(record.get("worktreeSession")).get("originalCwd")): owner["original"] = record["worktreeSession"]["originalCwd"]
            line = usage_line(record, file, number, raw)
            if line: lines.append(line)
            if line and line["origin"]: hints[line["origin"]]["folders"].append((True, parts[0]))

def birth(file):
    asked = subprocess.run(["stat", "-c", "%.9W", file["path"]], capture_output=True, text=True).stdout.strip()
    return Decimal(asked) if asked not in ("", "-") and Decimal(asked) > 0 else Decimal(file["mtime"]) / 1000

def owner_of(group):
    """D-5: the named origin, else the session whose file begins earliest, else is oldest, else the smaller id."""
    named = {line["origin"] for line in group if line["origin"]}
    if named or len({line["session"] for line in group}) == 1: return min(named or {group[0]["session"]})
    begins = lambda line: float("inf") if line["file"]["first"] is None else line["file"]["first"]
    group = [line for line in group if begins(line) == min(map(begins, group))]
    return min((birth(line["file"]) if len(group) > 1 else 0, line["session"]) for line in group)[1]

def merge(group):
    """D-10.3 and D-10.4: highest rank, counters by maximum, words from the largest line that has them, earliest time."""
    group = [line for line in group if line["rank"] == max(l["rank"] for l in group)]
    order = sorted(group, key=lambda l: (l["tokens"]["output"], sum(l["tokens"].values()), -1 if l["at"] is None else l["at"], l["number"]), reverse=True)
    first = lambda name: next((l[name] for l in order if l[name] is not None), None)
    times = [l["at"] for l in group if l["at"] is not None] or [l["file"]["mtime"] for l in group]
    return dict(tokens={k: max(l["tokens"][k] for l in group) for k in KINDS}, at=min(times), session=owner_of(group), side=group[0]["side"],
                guess=all(l["at"] is None for l in group), lower=first("stop") is None,
                **{name: first(name) for name in ("model", "speed", "geo", "iterations", "searches", "costUSD")})

def half_up(amount): return (2 * amount + 1).__floor__() // 2
def price(table, model, t, searches, fast, us, day):
    """Nano-dollars by D-15, or None without a row for the model."""
    rows = [m for m in table["models"] if any(re.search(p, (model or "").lower()) for p in m["match"])]
    if not rows: return None
    period = next(p for p in rows[0]["prices"] if (p["from"] is None or p["from"] <= day) and (p["to"] is None or day < p["to"]))
    over = period["tier"] and t["input"] + t["w5"] + t["w1"] + t["read"] > period["tier"]["promptTokensOver"]
    rate = [Fraction(str((period["tier"]["prices"] if over else period)[k])) for k in ("input", "output", "cacheWrite5m", "cacheWrite1h", "cacheRead")]
    amount = sum(t[k] * r for k, r in zip(KINDS, rate)) * 1000
    if fast and period["fastMultiplier"]: amount *= Fraction(str(period["fastMultiplier"]))
    if us and period["geoUsMultiplier"]: amount *= Fraction(str(period["geoUsMultiplier"]))
    return half_up(amount + searches * Fraction(table["webSearchPer1000"], 1000) * 10**9)

def events_of(request, table, mode):
    """The request itself and its billed iterations (D-10.5), each with its cost in nano-dollars (D-17) or None."""
    day = (EPOCH + timedelta(milliseconds=request["at"])).strftime("%Y-%m-%d")
    fast, us, logged = request["speed"] == "fast", request["geo"] == "us", request["costUSD"]
    cost = price(table, request["model"], request["tokens"], request["searches"] or 0, fast, us, day)
    if mode == "display": cost = None if logged is None else half_up(Fraction(logged) * 10**9)
    elif mode == "auto" and logged is not None and logged > 0: cost = half_up(Fraction(logged) * 10**9)
    yield dict(request, requests=1, model=request["model"] or "unknown", fast=fast, cost=cost, searches=request["searches"] or 0)
    for model, t in request["iterations"] or []:
        model = model or request["model"]
        extra = None if mode == "display" else price(table, model, t, 0, False, us, day)
        yield dict(request, requests=0, model=model or "unknown", fast=False, tokens=t, cost=extra, searches=0)

def row(events):
    """Sums over usage events; money is null when nothing of it has a price (D-16)."""
    t = {k: sum(e["tokens"][k] for e in events) for k in KINDS}
    priced, unpriced = [e for e in events if e["cost"] is not None], [e for e in events if e["cost"] is None]
    money = None if unpriced and not priced else "%d.%09d" % divmod(sum(e["cost"] for e in priced), 10**9)
    return dict(requests=sum(e["requests"] for e in events), inputTokens=t["input"], outputTokens=t["output"], cacheCreationTokens=t["w5"] + t["w1"],
                cacheCreation5mTokens=t["w5"], cacheCreation1hTokens=t["w1"], cacheReadTokens=t["read"], totalTokens=sum(t.values()),
                workTokens=sum(t.values()) - t["read"], totalCost=money, costIsLowerBound=bool(unpriced and priced),
                unpricedModels=sorted({e["model"] for e in unpriced}), unpricedTokens=sum(sum(e["tokens"].values()) for e in unpriced),
                outputIsLowerBound=any(e["lower"] for e in events), webSearchRequests=sum(e["searches"] for e in events),
                sessions=len({e["session"] for e in events}))

def directory_key(path):
    """The directory of the main repository around an existing directory, or the directory itself (D-7)."""
    real = here = os.path.realpath(path)
    while True:
        git = os.path.join(here, ".git")
        if os.path.isdir(git): return here
        if os.path.isfile(git):
            target = os.path.join(here, open(git).read().split("gitdir:", 1)[-1].strip())
            if not os.path.isfile(os.path.join(target, "commondir")): return here
            common = os.path.realpath(os.path.join(target, open(os.path.join(target, "commondir")).read().strip()))
            return os.path.dirname(common) if os.path.basename(common) == ".git" else common
        if here == os.path.dirname(here): return real
        here = os.path.dirname(here)

def project_of(hint):
    if not hint["cwds"]: return min(hint["folders"])[1] if hint["folders"] else ""
    cwd = min(hint["cwds"], key=lambda c: (c[0][0], c[1]["first"] or 0, c[1]["path"], c[0][1]))[2]
    for path in (cwd, hint.get("relocated"), hint.get("original")):
        if path and os.path.isdir(path): return directory_key(path)
    return re.sub(r"/\.claude/worktrees/[^/]+.*$", "", hint.get("relocated") or hint.get("original") or cwd)

def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--claude-dir", action="append", required=True)
    for name, default in (("--prices", os.path.join(os.path.dirname(os.path.abspath(__file__)), "prices.json")), ("--zone", "UTC"), ("--week-start", "monday"), ("--mode", "auto")):
        ask.add_argument(name, default=default)
    args = ask.parse_args()
    table, zone = json.load(open(args.prices), parse_float=Decimal), ZoneInfo(args.zone)
    found, lines, groups, hints = {}, [], defaultdict(list), defaultdict(lambda: dict(cwds=[], folders=[]))
    for root in args.claude_dir:
        base = os.path.join(root, "projects")
        for path, relative in files_below(base if os.path.isdir(base) else root).items(): found.setdefault(path, relative)
    for path, relative in sorted(found.items()): read_file(path, relative, lines, hints)
    for line in lines: groups[line["key"]].append(line)
    requests = [merge(group) for group in groups.values()]
    events = [event for request in requests for event in events_of(request, table, args.mode)]

    def grouped(key):
        parts = defaultdict(list)
        for event in events: parts[key(event)].append(event)
        return {k: row(v) for k, v in sorted(parts.items())}

    def day(event): return (EPOCH + timedelta(milliseconds=event["at"])).astimezone(zone).date()
    def week(event): return day(event) - timedelta(days=(day(event).weekday() - WEEKDAYS.index(args.week_start)) % 7)
    sessions = grouped(lambda e: e["session"])
    for sid, part in sessions.items():
        agents = row([e for e in events if e["session"] == sid and e["side"]])
        part["subagents"] = {k: agents[k] for k in ("requests", "inputTokens", "outputTokens", "totalTokens", "totalCost")}
    print(json.dumps(dict(
        totals=row(events), daily=grouped(lambda e: day(e).isoformat()), weekly=grouped(lambda e: week(e).isoformat()),
        monthly=grouped(lambda e: day(e).isoformat()[:7]), sessions=sessions, projects=grouped(lambda e: project_of(hints[e["session"]])),
        models=grouped(lambda e: e["model"] + ("-fast" if e["fast"] else "")), requests=len(requests),
        subagentRequests=sum(1 for r in requests if r["side"]), lowerBoundRequests=sum(1 for r in requests if r["lower"]),
        timesGuessed=sum(1 for r in requests if r["guess"]), unpricedModels=row(events)["unpricedModels"], **counts), indent=1))

if __name__ == "__main__":
    main()
