"""tests/jobs/host.py -- the pure core on the host, and the auditor."""
import os

from machine import BUILD, CPUS, TESTS, tap_program

FOLDER = os.path.join(TESTS, "host")
AUDITED = (("root/bin/two_addresses", CPUS), ("root/bin/sum", CPUS),
           ("tests/shmdt", CPUS[:1]), ("tests/lifecycle LIFE-fork", CPUS[1:]))


def host(check, name, *words):
    """Notes the tests of a program or a script of tests/host."""
    tap_program(check, "host " + name, words, 280)


def host_jobs():
    """Makes a job for each program of the pure core, the explorers first, and
    for each script beside them."""
    names = sorted(os.listdir(FOLDER))
    run = os.path.join(FOLDER, "run.sh")
    jobs = [(name[:-2], run, name[:-2]) for prefix in ("explore_", "test_")
            for name in names
            if name.startswith(prefix) and name.endswith(".c")]
    jobs += [(name, os.path.join(FOLDER, name)) for name in names
             if name.endswith(".sh") and name != "run.sh"]
    return [("host " + job[0], host, *job) for job in jobs]


def audit(check, program, cpu, *options):
    """Runs `program` while the auditor recounts its page tables."""
    program, *words = program.split()
    tap_program(check, "audit of %s on %s" % (program, cpu),
                [os.path.join(TESTS, "audit", "audit.py"), "--cpu", cpu,
                 *options, os.path.join(BUILD, program), *words], 250)


def audit_jobs():
    """Makes a job for each program that is audited, and one in which the
    auditor spoils the tables itself."""
    jobs = [("audit %s %s" % (program, cpu), audit, program, cpu)
            for program, cpus in AUDITED for cpu in cpus]
    return jobs + [("audit with seeded mistakes", audit, AUDITED[0][0], CPUS[0],
                    "--seed")]
