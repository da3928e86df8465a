"""tools/fold.py -- a film without what does not matter, and films compared.

abi/film.md has the rules, and tools/page/fold.js keeps them as well.

    fold(film)           the folded film; the film itself stays as it is
    comparable(film)     of a folded film, a list of lines that are equal on two
                         machines, if the program did the same
"""
import json
import re

COUNTED = set("""shmget shmat shmdt shmctl semget semop semtimedop
    semtimedop_time64 semctl msgget msgsnd msgrcv msgctl fork vfork clone execve
    exit exit_group kill mmap2 munmap mprotect waitpid wait4""".split())
KEPT = ("fork", "exec", "exit")  # of a subject
JOINED = {"return": "call", "served": "fault", "access": "access"}
SHOWN_BITS = 0x600  # borrowed, linked


def kind_of(key):
    return key.split(" ")[0]


def name_of(step):
    """Returns the name of a step's call."""
    return step["text"].split("(")[0]


def table_of(key):
    """Returns the frame of the table in which a word is."""
    return int(key[5:], 16) >> 12


class State:
    """The facts at a step, and what of them folding asks for."""

    def __init__(self, start):
        self.facts, self.tables = dict(start), {}
        self.take_tables(start)

    def take_tables(self, facts):
        for key, fact in facts.items():
            if key.startswith("segment "):
                self.tables[key] = set(fact["tables"]) if fact else set()

    def set(self, facts):
        for key, fact in facts.items():
            if fact is None:
                self.facts.pop(key, None)
            else:
                self.facts[key] = fact
        self.take_tables(facts)

    def shows(self, facts, subjects):
        """Do these facts change a shown one?"""
        if not facts:
            return False
        tables = set().union(*self.tables.values(), *(
            fact["tables"] for key, fact in facts.items()
            if fact and key.startswith("segment ")))
        return any(self.shown(key, fact, tables, subjects)
                   for key, fact in facts.items())

    def shown(self, key, fact, tables, subjects):
        kind, old = kind_of(key), self.facts.get(key)
        if kind == "word":
            bits = int(fact or "0", 16) | int(old or "0", 16)
            return bool(bits & SHOWN_BITS) or table_of(key) in tables
        if kind == "proc":
            return int(key[5:]) in subjects and outline(old) != outline(fact)
        return kind in ("segment", "sem", "msg") and old != fact


def outline(fact):
    """A process without what every switch changes."""
    return fact and {name: value for name, value in fact.items()
                     if name not in ("state", "peer")}


def new_subjects(step, subjects):
    """The children of subjects that a step makes are subjects."""
    for key, fact in step["set"].items():
        if fact and key.startswith("proc ") and fact["parent"] in subjects:
            subjects.add(int(key[5:]))


# ---- the rules -------------------------------------------------------------

def chosen(film):
    """Rules 1 and 2: says of each step whether it is kept."""
    state, keep, faults = State(film["start"]), [], {}
    steps = film["steps"]
    subjects = {steps[0]["pid"]} if steps else set()
    for number, step in enumerate(steps):
        new_subjects(step, subjects)
        event, pid = step["event"], step["pid"]
        keep.append(
            pid in subjects and (
                event in KEPT or
                event in ("call", "return") and name_of(step) in COUNTED or
                event == "served" and step["args"][1] != 0) or
            state.shows(step["set"], subjects))
        if event == "fault":
            faults[pid] = number
        elif event == "served" and keep[-1] and pid in faults:
            keep[faults[pid]] = True
        state.set(step["set"])
    return keep, subjects


def leave_out(steps, keep):
    """Returns copies of the steps that are kept; what the others set goes to
    the next one, or at the end to the last one."""
    kept, waiting = [], {}
    for step, good in zip(steps, keep):
        waiting.update(step["set"])
        if good:
            kept.append(dict(step, set=waiting))
            waiting = {}
    if kept:
        kept[-1]["set"].update(waiting)
    return kept


def join(steps):
    """Rule 3."""
    out = []
    for step in steps:
        last, event = out[-1] if out else None, step["event"]
        if not last or JOINED.get(event) != last["event"] or \
                "result" in last or \
                event != "access" and last["pid"] != step["pid"]:
            out.append(step)
            continue
        last["set"].update(step["set"])
        last["out"] = step["out"]
        if event == "return":
            last.update(text=step["text"], result=step["args"][1])
        elif event == "served" and step["args"][1]:
            last["result"] = step["args"][1]
    return out


def once(steps, start, subjects):
    """Rule 4."""
    state, texts, keep = State(start), {}, []
    for step in steps:
        keep.append(not (
            step["event"] == "call" and "result" in step and
            texts.get(step["pid"]) == step["text"] and
            not state.shows(step["set"], subjects)))
        if step["event"] == "call":
            texts[step["pid"]] = step["text"]
        state.set(step["set"])
    return leave_out(steps, keep)


def filled(step):
    """Returns the one table whose words a fault changes, or None."""
    if step["event"] != "fault":
        return None
    tables = {table_of(key) for key in step["set"] if kind_of(key) == "word"}
    return tables.pop() if len(tables) == 1 else None


def runs(steps):
    """Rule 5."""
    out, head, table, between = [], None, None, {}
    for step in steps:
        here = filled(step)
        if here is not None and here == table and \
                (step["pid"], step["out"]) == (head["pid"], head["out"]):
            del out[out.index(head) + 1:]
            head["alike"] = head.get("alike", 1) + 1
            head["set"].update(between)
            head["set"].update(step["set"])
            head["out"] = step["out"]
            between = {}
            continue
        out.append(step)
        if step["event"] == "access" and head is not None:
            between = step["set"]
        else:
            head, table, between = step, here, {}
    return out


