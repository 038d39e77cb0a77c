"""No circle of imports, also of those that stand inside a function or are for types alone."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_imports_run_in_no_circle() -> None:
    graph = grimp.build_graph("cxr_severity", "cxr_training", "cxr_severity_client", "bench")
    assert len(graph.modules) > 250
    imports = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}
    TopologicalSorter(imports).prepare()  # CycleError names the modules of a circle
