"""Sound files for tests, and a place on the web where they lie."""

import contextlib
import http.server
import io
import math
import struct
import threading
import wave


def wav(seconds=1.0, rate=16000, channels=1, pitch=440):
    """A WAV file with a steady tone, 16-bit PCM."""
    count = int(seconds * rate)
    tone = [int(12000 * math.sin(2 * math.pi * pitch * index / rate)) for index in range(min(count, rate))]
    samples = (tone * (count // rate + 1))[:count]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) * channels for sample in samples))
    return buffer.getvalue()


def facts(data):
    """What a WAV file says of itself: `(format, channels, rate, bits, bytes of sound)`."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE", data[:12]
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    chunks, at = {}, 12
    while at < len(data):
        name, length = data[at:at + 4], struct.unpack("<I", data[at + 4:at + 8])[0]
        chunks[name] = data[at + 8:at + 8 + length]
        at += 8 + length + length % 2
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunks[b"fmt "][:16])
    return kind, channels, rate, bits, len(chunks[b"data"])


#: What `facts` says of telephone sound that lasts so many seconds.
def telephone(seconds):
    return 7, 1, 8000, 8, int(seconds * 8000)


@contextlib.contextmanager
def web(files):
    """Serves files by their paths, a number as that status: gives the address and the list of paths asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path, 404)
            if isinstance(content, int):
                self.send_response(content)
                self.send_header("location", "/greeting.wav")
                self.send_header("content-length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
