"""tests/jobs/dist.py -- what people take away: the folder of `make dist` and the
licence of each file in it, tools/doctor, the container, and the files for a CI.
"""
import glob
import hashlib
import json
import os
import re
import subprocess
import tarfile
import tempfile

import browser
from machine import BUILD, TESTS, TOP, command, environment, text_of

DIST = os.path.join(TOP, "tools", "dist")
DOCTOR = os.path.join(TOP, "tools", "doctor")
GLIBC = b"GLIBC_TUNABLES"  # in every static program of glibc
CI = {name: os.path.join(TOP, "docs", "ci", name + ".yml")
      for name in ("github", "gitlab")}


def read(*path):
    with open(os.path.join(*path), "rb") as stream:
        return stream.read()


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


# ---- make dist -------------------------------------------------------------

def take_away(check):
    """Makes the folder, and walks through it and through its images."""
    check = check.about("dist")
    with tempfile.TemporaryDirectory(prefix="tessera-dist-") as place:
        env = environment({"SOURCES": "no", "PAGE": "built"})
        status, out, errors = command([DIST, "-o", place], 100, env=env)
        made = glob.glob(place + "/tessera-*.tar.gz")
        check("a folder and an archive are made", status == 0 and
              len(made) == 1, text_of(out + errors))
        folder = made[0][:-len(".tar.gz")]
        complete(check, folder, made[0])
        owners(check, folder, os.path.join(place, "iso"))
        links(check, folder)
        refusals(check, folder)
        sources(check, folder, os.path.join(place, "tree"), env)
        busybox(check, folder, os.path.join(place, "shell"))


def complete(check, folder, archive):
    """All that is promised is there, and the sums are right."""
    names = files(folder)
    wanted = ["LICENSES", "README.md", "README.html", "docs/syscalls.html",
              "licenses/LGPL-2.1.txt", "tessera.cpio", "tessera.debug",
              "tessera.elf", "tessera.iso"]
    check("the images, the docs and the licences are there",
          set(wanted) <= set(names), names)
    sums = dict(reversed(line.split("  ")) for line in
                text_of(read(folder, "SHA256SUMS")).splitlines())
    check("SHA256SUMS has the sum of every other file", sums == {
        name: hashlib.sha256(read(folder, name)).hexdigest()
        for name in names if name != "SHA256SUMS"}, sums)
    with tarfile.open(archive) as packed:
        inside = sorted(member.name.partition("/")[2] for member in packed)
    check("the archive has the same files", inside == names, inside)
    check("the kernel is the one that make has built",
          read(folder, "tessera.elf") == read(BUILD, "tessera.elf"))


def busybox(check, folder, place):
    """busybox is there with its source, or not at all."""
    alone, _ = entries(folder)
    check("without the sources of others no image has busybox",
          "tessera.cpio:bin/multicall" in alone and
          not any("busybox" in name or "busybox" in parts
                  for name, parts in alone.items()), alone)
    status, out, errors = command([DIST, "-o", place], 100,
                                  env=environment({"PAGE": "no"}))
    said = text_of(out + errors)
    if "without the shell" in said:
        check.note("the shell is not taken away: " + said.split("\n")[0])
        return
    whole, sections = entries(glob.glob(place + "/tessera-*/LICENSES")[0][
        :-len("/LICENSES")])
    check("with them the images are those that make has built, and have it",
          status == 0 and "busybox" in whole["tessera.cpio:bin/busybox"] and
          "busybox" in whole["tessera.iso"] and all(
              read(BUILD, name) == read(glob.glob(place + "/*/" + name)[0])
              for name in ("tessera.iso", "tessera.cpio")), said)
    check("its source and the GPL-2 lie beside it", "GPL-2" in
          sections["busybox"] and "licenses/GPL-2.txt" in whole and
          {".dsc", ".bz2", ".xz"} <= {os.path.splitext(name)[1]
                                      for name, parts in whole.items()
                                      if "busybox" in parts}, whole)


