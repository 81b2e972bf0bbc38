"""Measures everything that has a figure and prints one table with units; `make bench` calls it.

Programs that measure are built before (`make bench` does); this file starts and stops the servers, asks the programs,
and turns their JSON lines into rows. All traffic stays on 127.0.0.1. The table is also written to
target/bench/results.md, and everything that was measured to target/bench/results.json.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release"
RESULTS = ROOT / "target" / "bench"
os.environ.setdefault("SWITCHROOM_BIN", str(RELEASE / "switchroom"))
sys.path.insert(0, str(ROOT / "tests"))

from server import Server  # noqa: E402

MEBIBYTE = 1024 * 1024
UNTHROTTLED = {"SWITCHROOM_LIMITS_API_RATE_FACTOR": "0", "SWITCHROOM_LOG_LEVEL": "warn"}


class Table:
    """Rows of the table, in the order in which they were measured."""

    def __init__(self):
        self.rows, self.raw, self.failures = [], {}, []

    def add(self, area, what, value, unit, target="", met=None):
        verdict = {None: "", True: "yes", False: "**no**"}[met]
        self.rows.append((area, what, value, unit, target, verdict))
        print(f"  {what}: {value} {unit}" + (f" (target {target}: {'met' if met else 'MISSED'})" if met is not None else ""),
              flush=True)

    def markdown(self):
        head = ("Area", "Measured", "Value", "Unit", "Target", "Met")
        lines = [head, *self.rows]
        widths = [max(len(str(line[column])) for line in lines) for column in range(len(head))]
        text = []
        for number, line in enumerate(lines):
            cells = [str(cell).rjust(width) if column == 2 and number else str(cell).ljust(width)
                     for column, (cell, width) in enumerate(zip(line, widths))]
            text.append("| " + " | ".join(cells) + " |")
            if number == 0:
                text.append("|" + "|".join("-" * (width + 1) + (":" if column == 2 else "-")
                                           for column, width in enumerate(widths)) + "|")
        return "\n".join(text)


def number(value):
    """Three significant digits, thousands separated."""
    if value is None:
        return "–"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def output_of(command, deadline=300):
    """Standard output of a program that has to succeed."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=deadline)
    if result.returncode != 0:
        raise RuntimeError(f"{pathlib.Path(command[0]).name} ended with {result.returncode}: "
                           f"{(result.stderr + result.stdout)[-2000:]}")
    return result.stdout


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def memory(pid, name="VmRSS"):
    """Bytes of memory of a process: resident now, or at most ever (VmHWM)."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M).group(1)) * 1024


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ── what is measured ──────────────────────────────────────────────────────────

def routing(table, _folder, _options):
    """Routing decisions at four sizes."""
    sizes = json_lines(output_of([RELEASE / "examples" / "routing_bench"]))
    table.raw["routing"] = sizes
    for size in sizes:
        named = size["waiting"] == 100_000 and size["agents"] == 10_000
        micros = size["p99_ns"] / 1000
        what = f"{size['waiting']:,} waiting, {size['agents']:,} agents, {size['queues']} queues"
        table.add("Routing", f"decision p99, {what}", number(micros), "µs",
                  "< 50" if named else "", micros < 50 if named else None)
    # An ordered map of as many entries is logarithmic on the same machine, its caches included: what a decision costs
    # in steps of that map must not grow.
    steps = [size["p99_ns"] / size["ordered_map"]["p99_ns"] for size in sizes]
    table.add("Routing", "  beside an ordered map's exchange of one entry, at the four sizes",
              " / ".join(number(step) for step in steps), "times", "not growing", steps[-1] <= 1.25 * max(steps[:-1]))


def flows(table, _folder, _options):
    """The flow interpreter."""
    text = output_of([RELEASE / "examples" / "flow_bench"])
    table.raw["flows"] = text
    for line, what, unit, scale in [
        ("run, no log", "actions, without flow log", "actions/s", 1e6),
        ("run, flow log on", "actions, with flow log", "actions/s", 1e6),
        ("parse and check", "parse and check a flow of 250 actions", "µs", 1),
    ]:
        found = re.search(rf"^{line}\s+([\d.]+)", text, re.M)
        table.add("Flows", what, number(float(found.group(1)) * scale), unit)


def designer(table, _folder, _options):
    """Frames of the flow designer while a flow of 250 blocks is dragged about and zoomed, in Chromium without a screen."""
    text = output_of(["node", "--test", "--test-reporter=tap", "--test-name-pattern=a flow of 250 blocks",
                      ROOT / "tests" / "browser" / "designer.test.mjs"])
    frames, p50, p95, p99 = re.search(r"# (\d+) frames, p50 ([\d.]+) ms, p95 ([\d.]+) ms, p99 ([\d.]+) ms", text).groups()
    table.raw["designer"] = {"frames": int(frames), "p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99)}
    # A frame of 60 Hz lasts 16.7 ms; half of one more is not seen.
    table.add("Designer", "frame p50, 250 blocks dragged and zoomed", p50, "ms", "≤ 16.7", float(p50) <= 16.8)
    table.add("Designer", "  p95 / p99", f"{p95} / {p99}", "ms")


def calls(table, _folder, options):
    """Sessions of the crate `media`, on packets in memory; calls do not run on them yet."""
    size = ["40", "2"] if options.quick else ["400", "10"]
    text = output_of([RELEASE / "examples" / "media_bench", *size], deadline=900)
    table.raw["calls"] = text
    for name, share, target, memory_used in re.findall(r"^\| (.+?) \| ([\d.]+) % \| (.*?) \| ([\d.]+) MB \|$", text, re.M):
        limit = re.search(r"[\d.]+", target)
        met = float(share) <= float(limit.group()) if limit else None
        table.add("Calls", f"media session, processor of one core: {name}", share, "%", f"≤ {limit.group()}" if limit else "", met)
        table.add("Calls", "  memory", memory_used, "MB", "≤ 0.25", float(memory_used) <= 0.25)


def functions(table, _folder, _options):
    """Calls of an embedded JavaScript function, a new engine each."""
    result = json_lines(output_of([RELEASE / "examples" / "function_bench"]))[-1]
    table.raw["functions"] = result
    table.add("Functions", f"calls of a small function, {result['callers']} at once", number(result["calls_per_second"]),
              "calls/s")
    table.add("Functions", "  p50 / p99", f"{number(result['p50_ms'])} / {number(result['p99_ms'])}", "ms")
    if result["errors"]:
        table.failures.append(f"functions: {result['errors']} of {result['calls']} calls failed")


def start(table, folder, _options):
    """From process start to serving, and idle memory."""
    server = Server(folder / "start", **UNTHROTTLED)
    for which in ("first", "second"):
        begin = time.monotonic()
        server.start()
        seconds = time.monotonic() - begin
        table.add("Start", f"process start to serving, {which} start", number(seconds * 1000), "ms",
                  "< 1000", seconds < 1)
        time.sleep(5)  # idle is what is measured
        resident, used = memory(server.process.pid), processor_seconds(server.process.pid)
        table.raw[f"start_{which}"] = {"seconds": seconds, "resident": resident}
        table.add("Start", f"memory after 5 s idle, {which} start", number(resident / MEBIBYTE), "MiB",
                  "< 120", resident < 120e6)
        if which == "second":
            time.sleep(2)
            idle = (processor_seconds(server.process.pid) - used) / 2
            table.add("Start", "processor use when idle", number(idle * 100), "% of a core")
        begin = time.monotonic()
        code = server.stop()
        table.add("Start", f"told to stop until ended, {which} start", number((time.monotonic() - begin) * 1000), "ms")
        if code != 0:
            raise RuntimeError(f"the server ended with {code}: {server.tail()}")


def sockets(table, folder, options):
    """Memory of idle websockets, apart from that of the chats they belong to."""
    most = 1000 if options.quick else 5000
    with Server(folder / "sockets", **UNTHROTTLED) as server:
        pid = server.process.pid
        empty = memory(pid)
        program = subprocess.Popen(
            [RELEASE / "idle_sockets", "--bootstrap", server.data / "bootstrap.json", "--chats", str(most)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            def reach(target=None):
                if target is not None:
                    print(target, file=program.stdin, flush=True)
                line = program.stdout.readline()
                if not line:
                    raise RuntimeError("idle_sockets has ended")
                state = json.loads(line)
                if target is not None and state["sockets"] != target:
                    raise RuntimeError(f"{target} sockets were to be open: {state}")
                time.sleep(2)  # what opening them needed is given back
                return memory(pid)

            chats = reach()
            first = reach(most // 5)
            last = reach(most)
        finally:
            program.stdin.close()
            program.wait(30)
    table.raw["sockets"] = {"empty": empty, "chats": chats, "first": first, "last": last, "most": most}
    table.add("Memory", f"per waiting chat, {most:,} chats", number((chats - empty) / most / 1024), "KiB")
    table.add("Memory", f"per idle websocket, {most // 5:,} → {most:,}",
              number((last - first) / (most - most // 5) / 1024), "KiB")
    table.add("Memory", f"server with {most:,} chats and websockets", number(last / MEBIBYTE), "MiB")


def chat(table, folder, options):
    """Durable messages, end to end over websockets."""
    seconds = 4 if options.quick else 12
    with Server(folder / "chat", **UNTHROTTLED) as server:
        pid = server.process.pid
        used = processor_seconds(pid)
        begin = time.monotonic()
        text = output_of([RELEASE / "chat_load", "--bootstrap", server.data / "bootstrap.json",
                          "--chats", str(options.chats), "--rate", str(options.rate), "--seconds", str(seconds)])
        share = (processor_seconds(pid) - used) / (time.monotonic() - begin)
        peak, resident = memory(pid, "VmHWM"), memory(pid)
    result = json_lines(text)[-1]
    table.raw["chat"] = result
    closed, opened = result["closed"], result["open"]
    who = f"{result['chats']} chats, {result['agents']} agents"
    table.add("Chat", f"durable messages, as many as possible, {who}", number(closed["messages_per_second"]),
              "messages/s", "≥ 5,000", closed["messages_per_second"] >= 5000)
    table.add("Chat", "  sent → pushed, p50 / p99",
              f"{number(closed['end_to_end']['p50_ms'])} / {number(closed['end_to_end']['p99_ms'])}", "ms")
    table.add("Chat", f"durable messages at a fixed {opened['rate']:,}/s", number(opened["messages_per_second"]),
              "messages/s", f"≥ {opened['rate'] * 0.99:,.0f}", opened["messages_per_second"] >= opened["rate"] * 0.99)
    p99 = opened["end_to_end"]["p99_ms"]
    table.add("Chat", "  due → pushed, p50", number(opened["end_to_end"]["p50_ms"]), "ms")
    table.add("Chat", "  due → pushed, p99", number(p99), "ms", "< 100", p99 is not None and p99 < 100)
    table.add("Chat", "  due → acknowledged, p50 / p99",
              f"{number(opened['acknowledgement']['p50_ms'])} / {number(opened['acknowledgement']['p99_ms'])}", "ms")
    wrong = sum(phase[count] for phase in (closed, opened) for count in ("errors", "lost", "disordered"))
    table.add("Chat", "errors, lost, doubled or disordered messages", number(wrong), "messages", "0", wrong == 0)
    table.add("Chat", "server's processor use", f"{share * 100:.0f}", "% of a core")
    table.add("Chat", "server's memory, most / at the end",
              f"{number(peak / MEBIBYTE)} / {number(resident / MEBIBYTE)}", "MiB")
    if wrong:
        table.failures.append(f"chat: {closed['first_error'] or opened['first_error'] or 'messages were lost'}")


def api(table, folder, options):
    """Calls of the public API, and the same calls to a Python mock of it."""
    seconds = "2" if options.quick else "5"
    program = [RELEASE / "api_load", "--seconds", seconds, "--connections", "16"]
    both = ("DescribeInstance", "TagResource")
    names = {"DescribeInstance": "describe-instance", "DescribeQueue": "describe-queue",
             "TagResource": "tag-resource", "StartChatContact": "start-chat-contact", "CreateUser": "create-user"}
    with Server(folder / "api", SWITCHROOM_LIMITS_CHATS="1000000", **UNTHROTTLED) as server:
        ours = json_lines(output_of([*program, "--bootstrap", server.data / "bootstrap.json",
                                     "--operations", ",".join(names.values())]))[-1]
        peak, resident = memory(server.process.pid, "VmHWM"), memory(server.process.pid)
        dropped = server.tail(10 ** 6).count("audit entry was dropped")
    theirs = mock(folder, [*program, "--operations", ",".join(names[name] for name in both)])
    table.raw["api"] = {"switchroom": ours, "mock": theirs}
    mocked = {result["operation"]: result for result in theirs["results"]}
    for result in ours["results"]:
        operation = result["operation"]
        table.add("API", f"{operation}", number(result["calls_per_second"]), "calls/s")
        table.add("API", "  p50 / p99",
                  f"{number(result['latency']['p50_ms'])} / {number(result['latency']['p99_ms'])}", "ms")
        if operation in mocked:
            peer = mocked[operation]
            table.add("API", f"  the same from {theirs['version']}", number(peer["calls_per_second"]), "calls/s")
            table.add("API", "  its p50 / p99",
                      f"{number(peer['latency']['p50_ms'])} / {number(peer['latency']['p99_ms'])}", "ms")
            ratio = result["calls_per_second"] / peer["calls_per_second"]
            table.add("API", "  Switchroom : mock", number(ratio), "times", "> 1", ratio > 1)
    table.add("API", "server's memory, most / at the end",
              f"{number(peak / MEBIBYTE)} / {number(resident / MEBIBYTE)}", "MiB")
    table.add("API", "calls without an audit entry", number(dropped), "calls", "0", dropped == 0)
    for result in [*ours["results"], *theirs["results"]]:
        if result["errors"] or not result["calls"]:
            table.failures.append(f"api: {result['operation']}: {result['errors']} errors, {result['first_error']}")


def mock(folder, program):
    """Runs the load against moto's server, started and stopped here."""
    from importlib.metadata import version
    from socket import create_connection, socket
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(folder / "moto.log", "ab") as log:
        server = subprocess.Popen([str(pathlib.Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1",
                                   "-p", str(port)], stdout=log, stderr=log)
        try:
            until = time.monotonic() + 60
            while True:
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"moto_server is not up: {(folder / 'moto.log').read_text()[-2000:]}")
                try:
                    create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)  # between looks, bounded by the deadline
            result = json_lines(output_of([*program, "--mock", f"http://127.0.0.1:{port}"]))[-1]
        finally:
            server.terminate()
            server.wait(30)
    result["version"] = f"moto {version('moto')}"
    return result


