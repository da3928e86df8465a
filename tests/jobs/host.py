"""tests/jobs/host.py -- the pure core on the host, and the auditor."""
import os

from machine import BUILD, TESTS, tap_program


def host(name, *words):
    return tap_program("host " + name, list(words), 280)


def host_jobs():
    """A job for each program of the pure core, the explorers first, and for
    each script beside them."""
    folder = os.path.join(TESTS, "host")
    names = sorted(os.listdir(folder))
    run = os.path.join(folder, "run.sh")
    jobs = [(name[:-2], run, name[:-2]) for prefix in ("explore_", "test_")
            for name in names
            if name.startswith(prefix) and name.endswith(".c")]
    jobs += [(name, os.path.join(folder, name)) for name in names
             if name.endswith(".sh") and name != "run.sh"]
    return [("host " + job[0], host, job) for job in jobs]


def audit(program, cpu, *options):
    program, *words = program.split()
    return tap_program("audit of %s on %s" % (program, cpu),
                       [os.path.join(TESTS, "audit", "audit.py"), "--cpu", cpu,
                        *options, os.path.join(BUILD, program), *words], 250)