def entries(folder):
    """{file: its parts} as LICENSES says, and the parts that have a section."""
    text = text_of(read(folder, "LICENSES"))
    listed = text[text.index("\nThe files\n"):].splitlines()[4:]
    return ({line.split()[0]: line.split()[1:] for line in listed},
            dict(re.findall(r"^(\w+): [^\n]*\n-+\n\n(.*?)(?=\n\n\n)", text,
                            re.M | re.S)))


def owners(check, folder, place):
    """Every shipped file has its entry, also those inside the images."""
    listed, sections = entries(folder)
    subprocess.run(["xorriso", "-osirrox", "on", "-indev",
                    os.path.join(folder, "tessera.iso"), "-extract", "/", place],
                   capture_output=True, check=True)
    root = os.path.join(BUILD, "root")
    shipped = {name: os.path.join(folder, name) for name in files(folder)
               if name != "SHA256SUMS"}
    shipped.update(("tessera.iso:" + name, os.path.join(place, name))
                   for name in files(place) if name != "boot.catalog")
    shipped.update(("tessera.cpio:" + name, os.path.join(root, name))
                   for name in files(root)
                   if not os.path.islink(os.path.join(root, name)))
    lacking = [name for name in shipped if not listed.get(name)]
    check("every shipped file has its entry in LICENSES",
          not lacking and len(shipped) > 40, lacking)
    wrong = [name for name, path in shipped.items() if read(path)[:4] ==
             b"\x7fELF" and "grub" not in listed.get(name, []) and
             (GLIBC in read(path)) != ("glibc" in listed.get(name, []))]
    check("exactly the programs that glibc is linked into say so",
          not wrong and any(GLIBC in read(path) for path in shipped.values()),
          wrong)
    check("the ISO's boot sector is GRUB's, and its entry says so", b"GRUB" in read(
        folder, "tessera.iso")[:512] and "grub" in listed["tessera.iso"], listed)
    used = {part for parts in listed.values() for part in parts}
    check("every part has a section, with its licence", used <= set(sections) and
          all(re.search(r"MIT|CC BY|Creative|GPL|BSD|LICENSES|copy", sections[part])
              for part in used), used, list(sections))
    check("glibc, libgcc and GRUB say where their source is", all(
        "apt-get source" in " ".join(sections[part].split())
        for part in ("glibc", "libgcc", "grub")), sections)
    in_page(check, folder, listed)


def in_page(check, folder, listed):
    """The same for what is packed into the page, if make web was run here."""
    path = os.path.join(folder, "web", "index.html")
    if not os.path.exists(path):
        return
    inside = re.findall(r'<script type="application/\w+" id="([^"]+)"',
                        text_of(read(path)))
    lacking = [name for name in inside
               if not listed.get("web/index.html:" + name)]
    check("every part of the page has its entry", inside and not lacking,
          inside, lacking)


def links(check, folder):
    """What a text in HTML leads to is there."""
    dead = []
    for name in files(folder):
        if not name.endswith(".html") or name.startswith("web/"):
            continue
        for target in re.findall(r'<a href="([^"#:]+)[#"]',
                                 text_of(read(folder, name))):
            if not os.path.exists(os.path.join(folder, os.path.dirname(name),
                                               target)):
                dead.append((name, target))
    check("every link in the docs leads somewhere", not dead, dead)


def refusals(check, folder):
    """A file that nobody owns, and one that was changed, are found."""
    stranger = os.path.join(folder, "stranger.bin")
    with open(stranger, "wb") as stream:
        stream.write(b"?")
    status, out, _ = command([DIST, "--check", folder], 20)
    check("a file without an owner is named", status == 1 and
          "whose work stranger.bin is" in text_of(out), text_of(out))
    os.remove(stranger)
    good, out, _ = command([DIST, "--check", folder], 20)
    check("the folder as it was made is right", good == 0 and not out,
          text_of(out))
    with open(os.path.join(folder, "tessera.elf"), "ab") as stream:
        stream.write(b"?")
    status, out, _ = command([DIST, "--check", folder], 20)
    check("a file that was changed is named", status == 1 and
          "tessera.elf: FAILED" in text_of(out), text_of(out))


