"""A Switchroom server for a test: started on a free port, stopped by its own process id."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("SWITCHROOM_BIN", ROOT / "target" / "debug" / "switchroom"))


class Server:
    """Runs `switchroom serve` on a data folder until it is stopped."""

    def __init__(self, data, http="127.0.0.1:0", arguments=(), **environment):
        self.data, self.http, self.arguments = pathlib.Path(data), http, list(arguments)
        self.environment = environment
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, deadline=30):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("SWITCHROOM_") or name == "SWITCHROOM_BIN"}
        # Tests run side by side, and most need no calls: those that do choose ports of their own.
        environment["SWITCHROOM_TELEPHONY_ENABLED"] = "false"
        environment.update(self.environment)
        self.data.mkdir(parents=True, exist_ok=True)
        bootstrap = self.data / "bootstrap.json"
        before = bootstrap.stat().st_mtime_ns if bootstrap.exists() else None
        self.log = open(self.data.parent / f"{self.data.name}.log", "ab")
        self.process = subprocess.Popen(
            [str(BINARY), "serve", "--data", str(self.data), "--http", self.http, *self.arguments],
            stdout=self.log, stderr=self.log, env=environment)
        until = time.monotonic() + deadline
        while True:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.tail()}"
            assert time.monotonic() < until, f"the server is not up after {deadline} s: {self.tail()}"
            if bootstrap.exists() and bootstrap.stat().st_mtime_ns != before:
                self.bootstrap = json.loads(bootstrap.read_text())
                try:
                    with urllib.request.urlopen(self.bootstrap["endpoint"] + "/health", timeout=1):
                        break
                except OSError:
                    pass
            time.sleep(0.01)  # between looks, bounded by the deadline
        self.endpoint = self.bootstrap["endpoint"]
        # A restart comes back at the same address.
        self.http = self.endpoint.removeprefix("http://")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def kill_and_restart(self):
        self.kill()
        self.start()

    def stop(self, deadline=30):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(deadline)
        return self.process.returncode if self.process else None

    def tail(self, lines=20):
        path = self.data.parent / f"{self.data.name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
