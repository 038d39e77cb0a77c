"""Whether an image that is alone gets many threads or few, on machines that are made up."""

from __future__ import annotations

import numpy as np
import pytest

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.passes import Choice, Passes

ONE = np.zeros((1, 3, 4, 4), np.float32)


class Machine:
    """Passes on cores of which `busy` is told; its clocks stand still between them."""

    def __init__(self) -> None:
        self.busy = False
        self.wall = self.cpu = 0.0
        self.by: list[str] = []
        self.passes = Passes(self._few, self._many, clocks=(lambda: self.wall, lambda: self.cpu))

    def _few(self, _: Float32Array) -> tuple[Float32Array, ...]:
        return self._took("few", 0.022 if self.busy else 0.0111, 0.011)

    def _many(self, _: Float32Array) -> tuple[Float32Array, ...]:
        return self._took("many", 0.1 if self.busy else 0.0065, 0.0064)

    def _took(self, by: str, wall: float, cpu: float) -> tuple[Float32Array, ...]:
        self.wall += wall
        self.cpu += cpu
        self.by.append(by)
        return (ONE,)

    def alone(self, times: int) -> list[str]:
        """By what each of these passes went."""
        before = len(self.by)
        for _ in range(times):
            self.passes(ONE, alone=True)
        return self.by[before:]


def test_both_are_tried_before_one_is_chosen() -> None:
    machine = Machine()
    assert machine.alone(2) == ["many", "few"]
    assert machine.alone(8) == ["many"] * 8


def test_on_a_quiet_machine_few_are_tried_ever_more_seldom() -> None:
    by = Machine().alone(1000)
    assert by.count("few") <= 8
    assert by[-200:].count("few") <= 1


@pytest.mark.parametrize("passes", [2, 50, 500])
def test_on_a_busy_machine_many_threads_are_given_up_at_once(passes: int) -> None:
    machine = Machine()
    machine.alone(passes)
    machine.busy = True
    by = machine.alone(500)
    assert by.count("many") <= 1


def test_a_service_that_starts_on_a_busy_machine_uses_few() -> None:
    machine = Machine()
    machine.busy = True
    assert machine.alone(500).count("many") == 1


def test_when_the_machine_is_quiet_again_many_threads_come_back() -> None:
    machine = Machine()
    machine.alone(20)
    machine.busy = True
    machine.alone(300)
    machine.busy = False
    assert machine.alone(300)[-20:] == ["many"] * 20


def test_where_many_threads_are_slower_on_a_quiet_machine_too_they_stay_away() -> None:
    choice = Choice()
    by = []
    for _ in range(1000):
        many = choice.many()
        by.append(many)
        choice.note(many, 0.012 if many else 0.011, 0.011)
    assert by.count(True) <= 9


def test_only_an_image_that_is_alone_gets_many() -> None:
    machine = Machine()
    machine.passes(ONE)
    assert len(machine.passes(np.repeat(ONE, 3, axis=0), alone=True)) == 3
    assert machine.by == ["few"] * 4


def test_without_a_second_way_there_is_no_choice() -> None:
    passes = Passes(lambda batch: (batch + 1,))
    ((found,),) = passes(ONE, alone=True)
    assert (found == 1).all()