def sources(check, folder, place, env):
    """Its source is the whole tree, and makes the same folder without git."""
    packed, = glob.glob(folder + "/source/tessera-*-source.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(place)
    tree, = glob.glob(place + "/*")
    ours = set(files(TOP))
    missing = [name for name in ("Makefile", "LICENSE", "tools/run", "mm/page.c",
                                 "tests/run", ".devcontainer/Dockerfile",
                                 "docs/ci/github.yml")
               if name not in files(tree)]
    check("the source has the tree, and nothing that was built", not missing and
          set(files(tree)) <= ours and
          not os.path.exists(os.path.join(tree, "build")), missing)
    os.symlink(BUILD, os.path.join(tree, "build"))
    status, out, errors = command(
        [os.path.join(tree, "tools", "dist"), "-o", place + ".again"], 100,
        env=dict(env, SOURCE_DATE_EPOCH="1700000000", PAGE="no"), cwd=tree)
    again = glob.glob(place + ".again/tessera-2023.11.14/LICENSES")
    check("without git the version is a date", status == 0 and again,
          text_of(out + errors))


# ---- tools/doctor ----------------------------------------------------------

def doctor(check):
    """The doctor finds this machine well, and a sick one sick."""
    check = check.about("doctor")
    status, out, errors = command([DOCTOR], 60)
    lines = text_of(out).splitlines()
    check("here a program says hello", status == 0 and any(re.fullmatch(
        r"ok +a program says hello, after \d+\.\d seconds", line)
        for line in lines), text_of(out + errors))
    check("each line says what is here, or what is missing and the mend",
          not errors and all(re.match(
              r"ok       |(missing |wrong   ) .+; |mend     make setup", line)
              for line in lines),
          text_of(out + errors))
    with tempfile.TemporaryDirectory(prefix="tessera-doctor-") as place:
        poor(check, place)
        hanging(check, place)


def poor(check, place):
    """On a machine without nasm, that is wrong, and the mend is said."""
    tools = os.path.join(place, "bin")
    os.mkdir(tools)
    for folder in reversed(os.environ["PATH"].split(":")):
        for path in glob.glob(folder + "/*"):
            here = os.path.join(tools, os.path.basename(path))
            if os.path.basename(path) not in ("nasm", "gdb"):
                if os.path.lexists(here):
                    os.remove(here)
                os.symlink(path, here)
    status, out, _ = command([DOCTOR], 60, env=environment({"PATH": tools}))
    check("a tool that make needs is wrong if it is missing", status == 1 and
          "wrong    nasm: assembler; apt-get install nasm" in text_of(out),
          text_of(out))
    check("a tool that one goal needs is missing, for that goal", re.search(
        r"^missing  gdb: .* \(make gdb\); apt-get install gdb$", text_of(out),
        re.M), text_of(out))


def hanging(check, place):
    """A QEMU that hangs is a line, and not silence."""
    fake = os.path.join(place, "qemu")
    with open(fake, "w") as stream:
        stream.write("#!/bin/sh\ncase \" $* \" in *' --version '*|*-S*) exec "
                     "qemu-system-i386 \"$@\" ;; esac\nexec sleep 1000\n")
    os.chmod(fake, 0o755)
    status, out, _ = command([DOCTOR], 60, env=environment({"QEMU": fake,
                                                            "WAIT": "1"}))
    check("a machine that hangs is a line as well", status == 1 and re.search(
        r"^wrong    no hello after \d+ seconds: .*time-out.*; ", text_of(out),
        re.M), text_of(out))


# ---- the container and the CI ----------------------------------------------

def goals():
    """The goals of the Makefile that `make help` lists, and setup's words."""
    return set(re.findall(r"^([a-z]+):.*## ", text_of(read(TOP, "Makefile")),
                          re.M))


def commands_there(text):
    """What a file calls and is not there: goals of make, programs of the tree."""
    called = re.findall(r"\bmake ([a-z]+(?: [a-z]+)*)", re.sub(
        r"apt-get[^\n]*|#[^\n]*", "", text))
    lacking = [goal for words in called for goal in words.split()
               if goal not in goals()]
    return lacking + [path for path in set(re.findall(
        r"(?<![\w/])tools/\w+", text)) if not os.path.exists(
            os.path.join(TOP, path))]


def ci_files(check):
    """A linter has seen the files for a CI, and what they call is there."""
    check = check.about("CI")
    status, out, errors = command(
        ["yamllint", "-s", "-d", "{extends: default, rules: {line-length: {max: "
         "100}, document-start: disable}}", *CI.values()], 20)
    check("yamllint has no complaint", status == 0, text_of(out + errors))
    for name, path in CI.items():
        text = text_of(read(path))
        check("what the file for %s calls is there" % name,
              "make grade" in text and not commands_there(text) and
              "build/grade" in text_of(read(TOP, "tools", "grade")),
              commands_there(text))
    container(check)
    try:
        schemas(check)
    except browser.Missing as missing:
        check("the schemas of both are not looked at: %s" % missing, True)


def schemas(check):
    """The files are what the schemas of GitHub and GitLab allow."""
    node, core = browser.node(), browser.package("@action-validator/core")
    local = browser.package("gitlab-ci-local")
    with tempfile.TemporaryDirectory(prefix="tessera-ci-") as place:
        for wrong in (False, True):
            text = text_of(read(CI["github"]))
            path = os.path.join(place, "lab.yml")
            with open(path, "w") as stream:
                stream.write(text.replace("runs-on", "runs-upon")
                             if wrong else text)
            status, out, errors = command(
                [node, os.path.join(TESTS, "ci.mjs"), core, path], 20)
            check("the schema of GitHub's workflows %s" % (
                "refuses runs-upon" if wrong else "allows its file"),
                status == 0 and bool(out) == wrong, text_of(out + errors))
        for wrong in (False, True):
            gitlab(check, node, local, os.path.join(place, str(wrong)), wrong)


def gitlab(check, node, local, place, wrong):
    """gitlab-ci-local reads a project, as GitLab does, and looks at its file."""
    os.mkdir(place)
    text = text_of(read(CI["gitlab"]))
    with open(os.path.join(place, ".gitlab-ci.yml"), "w") as stream:
        stream.write(text.replace("  when: always", "  when: ever")
                     if wrong else text)
    subprocess.run(["git", "init", "-q", place], check=True)
    status, out, errors = command(
        [node, "--import", os.path.join(TESTS, "older_node.mjs"),
         os.path.join(local, "dist", "index.js"), "--list"], 30, cwd=place,
        env=environment({"HOME": place}))
    check("the schema of GitLab's pipelines %s" % (
        "refuses an unknown time" if wrong else "allows its file"),
        "when" in text_of(errors) and status != 0 if wrong else
        status == 0 and re.search(r"^grade ", text_of(out), re.M),
        text_of(out + errors)[-2000:])


def container(check):
    """The container is a Debian with what tools/setup installs."""
    folder = os.path.join(TOP, ".devcontainer")
    given = json.loads(read(folder, "devcontainer.json"))
    recipe = text_of(read(folder, given["build"]["dockerfile"]))
    copied = [word for line in re.findall(r"^COPY (.*)", recipe, re.M)
              for word in line.split()[:-1]]
    check("the container copies and calls what is there",
          os.path.samefile(os.path.join(folder, given["build"]["context"]), TOP)
          and copied == ["tools/setup", "tools/cross"] and
          not commands_there(given["postCreateCommand"]) and
          re.search(r"^FROM debian:bookworm$", recipe, re.M) and
          re.search(r"/setup setup\b", recipe), recipe)
    check("the user of the container is one that it makes", re.search(
        r"useradd .*\b%s\b" % given["remoteUser"], recipe), recipe)
