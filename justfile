# gymbox's recipes. `./just` lists them; `./just RECIPE` brings its own tools, so nothing else need be installed.

# Settings of this checkout: see .env.example.
set dotenv-load

set shell := ["bash", "-euo", "pipefail", "-c"]

# The inference runtime that the environment gets: cpu, gpu or openvino.
runtime := env("GYMBOX_RUNTIME", "cpu")
run := "uv run --no-sync"

# The first set-up fetches and compiles for minutes, and shows it; later ones have nothing to say.
quiet := if path_exists(".venv/bin/gymbox") == "true" { "--quiet" } else { "" }

[private]
default:
    @just --list --unsorted

# All set-up and no more: leaves .venv/bin/gymbox, the default model and the web app
setup:
    @uv sync --locked --extra {{ runtime }} {{ quiet }}
    @{{ run }} gymbox models build >/dev/null
    @mobile/build

# The web app into gymbox/hub/web, from where the hub serves it; at once where nothing has changed
app:
    @mobile/build

# The whole box on one pass of the sample clip, with a verdict: a minute; on a terminal it then stays up
demo *options: setup
    @{{ run }} python examples/demo.py {{ options }}

# The box: everything that gymbox.toml names, until Ctrl-C
run *options: setup
    @{{ run }} gymbox run {{ options }}

# Count the repetitions in your own videos: ./just count video.mp4
count *arguments: setup
    @{{ run }} gymbox count {{ arguments }}

# Everything that must hold: lints, types, tests of the app, Rust tests, Python tests
test *options: setup packages lint types test-app test-rust (test-python options)

# Lints and formatting, in both languages
lint:
    cargo fmt --all --check
    cargo clippy --quiet --locked --workspace --all-targets --features python -- --deny warnings
    {{ run }} ruff check --quiet
    {{ run }} ruff format --quiet --check

# mypy strict, and the stub of the compiled module held against the module itself
types:
    {{ run }} mypy
    {{ run }} python -m mypy.stubtest gymbox._core

# A hundred kills of each process, alone and in the whole box; takes an hour
soak *options: setup
    @KILLS=200 BOX_KILLS=500 {{ run }} pytest tests/process {{ options }}

# The app: types, lints, tests of its parts; the whole of it is tested from Python, with a box
test-app *options:
    @cd mobile && . ./node.sh && npx tsc --noEmit && npx eslint --max-warnings 0 . && npx jest --silent {{ options }}

# Tests of the core; they need no Python interpreter
test-rust *options:
    cargo test --quiet --locked --workspace {{ options }}

# Tests of the package, from a module's laws to whole commands; pytest's 5 says that none was asked for
test-python *options:
    {{ run }} pytest --numprocesses 2 -m "not alone" {{ options }} || [ $? = 5 ]
    {{ run }} pytest -m alone {{ options }} || [ $? = 5 ]

# The package on a bare Debian, in a container, also updated, cut off and brought back; five minutes, as root
test-package *options: setup packages
    @PACKAGE=1 {{ run }} pytest tests/package {{ options }}

# Score every labelled clip and print the table; `--rendered` for the rendered people
accuracy *options: setup
    @{{ run }} python -m accuracy {{ options }}

# What is fast, as ratios measured within one run
bench *options: packages
    @uv sync --locked --extra {{ runtime }} --group bench {{ quiet }}
    @{{ run }} gymbox models build >/dev/null
    @mobile/build
    @{{ run }} python -m bench {{ options }}

# Fit the recogniser to rendered people again: half an hour to make them, as much to learn
train *options:
    @uv sync --locked --extra {{ runtime }} --group train {{ quiet }}
    @{{ run }} python -m training {{ options }}

# Make the app's types of the hub's API again
wire:
    {{ run }} gymbox hub typescript >mobile/src/wire/wire.ts

# Format both languages in place
format:
    cargo fmt --all
    {{ run }} ruff check --quiet --fix-only
    {{ run }} ruff format --quiet

# Render the sample clip and its truth again
sample *options:
    uv run --script synth/sample.py {{ options }}

# Wheels for x86-64 and aarch64, for any Linux with glibc 2.28 or newer, into dist/
wheels: setup
    @packaging/wheel amd64
    @packaging/wheel arm64

# Debian's package into dist/, for this machine or another: ./just deb arm64
deb *options: setup
    @packaging/deb {{ options }}

# What of a Jetson's set-up needs no Jetson: the package with a Python of its own, into dist/jetson/
jetson: setup
    @packaging/deb arm64 --own-python --into dist/jetson

# The image to flash, into dist/: as root, on Debian; minutes
image: deb
    @bash .ci/packages image
    @firmware/build image

# The same version as a signed update for boxes that run, into dist/
bundle:
    @firmware/build bundle

# Write the image onto a stick or disk: ./just flash /dev/sdb
flash device *options:
    @firmware/flash "$(ls -t dist/gymbox-*-amd64.img | head -n 1)" {{ device }} {{ options }}

# The image in an emulated PC: first start, mDNS, updates good, broken and refused, power cuts; as root, half an hour
test-image *options:
    @bash .ci/packages image
    @unshare --net sh -c 'ip link set lo up && exec {{ run }} pytest tests/image/boot.py -s {{ options }}'

# Debian's packages that the tests need (EGL to render, GStreamer for a camera), where this is root; else they are named
[private]
packages:
    @bash .ci/packages

# What can be checked of the iOS and Android apps without their tools: both projects generated, both bundles compiled; minutes
native:
    @cd mobile && . ./node.sh && npx expo prebuild --clean --no-install && grep -q 'usesCleartextTraffic="true"' android/app/src/main/AndroidManifest.xml && grep -q _gymbox._tcp ios/gymbox/Info.plist && npm run native && rm -rf android ios dist-native
