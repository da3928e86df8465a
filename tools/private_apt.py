"""tools/private_apt.py -- an apt of our own, which leaves the host's alone.

    options = make_root(folder, "deb", "bookworm", "i386")
    subprocess.run(["apt-get", *options, "update"])

The folder gets state, cache and one line of sources: "deb" or "deb-src", of a
suite, from the Debian mirror that the host's own sources name, with the host's
keyring.  DEBIAN_MIRROR=URL in the environment names another mirror.

    deb = bring(folder, "bookworm", "i386", "busybox-static", version, sum, say)

brings a package into such a folder, once.  apt checks the archive's signature.
A file of the version that we know and with another sum is refused.  When Debian
has mended the package, and so has only a later version, that one is taken, and
`say` is told so.  bring_all() brings packages with all that they depend on.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """Such an apt cannot be made here, and this says why."""


def stanzas():
    """The host's apt sources, each as a dictionary of lower-case fields."""
    for name in ["/etc/apt/sources.list"] + sorted(
            glob.glob("/etc/apt/sources.list.d/*")):
        if not os.path.isfile(name):
            continue
        text = open(name, errors="replace").read()
        if name.endswith(".sources"):
            for block in re.split(r"\n\s*\n", text):
                lines = [l for l in block.split("\n") if not l.startswith("#")]
                fields = re.findall(r"(?mi)^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)",
                                    "\n".join(lines))
                yield {k.lower(): " ".join(v.split()) for k, v in fields}
        elif name.endswith(".list"):
            for line in text.split("\n"):
                match = re.match(r"deb\s+(?:\[(.*?)\]\s*)?(\S+)\s+(\S+)", line)
                if match:
                    options = dict(o.split("=", 1) for o in
                                   (match[1] or "").split() if "=" in o)
                    yield {"types": "deb", "uris": match[2],
                           "suites": match[3],
                           "signed-by": options.get("signed-by", "")}


def debian_mirror():
    """The mirror and the keyring of the host's Debian, of whatever release."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"], ""
    for fields in stanzas():
        uris = fields.get("uris", "").split()
        if "deb" in fields.get("types", "").split() and uris and \
           uris[0].rstrip("/").endswith("/debian"):
            return uris[0], fields.get("signed-by", "")
    raise Unavailable("the apt sources of this host name no Debian mirror; "
                      "DEBIAN_MIRROR=URL names one")


def make_root(folder, kind, suite, architecture):
    """Makes the folder.  Returns the options of apt-get that name it."""
    mirror, keyring = debian_mirror()
    if not keyring.startswith("/"):
        keyring = KEYRING
    if not os.path.exists(keyring):
        raise Unavailable("there is no Debian keyring here; install "
                          "debian-archive-keyring")
    for part in ["lists/partial", "archives/partial", "etc/parts", "dpkg"]:
        os.makedirs(os.path.join(folder, part), exist_ok=True)
    open(os.path.join(folder, "dpkg/status"), "a").close()
    with open(os.path.join(folder, "etc/sources.list"), "w") as stream:
        stream.write("%s [signed-by=%s] %s %s main\n" %
                     (kind, keyring, mirror, suite))
    return [word for option in [
        "APT::Architecture=" + architecture,
        "APT::Architectures=" + architecture,
        "APT::Sandbox::User=", "Acquire::Languages=none",
        "Dir::State=" + folder, "Dir::State::Lists=" + folder + "/lists",
        "Dir::State::status=" + folder + "/dpkg/status",
        "Dir::Cache=" + folder,
        "Dir::Cache::Archives=" + folder + "/archives",
        "Dir::Etc::SourceList=" + folder + "/etc/sources.list",
        "Dir::Etc::SourceParts=" + folder + "/etc/parts",
        "APT::Update::Post-Invoke-Success::=true",
    ] for word in ("-o", option)]


def run(words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Unavailable("%s failed: %s" % (
            words[0], said[-1] if said else "no reason"))
    return done.stdout


def apt_get(folder, suite, architecture):
    """The words that an apt-get of this folder begins with."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Unavailable("there is no %s here" % tool)
    return ["apt-get", *make_root(folder, "deb", suite, architecture), "-qq",
            "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=20"]


def insist(get, words, **more):
    """Has apt-get do it by the lists that are there.  They may be none, or
    old: then once more by new ones.  Returns what it says."""
    try:
        return run([*get, *words], **more)
    except Unavailable:
        run([*get, "-o", "APT::Update::Error-Mode=any", "update"])
        return run([*get, *words], **more)


def brought(folder, package):
    """The path of the package, if apt has brought it, or None."""
    found = glob.glob(os.path.join(folder, "archives", package + "_*.deb"))
    return found[0] if found else None


def download(folder, suite, architecture, packages):
    """Has apt bring what is not there of these packages: all in one go, as each
    apt-get first reads the lists of all packages, for more than a second."""
    get = apt_get(folder, suite, architecture)
    missing = [name for name in packages if not brought(folder, name)]
    if missing:
        insist(get, ["download", *missing],
               cwd=os.path.join(folder, "archives"))


def bring(folder, suite, architecture, package, version, sum_, say):
    """The path of the package; an Unavailable says why there is none."""
    download(folder, suite, architecture, [package])
    deb = brought(folder, package)
    is_version = subprocess.run(["dpkg-deb", "-f", deb, "Version"],
                                capture_output=True, text=True).stdout.strip()
    with open(deb, "rb") as stream:
        is_sum = hashlib.sha256(stream.read()).hexdigest()
    if (is_version, is_sum) == (version, sum_):
        return deb
    if is_version and is_version != version:
        say("Debian has %s %s now, and we know %s; its sum is %s" % (
            package, is_version, version, is_sum))
        return deb
    os.unlink(deb)
    raise Unavailable("the package %s has another sum than ours: %s" % (
        package, is_sum))


def bring_all(folder, suite, architecture, names):
    """The paths of packages and of all that they depend on, as Debian has them
    today.  apt keeps what it has brought."""
    get = apt_get(folder, suite, architecture)
    install = ["-y", "--no-install-recommends", "install", *names]
    insist(get, ["--download-only", *install])
    said = run([*get, "--simulate", *install])
    return [os.path.join(folder, "archives", "%s_%s_%s.deb" % (
        name, version.replace(":", "%3a"), kind)) for name, version, kind in
        re.findall(r"(?m)^Inst (\S+) \((\S+) .*\[(\w+)\]\)", said)]