def day(table, _folder, options):
    """A simulated day in virtual time."""
    size = ["--agents", "1000", "--contacts", "50000"] if options.quick else []
    result = json_lines(output_of([RELEASE / "day", *size], deadline=900))[-1]
    table.raw["day"] = result
    ledger = result["ledger"]
    table.add("Day", f"simulated day: {result['agents']:,} agents, {result['started']:,} contacts",
              number(result["seconds"]), "s")
    table.add("Day", "  contacts", number(result["contacts_per_second"]), "contacts/s")
    table.add("Day", "  commands decided", number(result["commands"] / result["seconds"]), "commands/s")
    table.add("Day", "  peak memory", number(result["peak_bytes"] / MEBIBYTE), "MiB")
    table.add("Day", "  most contacts live / waiting", f"{result['most_live']:,} / {result['most_waiting']:,}",
              "contacts")
    table.add("Day", f"  records of {result['started']:,} contacts", f"{ledger['records']:,}", "records",
              "one each", ledger["records"] == result["started"])
    table.add("Day", f"  broken invariants, {ledger['offered']:,} offers, {ledger['surveys']} surveys",
              number(ledger["broken"]), "", "0", ledger["broken"] == 0)
    if ledger["broken"]:
        table.failures.append(f"day: {ledger['complaints']}")


