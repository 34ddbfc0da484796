"""`make check`: format, arrows, generated files, and clang-tidy on the rooms that changed. `--write` repairs what it can."""

import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATED = {
    "api/openapi.json": ["openapi"],
    "api/events.json": ["config", "events"],
    "api/settings.md": ["config", "docs"],
}


def output(command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def tracked(*patterns):
    return [name for name in output(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]).stdout.splitlines() if (ROOT / name).exists()]


def check_format(write):
    files = tracked("*.cpp", "*.hpp")
    mode = ["-i"] if write else ["--dry-run", "--Werror"]
    result = output(["clang-format-19", *mode, *files])
    print(result.stderr, end="")
    return result.returncode == 0


def check_rooms():
    return subprocess.run([sys.executable, "tools/check_rooms.py"], cwd=ROOT).returncode == 0


def check_hosts():
    """No file names a registry host, a path of the machine it was made on, or a key."""
    words = ["registry.npmjs" + ".org", "pypi" + ".org", "files.python" + "hosted.org", "/work/" + "main", "BEGIN PRIVATE" + " KEY"]
    found = output(["git", "grep", "-nIF", *[part for word in words for part in ("-e", word)]])
    print(found.stdout, end="")
    return found.returncode == 1


def check_generated(write):
    good = True
    for name, arguments in GENERATED.items():
        made = output([str(ROOT / "build/release/waqtor"), *arguments])
        if made.returncode:
            print(f"{name}: waqtor {' '.join(arguments)} failed: {made.stderr}")
            good = False
        elif write:
            (ROOT / name).write_text(made.stdout)
        elif not (ROOT / name).exists() or (ROOT / name).read_text() != made.stdout:
            print(f"{name}: is not what `waqtor {' '.join(arguments)}` prints; run `make generate`")
            good = False
    return good


def changed_sources(since):
    base = since or ("origin/main" if output(["git", "rev-parse", "--verify", "-q", "origin/main"]).returncode == 0 else "HEAD")
    names = set(output(["git", "diff", "--name-only", base]).stdout.splitlines()) | set(output(["git", "diff", "--name-only", "HEAD~1"]).stdout.splitlines())
    return [name for name in sorted(names) if name.endswith(".cpp") and (ROOT / name).exists()]


def check_tidy(since):
    files = changed_sources(since)
    if not files:
        return True
    print(f"clang-tidy on {len(files)} changed files", flush=True)
    result = subprocess.run(["run-clang-tidy-19", "-quiet", "-p", "build/release", "-j", "2", *files], cwd=ROOT, capture_output=True, text=True)
    problems = [line for line in result.stdout.splitlines() if " warning: " in line or " error: " in line]
    print("\n".join(problems))
    return result.returncode == 0 and not problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--since", help="clang-tidy files changed since this revision")
    wanted = parser.parse_args()
    if subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        return 1
    if subprocess.run(["cmake", "--build", "--preset", "release", "--target", "waqtor"], cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        print("the release binary does not build")
        return 1
    checks = {
        "format": lambda: check_format(wanted.write),
        "rooms": check_rooms,
        "hosts and secrets": check_hosts,
        "generated files": lambda: check_generated(wanted.write),
    }
    if not wanted.write:
        checks["clang-tidy"] = lambda: check_tidy(wanted.since)
    failed = [name for name, check in checks.items() if not check()]
    print(f"check: {', '.join(failed)} failed" if failed else "check: all good")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
