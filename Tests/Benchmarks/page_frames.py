"""Measures how fluid a page of `geoc graph --format html` is, in headless Chromium without a GPU.

Usage: page_frames.py [--browser chromium] [--frames 60] [--width 1400] [--height 900] PAGE...

Every frame of the page turns the wheel one step (zoom) or drags the graph 24 px (pan); the time between two callbacks
of `requestAnimationFrame` is the time of a frame. Prints the mean, the median, the 95th percentile and the longest frame of
each gesture in milliseconds, and the seconds from the start of navigation to the first frame after loading.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

GESTURES = {
    # From the first view out to the whole graph and back in on one point.
    "zoom": "wheel(step < frames / 2 ? 60 : -60)",
    # Where the zoom ended, which is the first view.
    "pan": "drag(0, -24)",
    # Where the whole height of a large graph is some windows.
    "pan-far": "drag(0, -24)",
}

SCRIPT = """
new Promise(done => {
  const graph = [...document.querySelectorAll('section')].find(s => !s.hidden).querySelector('.graph');
  const box = graph.getBoundingClientRect();
  const at = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const send = (type, init) => graph.dispatchEvent(new type(init.name, { bubbles: true, cancelable: true,
    clientX: at.x, clientY: at.y, ...init }));
  const wheel = deltaY => send(WheelEvent, { name: 'wheel', deltaY });
  const drag = (dx, dy) => {
    at.x += dx; at.y += dy;
    send(PointerEvent, { name: 'pointermove', buttons: 1 });
  };
  const frames = FRAMES;
  const times = [];
  let [step, last] = [0, 0];
  PREPARE
  const next = now => {
    if (last) times.push(now - last);
    last = now;
    if (step >= frames) return done(times);
    GESTURE;
    step += 1;
    requestAnimationFrame(next);
  };
  setTimeout(() => {
    if ('KIND' !== 'zoom') send(PointerEvent, { name: 'pointerdown', buttons: 1 });
    requestAnimationFrame(next);
  }, 700);
})
"""


class DevTools:
    """A browser that is told what to do over a pair of pipes."""

    def __init__(self, browser, profile, width, height):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()

        def connect():
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank"],
            preexec_fn=connect, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.rest = b""
        self.number = 0
        self.events = []

    def message(self):
        while b"\0" not in self.rest:
            part = os.read(self.read, 1 << 16)
            if not part:
                raise SystemExit("the browser ended")
            self.rest += part
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while True:
            for event in self.events:
                if event.get("method") == method:
                    self.events.remove(event)
                    return event["params"]
            self.events.append(self.message())

    def evaluate(self, session, expression):
        answer = self.call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise SystemExit(answer["exceptionDetails"].get("exception", {}).get("description", "the script failed"))
        return answer["result"].get("value")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=900)
    arguments = parser.parse_args()
    for page in arguments.pages:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            tools = DevTools(arguments.browser, profile, arguments.width, arguments.height)
            try:
                target = tools.call("Target.createTarget", url="about:blank")["targetId"]
                session = tools.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                tools.call("Page.enable", session)
                start = time.monotonic()
                tools.call("Page.navigate", session, url="file://" + os.path.abspath(page))
                tools.wait("Page.loadEventFired")
                tools.evaluate(session, "new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)))")
                print(f"{page}: first frame {time.monotonic() - start:.2f} s")
                for kind, gesture in GESTURES.items():
                    prepare = "for (let k = 0; k < 30; k += 1) wheel(60);" if kind == "pan-far" else ""
                    script = SCRIPT.replace("FRAMES", str(arguments.frames)).replace("KIND", kind)
                    script = script.replace("GESTURE", gesture).replace("PREPARE", prepare)
                    times = tools.evaluate(session, script)
                    times.sort()
                    p = lambda share: times[min(len(times) - 1, int(share * len(times)))]
                    mean = sum(times) / len(times)
                    print(f"  {kind}: mean {mean:.1f}, median {p(0.5):.1f}, 95 % {p(0.95):.1f}, longest {times[-1]:.1f} ms")
            finally:
                tools.process.terminate()
                tools.process.wait()


main()