def fold(film):
    """Returns a film of the steps that matter."""
    keep, subjects = chosen(film)
    steps = once(join(leave_out(film["steps"], keep)), film["start"], subjects)
    return dict(film, steps=runs(steps), folded=True)


# ---- two machines ----------------------------------------------------------

class Names:
    """Names in order of appearance, for what two machines number otherwise."""

    def __init__(self, letter):
        self.letter, self.names = letter, {}

    def __call__(self, number):
        return self.names.setdefault(number, "%s%d" % (self.letter,
                                                       len(self.names) + 1))


POINTERS = {  # call: which of its arguments point at the program's own data
    "shmctl": (2,), "semop": (1,), "semtimedop": (1, 3),
    "semtimedop_time64": (1, 3), "semctl": (3,), "msgsnd": (1,),
    "msgrcv": (1,), "msgctl": (2,), "execve": (0, 1, 2), "clone": (1, 2, 3, 4),
    "waitpid": (1,), "wait4": (1, 3)}
PIDS = {"kill": (0,), "waitpid": (0,), "wait4": (0,)}
IDS = {"shmat": (0,), "shmctl": (0,), "semop": (0,), "semctl": (0,),
       "semtimedop": (0,), "semtimedop_time64": (0,), "msgsnd": (0,),
       "msgrcv": (0,), "msgctl": (0,)}
PIDS_RESULT = ("fork", "vfork", "clone", "waitpid", "wait4")
IDS_RESULT = ("shmget", "semget", "msgget")


class Compared:
    """Writes the steps of a folded film so that those of another machine are
    equal if the program did the same."""

    def __init__(self, film):
        self.film, self.state = film, State(film["start"])
        self.frame, self.pid, self.id = Names("f"), Names("p"), Names("i")
        steps = film["steps"]
        self.subjects = {steps[0]["pid"]} if steps else set()

    def lines(self):
        for step in self.film["steps"]:
            new_subjects(step, self.subjects)
            yield self.line(step)
            self.state.set(step["set"])

    def line(self, step):
        said = [step["event"], self.pid(step["pid"])]
        if step["event"] in ("call", "return"):
            said += self.call(step)
        elif step["event"] in ("link", "unlink"):
            said += step["args"][:2]
        elif step["event"] == "fork":
            said.append(self.pid(step["args"][0]))
        elif step["event"] == "fault":
            said += step["args"][:2] + [step.get("result", 0)]
        elif step["event"] != "exec":
            said += step["args"]
        if "alike" in step:
            said.append("alike %d" % step["alike"])
        return " ".join(map(str, said + self.facts(step["set"])))

    def call(self, step):
        """Returns the call's words, without pointers; a result that is an
        error is the same everywhere."""
        head, _, result = step["text"].partition(" = ")
        name, _, given = head.partition("(")
        words = given.rstrip(")").split(", ")
        for place in POINTERS.get(name, ()):
            words[place:place + 1] = ["*"] if place < len(words) else []
        for places, names in ((PIDS, self.pid), (IDS, self.id)):
            for place in places.get(name, ()):
                if re.match(r"\d+$", words[place]):
                    words[place] = names(int(words[place]))
        if re.match(r"\d+$", result):
            if name in PIDS_RESULT and int(result):
                result = self.pid(int(result))
            elif name in IDS_RESULT:
                result = self.id(int(result))
        return ["%s(%s)" % (name, ", ".join(words)), result]

    # ---- facts ---------------------------------------------------------------

    def facts(self, facts):
        """Returns what is set of shown facts, with names."""
        tables = set().union(*self.state.tables.values(), *(
            fact["tables"] for key, fact in facts.items()
            if fact and key.startswith("segment ")))
        shown = [key for key in facts
                 if self.state.shown(key, facts[key], tables, self.subjects) or
                 kind_of(key) == "frame" and
                 self.state.facts.get(key) != facts[key]]
        for key in sorted(shown):
            self.name_frames(key, facts[key])
        return sorted(self.fact(key, facts[key]) for key in shown)

    def name_frames(self, key, fact):
        if kind_of(key) == "proc" and fact and fact["cr3"]:
            self.frame(fact["cr3"])
        elif kind_of(key) == "segment" and fact:
            [self.frame(table) for table in fact["tables"] if table]
        elif kind_of(key) == "word" and fact:
            self.frame(table_of(key))
            self.frame(int(fact, 16) >> 12)

    def fact(self, key, fact):
        kind, number = kind_of(key), key.split(" ")[1]
        if kind == "word":
            at = int(number, 16)
            name = "word %s.%d" % (self.frame(at >> 12), at % 4096 // 4)
            if fact:
                fact = "%s|%03x" % (self.frame(int(fact, 16) >> 12),
                                    int(fact, 16) & 0xFFF)
        elif kind == "frame":
            name = "frame %s" % self.frame(int(number, 16))
        elif kind == "proc":
            name = "proc " + self.pid(int(number))
            fact = fact and {"name": fact["name"], "uid": fact["uid"],
                             "cr3": fact["cr3"] and self.frame(fact["cr3"])}
        else:
            name = "%s %s" % (kind, self.id(int(number)))
            if fact and "tables" in fact:
                fact = dict(fact, tables=[table and self.frame(table)
                                          for table in fact["tables"]])
        return "%s=%s" % (name, json.dumps(fact, sort_keys=True))


def comparable(film):
    """Returns the lines of a folded film that are the same on each machine."""
    return list(Compared(film).lines())