# ── the machine ───────────────────────────────────────────────────────────────

def command(*words):
    try:
        result = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def commit_latency(folder):
    """Median milliseconds of writing and syncing 4 KiB where the data folders are: what every commit has to wait for."""
    times = []
    with open(folder / "sync", "wb") as file:
        for _ in range(50):
            file.write(os.urandom(4096))
            file.flush()
            begin = time.monotonic()
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - begin) * 1000)
    return statistics.median(times)


def machine(folder):
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", info)
    total = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    commit = command("git", "rev-parse", "--short", "HEAD")
    dirty = "+" if commit and command("git", "status", "--porcelain") else ""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": model.group(1).strip() if model else platform.machine(),
        "memory_gib": round(int(total.group(1)) / MEBIBYTE, 1),
        "kernel": platform.release(),
        "rustc": command("rustc", "--version") or "unknown",
        "commit": commit + dirty or "no git",
        "sync_ms": round(commit_latency(folder), 2),
        "load_before": os.getloadavg()[0],
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


STAGES = {stage.__name__: stage for stage in (routing, flows, designer, functions, calls, start, sockets, chat, api, day)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(STAGES), help="stages, separated by commas: %(default)s")
    parser.add_argument("--quick", action="store_true", help="smaller and shorter; to see that everything works")
    parser.add_argument("--chats", type=int, default=200, help="chats at once (%(default)s)")
    parser.add_argument("--rate", type=int, default=5000, help="messages per second of the open loop (%(default)s)")
    options = parser.parse_args()
    # Thousands of websockets need as many descriptors, here and in what is started from here.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    RESULTS.mkdir(parents=True, exist_ok=True)
    # Beside the results and not in /tmp, which may lie in memory where a commit costs nothing.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=RESULTS))
    table, begin = Table(), time.monotonic()
    here = machine(folder)
    try:
        for name in options.only.split(","):
            print(f"{name}: {STAGES[name].__doc__}", flush=True)
            since = time.monotonic()
            try:
                STAGES[name](table, folder, options)
            except Exception as error:  # the other figures are still wanted
                table.failures.append(f"{name}: {error}")
                print(f"  FAILED: {error}", flush=True)
            table.raw.setdefault("took", {})[name] = round(time.monotonic() - since, 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = (f"{here['cores']} × {here['processor']}, {here['memory_gib']} GiB, Linux {here['kernel']}, "
            f"{here['rustc']}, commit {here['commit']}, sync of 4 KiB {here['sync_ms']} ms, "
            f"load before {here['load_before']:.1f}, {here['time']}")
    missed = [row[1].strip() for row in table.rows if row[5] == "**no**"]
    closing = f"{len(table.rows)} figures in {time.monotonic() - begin:.0f} s; " + \
        (f"{len(missed)} below target: {'; '.join(missed)}" if missed else "every target met")
    text = f"# Figures\n\n{line}\n\n{table.markdown()}\n\n{closing}\n"
    for failure in table.failures:
        text += f"\nFAILED: {failure}\n"
    (RESULTS / "results.md").write_text(text)
    (RESULTS / "results.json").write_text(json.dumps(
        {"machine": here, "raw": table.raw, "failures": table.failures, "missed": missed,
         "rows": [dict(zip(("area", "what", "value", "unit", "target", "met"), row)) for row in table.rows]},
        indent=1, ensure_ascii=False))
    print("\n" + text)
    return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(main())
