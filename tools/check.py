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
    # The SDK's types of events, from the catalogue above.
    made = output(["node", "packages/sdk-node/tools/events.mjs", *([] if write else ["--check"])])
    print(made.stderr, end="")
    return good and made.returncode == 0


def base_of_changes():
    """What the work is compared with: where it left origin/main; in a clone that is at origin/main, where that was before the last
    landing this clone saw; else the commit before."""
    here = output(["git", "rev-parse", "HEAD"]).stdout.strip()
    for command in (["merge-base", "origin/main", "HEAD"], ["rev-parse", "--verify", "--quiet", "origin/main@{1}"]):
        found = output(["git", *command])
        if found.returncode == 0 and found.stdout.strip() not in ("", here):
            return found.stdout.strip()
    return "HEAD~1"


def changed_sources(since):
    """The .cpp files changed since a revision, and those whose header changed."""
    names = output(["git", "diff", "--name-only", since or base_of_changes(), "--", "packages", "apps"]).stdout.splitlines()
    sources = {name.removesuffix(".hpp") + ".cpp" if name.endswith(".hpp") else name for name in names}
    return sorted(name for name in sources if name.endswith(".cpp") and not name.endswith("_test.cpp") and "/fuzz/" not in name and (ROOT / name).exists())


def check_tidy(since):
    files = changed_sources(since)
    if not files:
        return True
    print(f"clang-tidy on {len(files)} changed files", flush=True)
    # The precompiled headers must be there.
    if subprocess.run(["cmake", "--build", "--preset", "release"], cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        return False
    result = subprocess.run(["run-clang-tidy-19", "-quiet", "-p", "build/release", "-j", "2", *(f"{ROOT}/{file}$" for file in files)],
                            cwd=ROOT, capture_output=True, text=True)
    problems = [line for line in result.stdout.splitlines() if " warning: " in line or " error: " in line]
    print("\n".join(sorted(set(problems))))
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
