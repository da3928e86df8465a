"""tests/labs/lab_tools.py -- tools/grade as a module, for tools/lab."""
import importlib.machinery
import importlib.util
import os

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def grader():
    """Returns tools/grade."""
    loader = importlib.machinery.SourceFileLoader(
        "grade", os.path.join(TOP, "tools", "grade"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("grade", loader))
    loader.exec_module(module)
    os.makedirs(module.OUT, exist_ok=True)
    return module
